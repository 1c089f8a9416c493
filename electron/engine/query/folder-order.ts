/**
 * The order of folders, so that most paths compare by two numbers.
 *
 * Folders that are equal in natural order (`Day01`, `day1`) share a rank. `blockEnd[rank]` is the last rank below that
 * folder: only a folder and one below it need their names looked at, because a folder's own files stand between its
 * subfolders. With `byRoot` the roots' names come first.
 */
import { compareNatural } from '../../../shared/lib/natural.ts'
import { sortSlots } from './merge-sort.ts'
import { rootOfFolder, type Table } from './table.ts'
import { compareNaturalSpans } from './text-match.ts'
import { createSpan, spanOf, type Span } from './texts.ts'
import type { Steps } from './lane.ts'

export type FolderOrder = {
  readonly byRoot: boolean
  readonly folders: number
  readonly rootsVersion: number
  /** Ranks of roots by name as text, to see whether a change of roots changes the order. */
  readonly rootRanks: string
  /** By folder code. */
  readonly rank: Uint32Array
  readonly blockEnd: Uint32Array
}

/** The order of all folders the table has now. */
export function* orderFolders(table: Table, byRoot: boolean): Steps<FolderOrder> {
  const { count } = table.folders
  const rootRanks = rankRoots(table, byRoot)
  const rootOf = new Float64Array(count + 1)
  for (let folder = 1; folder <= count; folder += 1) rootOf[folder] = rootRanks.get(rootOfFolder(table, folder)) ?? -1
  const compare = (a: number, b: number) =>
    rootOf[a]! - rootOf[b]! || compareNaturalSpans(dirSpan(table, a, spanA), dirSpan(table, b, spanB))
  const sorted = yield* sortSlots(
    Uint32Array.from({ length: count }, (_, i) => i + 1),
    compare,
  )
  const rank = new Uint32Array(count + 1)
  const first: number[] = []
  sorted.forEach((folder, i) => {
    if (i === 0 || compare(sorted[i - 1]!, folder) !== 0) first.push(folder)
    rank[folder] = first.length - 1
  })
  const isBelow = (folder: number, above: number) =>
    rootOf[folder] === rootOf[above] && isPrefix(dirSpan(table, above, spanA), dirSpan(table, folder, spanB))
  return {
    byRoot,
    folders: count,
    rootsVersion: table.rootsVersion,
    rootRanks: JSON.stringify([...rootRanks]),
    rank,
    blockEnd: findBlocks(first, isBelow),
  }
}

/** The path below its root of a folder, without a slash at the end. */
export function dirSpan(table: Table, folder: number, span: Span): Span {
  spanOf(table.folders.texts, table.folders.refs[folder]!, span)
  while (span.bytes[span.from] !== 47) span.from += 1
  span.from += 1
  return span
}

const spanA = createSpan()
const spanB = createSpan()

/** Roots of the same name share a rank: their paths are then compared. */
export function rankRoots(table: Table, byRoot: boolean): Map<number, number> {
  const roots = [...table.roots.values()].sort((a, b) => compareNatural(a.name, b.name))
  let rank = 0
  return new Map(
    roots.map(({ row, name }, i) => {
      if (byRoot && i > 0 && roots[i - 1]!.name !== name) rank += 1
      return [row, byRoot ? rank : -1]
    }),
  )
}

function findBlocks(first: readonly number[], isBelow: (folder: number, above: number) => boolean): Uint32Array {
  const blockEnd = Uint32Array.from(first, (_, rank) => rank)
  const open: number[] = []
  for (let rank = 0; rank <= first.length; rank += 1) {
    while (open.length > 0 && (rank === first.length || !isBelow(first[rank]!, first[open.at(-1)!]!))) {
      blockEnd[open.pop()!] = rank - 1
    }
    open.push(rank)
  }
  return blockEnd
}

/** Whether a folder's path begins with all of the other's parts, in natural order. */
function isPrefix(above: Span, below: Span): boolean {
  if (above.from === above.to) return true
  let slashes = 1
  for (let i = above.from; i < above.to; i += 1) slashes += Number(above.bytes[i] === 47)
  let end = below.from
  for (; end < below.to; end += 1) {
    if (below.bytes[end] === 47) slashes -= 1
    if (slashes === 0) break
  }
  if (end === below.to && slashes > 1) return false
  return compareNaturalSpans(above, { bytes: below.bytes, from: below.from, to: end }) === 0
}
