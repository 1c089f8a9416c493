/**
 * Changes single values in the text of a sidecar and leaves every other byte: key order, indentation, spelling of
 * numbers, byte order mark, line ends, final newline (semantics.md §6; reliability.md 2.4).
 *
 * One change after the other is made on the text, each from a fresh scan, because that keeps every step obvious. At
 * the end the text is read again: what does not give exactly the wanted values is refused, never written.
 */
import { flatten, type FlatFile } from '../domain/flatten.ts'
import type { ValueText } from '../domain/layer.ts'
import { splitList } from '../domain/scalar.ts'
import { ARRAY, NULL, OBJECT, STRING, scanJson } from './json-scan.ts'
import {
  appendItem,
  applySplices,
  colonOf,
  listItems,
  prefixOf,
  printList,
  removeItems,
  type Item,
  type Splice,
} from './json-tree.ts'
import { foldText } from './text.ts'

export type JsonChange = {
  /** Texts of scalars or of lists of scalars; `null` hides the base-name file's value in a full-name sidecar. */
  readonly set: ReadonlyMap<string, ValueText>
  readonly unset: readonly string[]
  readonly addTags: readonly string[]
  readonly removeTags: readonly string[]
  /** Keys whose member is to change its name in place; `set` and `unset` name them too. */
  readonly renames?: readonly { readonly from: string; readonly to: string }[]
  /** The whole list, for a file that has none: written before tags are added and removed. */
  readonly newTags?: readonly string[]
}

export type Edited = { readonly ok: true; readonly text: string; readonly flat: FlatFile } | Refused
type Refused = { readonly ok: false; readonly reason: string }

/** Changes the text, or says why it cannot be; the text of a file without need of change comes back as it was. */
export function editJson(text: string, asked: JsonChange): Edited {
  const before = flatten(text)
  if (!before.ok) return { ok: false, reason: before.reason }
  const set = readBack(asked.set)
  if (!set) return NOT_EXACT
  const change = { ...asked, set }
  const edited = runSteps(text, change)
  if (typeof edited !== 'string') return edited
  const flat = flatten(edited)
  if (!flat.ok) return { ok: false, reason: flat.reason }
  return isAsWanted(before, flat, change) ? { ok: true, text: edited, flat } : NOT_EXACT
}

function runSteps(text: string, change: JsonChange): string | Refused {
  let edited = text
  const late: Step[] = []
  const run = (step: Step, ifRefused?: (step: Step) => void): Refused | null => {
    const result = step(edited)
    if (typeof result === 'string') edited = result
    else if (!ifRefused) return result
    else ifRefused(step)
    return null
  }
  for (const rename of change.renames ?? []) {
    const refused = run((now) => renameKey(now, rename))
    if (refused) return refused
  }
  // Subtle: new members come in while the old ones still show the style; what stands in their way goes in between.
  for (const [key, value] of change.set)
    run(
      (now) => setKey(now, key, value),
      (step) => late.push(step),
    )
  for (const key of change.unset) edited = unsetKey(edited, key)
  for (const step of [...late, ...tagSteps(change)]) {
    const refused = run(step)
    if (refused) return refused
  }
  return edited
}

/** The text of a new sidecar; members in the order given. */
export function newJson(values: ReadonlyMap<string, ValueText>, tags: readonly string[] | null): string {
  const members = [...values].map(([key, value]) => [key, value.startsWith('[') ? spaced(splitList(value)) : value])
  if (tags) members.push(['tags', spaced(tags.map((tag) => JSON.stringify(tag)))])
  return `{\n${members.map(([key, value]) => `  ${JSON.stringify(key)}: ${value}`).join(',\n')}\n}\n`
}

const spaced = (elements: readonly string[]): string => `[${elements.join(', ')}]`

const NOT_EXACT: Refused = {
  ok: false,
  reason: 'The change cannot be written so that the file holds exactly the wanted values.',
}

