/**
 * Puts hits in the order a query asks for: by path first, then stably by each sort key from the last to the first.
 * Missing values come last in both directions.
 *
 * Many hits are taken from a permutation of all images by walking it; few are sorted by their rank in it. Such
 * permutations are kept for the last few orders, until a column they depend on changes.
 */
import type { SortKey, Source } from '../../../shared/query/predicate.ts'
import { compareText, foldText } from '../../../shared/lib/text.ts'
import { slotsOf, walk, type Bits } from './bits.ts'
import { codeAt, type Column } from './column.ts'
import { emptyCodes } from './arrays.ts'
import { KIND } from './dictionary.ts'
import { fieldColumn } from './evaluate.ts'
import { sortSlots } from './merge-sort.ts'
import { createPathOrder, ranksOf as pathRanks, refreshOrder, type PathOrder } from './path-order.ts'
import { sortByDoubles, sortByKeys } from './radix.ts'
import { rankOfNumbers, ranksOfCodes } from './ranks.ts'
import { createSequence, type Sequence } from './sequence.ts'
import { columnOf, liveBits, rootOfFolder, type Table } from './table.ts'
import { compareFoldedSpans, compareSpelling } from './text-match.ts'
import { createSpan, spanOf } from './texts.ts'
import type { Steps } from './lane.ts'

export type Orders = {
  /** Root, then path: the default and the last word of every other order. */
  readonly byPath: PathOrder
  /** Path alone, for `sort:path`. */
  readonly byPathOnly: PathOrder
  /** Whole permutations by order and state of the columns, newest last. */
  readonly kept: Map<string, Uint32Array>
}

const MOST_KEPT = 3
/** Below one in so many images, hits are sorted instead of found in a permutation of all: it may have to be made. */
const FEW = 4
const FEW_IF_KEPT = 64
const MANY_TO_FILL = 2000

export function createOrders(): Orders {
  return { byPath: createPathOrder(true), byPathOnly: createPathOrder(false), kept: new Map() }
}

/** The members of a set as a sequence; `total` is how many they are. */
export function* orderHits(
  table: Table,
  orders: Orders,
  hits: { readonly bits: Bits; readonly total: number },
  order: readonly SortKey[],
): Steps<Sequence> {
  yield* refreshOrder(table, orders.byPath)
  const isKept = order.length === 0 || orders.kept.has(stateOf(table, order) ?? '')
  if (hits.total * (isKept ? FEW_IF_KEPT : FEW) < table.alive) {
    const byPath = yield* fewByPath(table, orders.byPath, hits)
    const permutation = yield* sortByOrder(table, orders, byPath, order)
    return createSequence({ ...hits, permutation, isFiltered: false })
  }
  const permutation = order.length === 0 ? orders.byPath.permutation : yield* permutationOf(table, orders, order)
  return createSequence({ ...hits, permutation, isFiltered: true })
}

function* fewByPath(
  table: Table,
  byPath: PathOrder,
  { bits, total }: { readonly bits: Bits; readonly total: number },
): Steps<Uint32Array> {
  const slots = slotsOf(bits, total)
  const rank = yield* pathRanks(table, byPath)
  return sortByKeys(
    slots,
    slots.map((slot) => rank[slot]!),
    table.count,
  )
}

function* permutationOf(table: Table, orders: Orders, order: readonly SortKey[]): Steps<Uint32Array> {
  const name = stateOf(table, order)
  const known = name === null ? undefined : orders.kept.get(name)
  if (known) {
    orders.kept.delete(name!)
    orders.kept.set(name!, known)
    return known
  }
  const all = walk(orders.byPath.permutation, liveBits(table), table.alive)
  const sorted = yield* sortByOrder(table, orders, all, order)
  if (name === null) return sorted
  orders.kept.set(name, sorted)
  const [oldest] = orders.kept.keys()
  if (orders.kept.size > MOST_KEPT) orders.kept.delete(oldest!)
  return sorted
}

/** What an order depends on, as text; null where that cannot be told. */
function stateOf(table: Table, order: readonly SortKey[]): string | null {
  const versions = order.map(({ source }) => {
    if (source.kind === 'metadata') return table.keys.get(source.key)?.version ?? null
    return hasColumn(source) ? fieldColumn(table, source.name).version : 0
  })
  if (versions.includes(null)) return null
  return JSON.stringify([order, versions, table.version, table.rootsVersion])
}

type WithColumn = Source & { name: Parameters<typeof fieldColumn>[1] }

function hasColumn(source: SortKey['source']): source is WithColumn {
  return source.kind === 'field' && !['filename', 'root', 'is', 'has', 'problem'].includes(source.name)
}

function* sortByOrder(table: Table, orders: Orders, slots: Uint32Array, order: readonly SortKey[]): Steps<Uint32Array> {
  let sorted = slots
  for (const key of order.toReversed()) {
    yield
    sorted = yield* sortByKey(table, orders, sorted, key)
  }
  return sorted
}

