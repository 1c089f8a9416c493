/**
 * Sidecar layer + user layer → effective metadata, five ways (semantics.md §5). A pure function of both, so deleting
 * and rebuilding the index changes nothing.
 */
import { compareText, foldText } from '../lib/text.ts'
import { compareAt, deviceOf, hlcToMs } from './clock.ts'
import type { DeviceId } from './ids.ts'
import type { Layer, LayerText, ValueText } from './layer.ts'
import { isOvertaken } from './overtaken.ts'
import {
  baseTags,
  baseValues,
  hasEntries,
  hasTagEntries,
  judgeKeys,
  judgeTags,
  type KeyVerdict,
  type Sources,
  type TagVerdict,
} from './verdict.ts'
import { headsOf, winnerOf, type KeyEntry, type TagEntry, type UserState } from './user-state.ts'
import { sameValue } from './value.ts'

export type { Sources } from './verdict.ts'
export { areTagsFrozen, isFrozen } from './verdict.ts'

export type Combined = {
  readonly values: Map<string, ValueText>
  /** In code-unit order. */
  readonly tags: string[]
  /** The user layer holds something for the image. */
  readonly isEdited: boolean
  /** Devices changed the same key without knowing of each other, or another program did; nobody has decided yet. */
  readonly isConflicted: boolean
  /** Some value in force comes from an edit and is not in the sidecar. */
  readonly isUnwritten: boolean
  /** Epoch ms of the last edit that was not undone, by its author's clock. */
  readonly editedMs: number | null
}

/** What is in force for an image. */
export function combine(sources: Sources): Combined {
  const { state, layer } = sources
  if (!state) return { ...UNEDITED, values: new Map(layer.values), tags: sortTags(layer.tags ?? []) }
  const verdicts = judge(sources)
  const values = new Map(baseValues(sources))
  for (const [key, { applies, value }] of verdicts.keys) {
    if (!applies) continue
    if (value === null) values.delete(key)
    else values.set(key, value)
  }
  const tags = baseTags(sources)
  for (const [fold, { entry, isShown, tag }] of verdicts.tags) {
    if (entry === null) continue
    if (!isShown) tags.delete(fold)
    else if (!tags.has(fold)) tags.set(fold, tag)
  }
  return {
    values,
    tags: sortTags([...tags.values()]),
    isEdited: hasEntries(state) || hasTagEntries(state),
    isConflicted: isConflicted(state),
    isUnwritten: !isEmptyPending(lacks(layer, verdicts, () => true)),
    editedMs: editedMs(state),
  }
}

const UNEDITED = { isEdited: false, isConflicted: false, isUnwritten: false, editedMs: null }

/** The effective layer of an image without a user layer, as text: the sidecar's, with its tags in order. */
export function unedited(layer: LayerText): LayerText {
  if (layer.tags === '' || layer.tags === '[]') return layer
  return { metadata: layer.metadata, tags: JSON.stringify(sortTags(JSON.parse(layer.tags) as string[])) }
}

/** What the sidecar lacks of the edits in force. */
export type Pending = {
  readonly set: ReadonlyMap<string, ValueText>
  readonly unset: readonly string[]
  readonly addTags: readonly string[]
  readonly removeTags: readonly string[]
}

/** Which edits in force are not in the sidecar layer; of one device where it is named, else of all. */
export function pendingForFile(sources: Sources & { readonly device?: DeviceId }): Pending {
  const { device, layer } = sources
  return lacks(layer, judge(sources), ({ at }) => device === undefined || deviceOf(at) === device)
}

/**
 * True if an edit that is not in the sidecar was made upon what the sidecar holds now. Such edits are written by
 * themselves; after another program's change, what still wins waits for the image's next edit, so that two programs
 * never answer each other's writes (semantics.md §6).
 */
export function isDueForFile(sources: Sources & { readonly device?: DeviceId }): boolean {
  const { device, layer, layerHash, state } = sources
  const isMeant = (entry: Entry): boolean =>
    (device === undefined || deviceOf(entry.at) === device) && !isOvertaken(entry, layerHash, state?.written ?? [])
  return !isEmptyPending(lacks(layer, judge(sources), isMeant))
}

export function isEmptyPending({ set, unset, addTags, removeTags }: Pending): boolean {
  return set.size === 0 && unset.length === 0 && addTags.length === 0 && removeTags.length === 0
}

type Entry = KeyEntry | TagEntry
type Verdicts = { readonly keys: ReadonlyMap<string, KeyVerdict>; readonly tags: ReadonlyMap<string, TagVerdict> }

