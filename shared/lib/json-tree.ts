/**
 * A JSON text as members with their places, and the textual changes of one member or element that leave every other
 * byte: a new one is written in the style of its siblings, a removed one takes exactly one comma with it.
 */
import {
  ARRAY,
  END,
  NAME_END,
  NAME_START,
  NEXT,
  START,
  STRIDE,
  findOverridden,
  nameOf,
  type Scan,
} from './json-scan.ts'

export type Item = {
  /** OBJECT, ARRAY, STRING … of json-scan.ts. */
  readonly kind: number
  readonly start: number
  readonly end: number
  /** Place of the name's opening quote; equals `start` where there is no name. */
  readonly nameStart: number
  readonly nameEnd: number
  readonly name: string
  /** Flattened key: the names from the top, joined by dots; '' for the document and for elements. */
  readonly path: string
  readonly parent: Item | null
  readonly items: Item[]
  /** The same name comes again later in this object, so this member does not count; nor does what is in it. */
  isOverridden: boolean
}

/** A piece of text that replaces the one from `start` to before `end`. */
export type Splice = { readonly start: number; readonly end: number; readonly text: string }

/** All items of a scanned text in document order; the first is the document itself. */
export function listItems(text: string, { nodes, length }: Extract<Scan, { ok: true }>): Item[] {
  const overridden = findOverridden(text, nodes, length)
  const all: Item[] = []
  const open: { item: Item; next: number }[] = []
  for (let node = 0; node < length; node += STRIDE) {
    while (open.length > 0 && node >= open.at(-1)!.next) open.pop()
    const parent = open.at(-1)?.item ?? null
    const item = createItem(text, nodes, node, parent)
    if (overridden.has(node)) item.isOverridden = true
    parent?.items.push(item)
    all.push(item)
    if (item.kind <= ARRAY) open.push({ item, next: nodes[node + NEXT]! })
  }
  return all
}

function createItem(text: string, nodes: Int32Array, node: number, parent: Item | null): Item {
  const hasName = nodes[node + NAME_START] !== -1
  const name = hasName ? nameOf(text, nodes, node) : ''
  return {
    kind: nodes[node]!,
    start: nodes[node + START]!,
    end: nodes[node + END]!,
    nameStart: nodes[node + (hasName ? NAME_START : START)]!,
    nameEnd: nodes[node + (hasName ? NAME_END : START)]!,
    name,
    path: hasName ? prefixOf(parent!) + name : '',
    parent,
    items: [],
    isOverridden: parent?.isOverridden ?? false,
  }
}

/** What the flattened keys of an object's members begin with. */
export function prefixOf(object: Item): string {
  return object.parent === null ? '' : `${object.path}.`
}

export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = text
  for (const { start, end, text: piece } of [...splices].sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + piece + result.slice(end)
  }
  return result
}

/** Takes items out of their common parent. */
export function removeItems(parent: Item, gone: ReadonlySet<Item>): Splice[] {
  const splices: Splice[] = []
  const { items } = parent
  let lastKept: Item | null = null
  for (let first = 0; first < items.length; first += 1) {
    if (!gone.has(items[first]!)) {
      lastKept = items[first]!
      continue
    }
    let after = first
    while (after < items.length && gone.has(items[after]!)) after += 1
    const next = items[after]
    // The blanks before a removed member stay for the next one; the last one's comma goes with it.
    if (next) splices.push({ start: items[first]!.nameStart, end: next.nameStart, text: '' })
    else splices.push({ start: lastKept ? lastKept.end : parent.start + 1, end: items[after - 1]!.end, text: '' })
    first = after - 1
  }
  return splices
}

/** Puts a new last item, `"name": value` or an element, into an object or array. */
export function appendItem(text: string, parent: Item, piece: string): Splice {
  const last = parent.items.at(-1)
  if (last) return { start: last.end, end: last.end, text: separatorOf(text, parent) + piece }
  const inner = text.slice(parent.start + 1, parent.end - 1)
  const lineEnd = /\r?\n|\r/.exec(inner)?.[0]
  if (lineEnd === undefined) return { start: parent.start + 1, end: parent.start + 1, text: inner + piece }
  const indent = inner.slice(inner.lastIndexOf(lineEnd) + lineEnd.length) + indentUnit(text)
  return { start: parent.start + 1, end: parent.start + 1, text: lineEnd + indent + piece }
}

/** A list text in the style of the list it replaces, else of the document; `place` is that list or what will hold it. */
export function printList(text: string, elements: readonly string[], place: Item): string {
  const first = place.kind === ARRAY ? place.items[0] : undefined
  if (!first || elements.length === 0) return `[${elements.join(hasSpaces(text, place) ? ', ' : ',')}]`
  const lead = text.slice(place.start + 1, first.start)
  const tail = text.slice(place.items.at(-1)!.end, place.end - 1)
  return `[${lead}${elements.join(separatorOf(text, place))}${tail}]`
}

/** What stands between a name and its value: as in the object's last member, else as in the document's first one. */
export function colonOf(text: string, object: Item): string {
  let top = object
  while (top.parent) top = top.parent
  const sibling = object.items.at(-1) ?? top.items[0]
  const colon = sibling ? text.slice(sibling.nameEnd, sibling.start) : ': '
  return /[\r\n]/.test(colon) ? ': ' : colon
}

/** What stands between the last two items, or between an only one and its opening bracket, with a comma. */
function separatorOf(text: string, parent: Item): string {
  const [first, last] = parent.items.slice(-2)
  if (first && last) return text.slice(first.end, last.nameStart)
  const lead = text.slice(parent.start + 1, first!.nameStart)
  return lead === '' && hasSpaces(text, parent) ? ', ' : `,${lead}`
}

function hasSpaces(text: string, place: Item): boolean {
  let object = place
  while (object.kind === ARRAY) object = object.parent!
  return /\s$/.test(colonOf(text, object))
}

function indentUnit(text: string): string {
  return /[\r\n]([ \t]+)"/.exec(text)?.[1] ?? '  '
}