function* sortByKey(
  table: Table,
  orders: Orders,
  slots: Uint32Array,
  { source, isDescending }: SortKey,
): Steps<Uint32Array> {
  if (source.kind === 'path') {
    yield* refreshOrder(table, orders.byPathOnly)
    const rank = yield* pathRanks(table, orders.byPathOnly)
    return sortRanked(slots, (slot) => rank[slot]! + 1, table.count, isDescending)
  }
  if (source.kind === 'metadata') return yield* sortByColumn(table, columnOf(table, source.key), slots, isDescending)
  if (hasColumn(source)) return yield* sortByColumn(table, fieldColumn(table, source.name), slots, isDescending)
  if (source.name === 'filename') return yield* sortByName(table, slots, isDescending)
  if (source.name === 'root') return sortByRoot(table, slots, isDescending)
  // Sets of words have no order of their own (checkQuery refuses them).
  return slots
}

function* sortByColumn(table: Table, column: Column, slots: Uint32Array, isDescending: boolean): Steps<Uint32Array> {
  const { floats, dictionary } = column
  const ranks = yield* ranksOfCodes(dictionary, floats !== null)
  const codes = codesBySlot(table, column, slots.length)
  if (floats === null) return sortRanked(slots, (slot) => ranks.rank[codes(slot)]!, ranks.highest, isDescending)
  const numberOf = (slot: number) => {
    const code = codes(slot)
    const first = code === 0 ? 0 : firstNumber(column, code)
    return code === 0 && floats[slot] === floats[slot] ? floats[slot]! : first
  }
  const numbers = new Float64Array(slots.length)
  for (let i = 0; i < slots.length; i += 1) numbers[i] = numberOf(slots[i]!)
  const byNumber = yield* sortByDoubles(slots, numbers, isDescending)
  const numbersRank = rankOfNumbers(dictionary, ranks)
  const rankOf = (slot: number) => (floats[slot] === floats[slot] ? numbersRank : ranks.rank[codes(slot)]!)
  return sortRanked(byNumber, rankOf, ranks.highest, isDescending)
}

/** The plain number a dictionary entry stands for in order, else 0. */
function firstNumber({ dictionary }: Column, code: number): number {
  const { kinds, refs, listStarts, members, numbers } = dictionary
  const scalar = kinds[code] === KIND.list ? members[listStarts[refs[code]!]!]! : code
  return kinds[scalar] === KIND.number ? numbers[refs[scalar]!]! : 0
}

/** Code by slot; for a sparse column and many slots laid out densely first. */
function codesBySlot(table: Table, column: Column, asked: number): (slot: number) => number {
  const { slots, codes, count } = column
  if (slots === null) return (slot) => codes[slot]!
  if (asked < MANY_TO_FILL) return (slot) => codeAt(column, slot)
  const dense = emptyCodes(table.count, column.dictionary.count)
  for (let i = 0; i < count; i += 1) dense[slots[i]!] = codes[i]!
  return (slot) => dense[slot]!
}

/** Sorts by ranks from 1; 0 = missing, which comes last. */
function sortRanked(
  slots: Uint32Array,
  rankOf: (slot: number) => number,
  highest: number,
  isDescending: boolean,
): Uint32Array {
  const keys = new Uint32Array(slots.length)
  for (let i = 0; i < slots.length; i += 1) {
    const rank = rankOf(slots[i]!)
    keys[i] = rank === 0 ? highest + 1 : isDescending ? highest - rank : rank
  }
  return sortByKeys(slots, keys, highest + 1)
}

function* sortByName(table: Table, slots: Uint32Array, isDescending: boolean): Steps<Uint32Array> {
  const { names } = table
  const spanA = createSpan()
  const spanB = createSpan()
  const sign = isDescending ? -1 : 1
  return yield* sortSlots(slots.slice(), (a, b) => {
    const folded = compareFoldedSpans(spanOf(names, a, spanA), spanOf(names, b, spanB))
    return sign * (folded || compareSpelling(names, a, b))
  })
}

function sortByRoot(table: Table, slots: Uint32Array, isDescending: boolean): Uint32Array {
  const roots = [...table.roots.values()].sort(
    (a, b) => compareText(foldText(a.name), foldText(b.name)) || compareText(a.name, b.name),
  )
  const rankOfRoot = new Map<number, number>()
  let rank = 0
  roots.forEach(({ row, name }, i) => {
    if (i === 0 || roots[i - 1]!.name !== name) rank += 1
    rankOfRoot.set(row, rank)
  })
  const rankOfFolder = Uint32Array.from({ length: table.folders.count + 1 }, (_, folder) =>
    folder === 0 ? 0 : (rankOfRoot.get(rootOfFolder(table, folder)) ?? 0),
  )
  return sortRanked(slots, (slot) => rankOfFolder[table.folderOf[slot]!]!, rank, isDescending)
}