function judge(sources: Sources): Verdicts {
  return { keys: judgeKeys(sources), tags: judgeTags(sources) }
}

function lacks(layer: Layer, verdicts: Verdicts, isMeant: (entry: Entry) => boolean): Pending {
  const set = new Map<string, ValueText>()
  const unset: string[] = []
  for (const [key, { applies, value, entry }] of verdicts.keys) {
    const inFile = layer.values.get(key) ?? null
    if (!applies || sameValue(inFile, value) || !isMeant(entry)) continue
    if (value === null) unset.push(key)
    else set.set(key, value)
  }
  return { set, unset, ...lacksTags(layer, verdicts.tags, isMeant) }
}

function lacksTags(layer: Layer, verdicts: Verdicts['tags'], isMeant: (entry: Entry) => boolean) {
  const inFile = new Map((layer.tags ?? []).map((tag) => [foldText(tag), tag]))
  const addTags: string[] = []
  const removeTags: string[] = []
  for (const [fold, { entry, isShown }] of verdicts) {
    const tag = inFile.get(fold)
    if (entry === null || isShown === (tag !== undefined) || !isMeant(entry)) continue
    if (isShown) addTags.push(entry.tag)
    else removeTags.push(tag!)
  }
  return { addTags, removeTags }
}

export type Explained = {
  readonly values: readonly ExplainedValue[]
  readonly tags: readonly { readonly tag: string; readonly source: 'sidecar' | 'user'; readonly isInFile: boolean }[]
}

type ExplainedValue = {
  readonly key: string
  /** Null = hidden by an edit. */
  readonly value: ValueText | null
  readonly source: 'sidecar' | 'user'
  /** Who edited the key last and when (epoch ms by their clock), also where the sidecar has overtaken it since. */
  readonly device?: DeviceId
  readonly timeMs?: number
  /** What the other source says, where it says something else; null = not there or removed. */
  readonly other?: ValueText | null
  readonly isInFile: boolean
}

/** Where each value in force comes from, keys and tags in code-unit order. */
export function explain(sources: Sources): Explained {
  const base = baseValues(sources)
  const verdicts = judgeKeys(sources)
  const { values, tags } = combine(sources)
  const keys = [...new Set([...values.keys(), ...verdicts.keys()])].sort()
  const userTags = judgeTags(sources)
  const inFile = new Set((sources.layer.tags ?? []).map(foldText))
  return {
    values: keys.map((key) => explainKey({ key, sources, base, verdict: verdicts.get(key) })),
    tags: tags.map((tag) => {
      const isInFile = inFile.has(foldText(tag))
      return { tag, source: userTags.get(foldText(tag))?.entry ? 'user' : 'sidecar', isInFile } as const
    }),
  }
}

type KeyCase = {
  readonly key: string
  readonly sources: Sources
  readonly base: ReadonlyMap<string, ValueText>
  readonly verdict: KeyVerdict | undefined
}

function explainKey({ key, sources, base, verdict }: KeyCase): ExplainedValue {
  const theirs = base.get(key) ?? null
  const inFile = sources.layer.values.get(key) ?? null
  if (!verdict) return { key, value: theirs, source: 'sidecar', isInFile: sameValue(inFile, theirs) }
  const { entry, applies, value } = verdict
  const inForce = applies ? value : theirs
  const other = applies ? theirs : value
  return {
    key,
    value: inForce,
    source: applies ? 'user' : 'sidecar',
    device: deviceOf(entry.at),
    timeMs: hlcToMs(entry.at),
    ...(!sameValue(inForce, other) && { other }),
    isInFile: sameValue(inFile, inForce),
  }
}

function isConflicted(state: UserState): boolean {
  for (const register of state.keys.values()) {
    const [first, ...others] = headsOf(register)
    if (others.some(({ to, clear }) => clear !== first!.clear || !sameValue(to, first!.to))) return true
  }
  for (const [key, { at }] of state.clashes) {
    const entry = winnerOf(state.keys.get(key) ?? [])
    if (entry === null || compareAt(at, entry.at) > 0) return true
  }
  return false
}

function editedMs(state: UserState): number | null {
  let last = 0
  for (const register of state.keys.values()) {
    const entry = winnerOf(register)
    if (entry && !entry.clear) last = Math.max(last, hlcToMs(entry.at))
  }
  for (const register of state.tags.values()) {
    for (const { at, change } of headsOf(register)) if (change !== 'clear') last = Math.max(last, hlcToMs(at))
  }
  return last === 0 ? null : last
}

function sortTags(tags: readonly string[]): string[] {
  return [...tags].sort(compareText)
}