/** The values as they will be read again: a list loses repeats, `1e400` becomes a text. Null = one is no value at all. */
function readBack(set: ReadonlyMap<string, ValueText>): Map<string, ValueText> | null {
  const values = new Map<string, ValueText>()
  for (const [key, value] of set) {
    const flat = value === 'null' ? null : flatten(`{"value":${value}}`)
    const text = flat === null ? value : flat.ok && flat.values.size === 1 ? flat.values.get('value') : undefined
    if (text === undefined) return null
    values.set(key, text)
  }
  return values
}

type Step = (text: string) => string | Refused

function itemsOf(text: string): readonly Item[] {
  const scan = scanJson(text)
  return scan.ok ? listItems(text, scan).filter((item) => item.parent === null || !item.parent.isOverridden) : []
}

/** Members that count for a key, in document order: the last one's value is the one that is read. */
function spellingsOf(items: readonly Item[], key: string): Item[] {
  return items.filter((item) => item.path === key && isMember(item) && !item.isOverridden)
}

function isMember(item: Item): boolean {
  return item.parent?.kind === OBJECT
}

/** Earlier members of the same object with the same name: an edit removes them, or they would come back later. */
function withEarlier(item: Item): Item[] {
  return item.parent!.items.filter((other) => other.name === item.name && other !== item)
}

function removeAll(text: string, gone: readonly Item[]): string {
  return applySplices(text, removalOf(gone))
}

function removalOf(gone: readonly Item[]): Splice[] {
  const parents = new Set(gone.map((item) => item.parent!))
  const all = new Set(gone)
  return [...parents].flatMap((parent) => removeItems(parent, all))
}

function unsetKey(text: string, key: string): string {
  const spellings = spellingsOf(itemsOf(text), key).filter(isPlain)
  return removeAll(
    text,
    spellings.flatMap((item) => [item, ...withEarlier(item)]),
  )
}

/** True for what a person can see as a value; objects and lists that hold some are left alone. */
function isPlain(item: Item): boolean {
  return item.kind !== OBJECT && !item.items.some(({ kind }) => kind === OBJECT || kind === ARRAY)
}

function setKey(text: string, key: string, value: ValueText): string | Refused {
  const flat = flatten(text)
  if (flat.ok && flat.values.get(key) === value) return text
  const items = itemsOf(text)
  const spellings = spellingsOf(items, key)
  const group = spellings.find((item) => !isPlain(item))
  if (group?.kind === OBJECT) return { ok: false, reason: `${key} is a group of values in the file. Set one of them.` }
  if (group) return { ok: false, reason: `${key} is a list of lists or objects in the file, which is left as it is.` }
  const winner = spellings.at(-1)
  if (winner) {
    if (winner.kind === NULL && value === 'null') return text
    const place = winner.kind === ARRAY ? winner : winner.parent!
    const piece = { start: winner.start, end: winner.end, text: printValue(text, value, place) }
    return applySplices(text, [piece, ...removalOf(withEarlier(winner))])
  }
  return insertKey(text, items, key, value)
}

function insertKey(text: string, items: readonly Item[], key: string, value: ValueText): string | Refused {
  const above = items.find((item) => isMember(item) && isBelow(key, item) && item.kind !== OBJECT && item.kind !== NULL)
  if (above)
    return { ok: false, reason: `${above.path} is a single value in the file, so ${key} cannot be put below it.` }
  let parent = items[0]!
  for (const item of items) {
    if (item.kind !== OBJECT || item.isOverridden || !isBelow(key, item)) continue
    if (item.path.length >= parent.path.length) parent = item
  }
  const name = JSON.stringify(key.slice(prefixOf(parent).length))
  const member = name + colonOf(text, parent) + printValue(text, value, parent)
  return applySplices(text, [appendItem(text, parent, member)])
}

function isBelow(key: string, item: Item): boolean {
  if (!isMember(item) || item.isOverridden || item.path.length >= key.length) return false
  return key.startsWith(`${item.path}.`)
}

function printValue(text: string, value: ValueText, place: Item): string {
  return value.startsWith('[') ? printList(text, splitList(value), place) : value
}

