/**
 * All images in the order of their paths, kept as one permutation: root by name, then path, natural.
 *
 * Built once by a sliced merge sort and then kept: new slots are sorted and merged in, dead ones stay until the table
 * is compacted (no result ever selects them), and only a change of the roots' order sorts anew. The array itself never
 * changes, because open results go on using it.
 */
import { compareText } from '../../../shared/lib/text.ts'
import { resized } from './arrays.ts'
import { dirSpan, orderFolders, rankRoots, type FolderOrder } from './folder-order.ts'
import { mergeSorted, sortSlots, type Compare } from './merge-sort.ts'
import { dirOfFolder, isLive, type Table } from './table.ts'
import { compareNaturalSpans } from './text-match.ts'
import { createSpan, FOLD, spanOf, textAt, type Span } from './texts.ts'
import type { Steps } from './lane.ts'

export type PathOrder = {
  readonly byRoot: boolean
  folderOrder: FolderOrder | null
  permutation: Uint32Array
  /** Slots below this are in the permutation. */
  covered: number
  /** By slot: place in the order, equal for equal paths; null until asked for. */
  rank: Uint32Array | null
}

/** An order yet to be built; without `byRoot` the path alone counts. */
export function createPathOrder(byRoot: boolean): PathOrder {
  return { byRoot, folderOrder: null, permutation: new Uint32Array(0), covered: 0, rank: null }
}

/** Brings the order up to date with the table. */
export function* refreshOrder(table: Table, order: PathOrder): Steps<void> {
  const rootsMoved = haveRootsMoved(table, order)
  if (rootsMoved || order.folderOrder?.folders !== table.folders.count) {
    order.folderOrder = yield* orderFolders(table, order.byRoot)
  }
  if (rootsMoved || order.covered < table.count) order.rank = null
  const compare = createPathCompare(table, order.folderOrder)
  if (rootsMoved && order.covered > 0) order.permutation = yield* sortSlots(order.permutation.slice(), compare)
  if (order.covered === table.count) return
  const added = newSlots(table, order.covered)
  const sorted = yield* sortSlots(byFolder(table, added, order.folderOrder), compare)
  order.permutation = order.permutation.length === 0 ? sorted : yield* mergeSorted(order.permutation, sorted, compare)
  order.covered = table.count
}

function haveRootsMoved(table: Table, { byRoot, folderOrder }: PathOrder): boolean {
  if (folderOrder?.rootsVersion === table.rootsVersion) return false
  return folderOrder?.rootRanks !== JSON.stringify([...rankRoots(table, byRoot)])
}

/** Places by slot; the order must be up to date. */
export function* ranksOf(table: Table, order: PathOrder): Steps<Uint32Array> {
  if (order.rank) return order.rank
  const rank = new Uint32Array(table.count)
  const { permutation } = order
  // Only without roots can two images be equal.
  const compare = order.byRoot || table.roots.size < 2 ? null : createPathCompare(table, order.folderOrder!)
  let place = 0
  for (let i = 0; i < permutation.length; i += 1) {
    if ((i & 0xffff) === 0xffff) yield
    if (compare === null || i === 0 || compare(permutation[i - 1]!, permutation[i]!) !== 0) place = i
    rank[permutation[i]!] = place
  }
  order.rank = rank
  return rank
}

/** Compares two slots as shared/lib/natural.ts compares their paths. */
function createPathCompare(table: Table, { rank, blockEnd }: FolderOrder): Compare {
  const spanA = createSpan()
  const spanB = createSpan()
  const joinA = createSpan()
  const joinB = createSpan()
  return (a, b) => {
    const folderA = table.folderOf[a]!
    const folderB = table.folderOf[b]!
    const rankA = rank[folderA]!
    const rankB = rank[folderB]!
    if (rankA === rankB) {
      const order = compareNaturalSpans(spanOf(table.names, a, spanA), spanOf(table.names, b, spanB))
      return order || compareText(pathOf(table, a), pathOf(table, b))
    }
    if (rankA < rankB ? rankB > blockEnd[rankA]! : rankA > blockEnd[rankB]!) return rankA - rankB
    const order = compareNaturalSpans(joinPath(table, a, spanA, joinA), joinPath(table, b, spanB, joinB))
    return order || compareText(pathOf(table, a), pathOf(table, b))
  }
}

/** The folded path of a slot, written into `join`. */
function joinPath(table: Table, slot: number, span: Span, join: Span): Span {
  dirSpan(table, table.folderOf[slot]!, span)
  join.to = 0
  append(join, span)
  if (join.to > 0) join.bytes[join.to++] = 47
  return append(join, spanOf(table.names, slot, span))
}

function append(join: Span, { bytes, from, to }: Span): Span {
  if (join.bytes.length < join.to + to - from + 1) join.bytes = resized(join.bytes, (join.to + to - from + 1) * 2)
  for (let i = from; i < to; i += 1) join.bytes[join.to++] = FOLD[bytes[i]!]!
  return join
}

function pathOf(table: Table, slot: number): string {
  const dir = dirOfFolder(table, table.folderOf[slot]!)
  const name = textAt(table.names, slot)
  return dir === '' ? name : `${dir}/${name}`
}

function newSlots(table: Table, from: number): Uint32Array {
  const slots = new Uint32Array(table.count - from)
  let count = 0
  for (let slot = from; slot < table.count; slot += 1) {
    slots[count] = slot
    count += Number(isLive(table, slot))
  }
  return slots.subarray(0, count)
}

/** The slots grouped by the rank of their folder: nearly in order. */
function byFolder(table: Table, slots: Uint32Array, { rank, blockEnd }: FolderOrder): Uint32Array {
  const starts = new Uint32Array(blockEnd.length + 1)
  for (const slot of slots) starts[rank[table.folderOf[slot]!]! + 1]! += 1
  for (let i = 1; i < starts.length; i += 1) starts[i]! += starts[i - 1]!
  const grouped = new Uint32Array(slots.length)
  for (const slot of slots) {
    const folder = rank[table.folderOf[slot]!]!
    grouped[starts[folder]!] = slot
    starts[folder]! += 1
  }
  return grouped
}