/** Changes the member's name in place where its new key lies in the same object; else `unset` and `set` do it. */
function renameKey(text: string, { from, to }: { from: string; to: string }): string | Refused {
  const items = itemsOf(text)
  const spellings = spellingsOf(items, from).filter(isPlain)
  const winner = spellings.at(-1)
  const taken = spellingsOf(items, to)
  if (winner && taken.some(({ kind }) => kind !== NULL)) return { ok: false, reason: `${to} is already in the file.` }
  if (!winner || taken.length > 0 || !to.startsWith(prefixOf(winner.parent!))) return text
  const name = JSON.stringify(to.slice(prefixOf(winner.parent!).length))
  const others = spellings.flatMap((item) => (item === winner ? withEarlier(item) : [item, ...withEarlier(item)]))
  return applySplices(text, [{ start: winner.nameStart, end: winner.nameEnd, text: name }, ...removalOf(others)])
}

function tagSteps({ addTags, removeTags, newTags }: JsonChange): Step[] {
  const steps: Step[] = []
  if (newTags) steps.push((text) => createTags(text, newTags))
  if (removeTags.length > 0) steps.push((text) => withoutTags(text, new Set(removeTags.map(foldTag))))
  return [...steps, ...addTags.map((tag) => (text: string) => withTag(text, tag))]
}

const foldTag = (tag: string): string => foldText(tag.trim())

const TAGS_TAKEN: Refused = { ok: false, reason: 'tags is something other than a list of texts in the file.' }

function withoutTags(text: string, folds: ReadonlySet<string>): string {
  const list = spellingsOf(itemsOf(text), 'tags').at(-1)
  if (!list || !isTagList(list)) return text
  const gone = list.items.filter((item) => folds.has(readTag(text, item)))
  return gone.length === 0 ? text : applySplices(text, [...removalOf(gone), ...removalOf(withEarlier(list))])
}

function withTag(text: string, tag: string): string | Refused {
  const list = spellingsOf(itemsOf(text), 'tags').at(-1)
  if (!list || list.kind === NULL) return createTags(text, [tag])
  if (!isTagList(list)) return TAGS_TAKEN
  if (list.items.some((item) => readTag(text, item) === foldTag(tag))) return text
  return applySplices(text, [appendItem(text, list, JSON.stringify(tag)), ...removalOf(withEarlier(list))])
}

function createTags(text: string, tags: readonly string[]): string | Refused {
  const list = spellingsOf(itemsOf(text), 'tags').at(-1)
  if (list && list.kind !== NULL) return isTagList(list) ? text : TAGS_TAKEN
  return setKey(text, 'tags', `[${tags.map((tag) => JSON.stringify(tag)).join(',')}]`)
}

function isTagList(item: Item): boolean {
  return item.kind === ARRAY && item.items.every(({ kind }) => kind === STRING)
}

function readTag(text: string, item: Item): string {
  return foldTag(JSON.parse(text.slice(item.start, item.end)) as string)
}

function isAsWanted(before: FlatFile, after: FlatFile, change: JsonChange): boolean {
  const values = new Map(before.values)
  for (const key of change.unset) values.delete(key)
  for (const [key, value] of change.set) {
    if (value === 'null') values.delete(key)
    else values.set(key, value)
  }
  if (values.size !== after.values.size) return false
  for (const [key, value] of values) if (after.values.get(key) !== value) return false
  return JSON.stringify(wantedTags(before.tags, change)) === JSON.stringify(after.tags)
}

function wantedTags(before: readonly string[] | null, change: JsonChange): readonly string[] | null {
  const removed = new Set(change.removeTags.map(foldTag))
  const start = before ?? change.newTags ?? null
  if (start === null && change.addTags.length === 0) return null
  const tags = (start ?? []).filter((tag) => !removed.has(foldTag(tag)))
  for (const tag of change.addTags) if (!tags.some((other) => foldTag(other) === foldTag(tag))) tags.push(tag)
  return tags
}
