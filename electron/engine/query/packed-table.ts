/**
 * A table and its path order as a few blobs, and back: names, order, columns in parts of some megabytes. All parts
 * carry the same revision, and the base names every other's check sum: codes and slots of two packings of one
 * revision differ. A part that is missing, damaged or another's makes all of them worthless.
 */
import { wordsFor } from './bits.ts'
import type { Column } from './column.ts'
import type { Dictionary } from './dictionary.ts'
import type { Steps } from './lane.ts'
import { packTree, sumOf, unpackTree, type Tree } from './pack.ts'
import type { PathOrder } from './path-order.ts'
import type { Rare } from './rare.ts'
import { indexRows } from './row-index.ts'
import type { Orders } from './sort.ts'
import { bytesOfColumn } from './column.ts'
import { isLive, type Table } from './table.ts'
import type { Texts } from './texts.ts'
import { COLUMN_FIELDS } from './fields.ts'

export type Blob = { readonly name: string; readonly data: Uint8Array }
export type ReadBlob = (name: string) => { readonly revision: number; readonly data: Uint8Array } | null

/** Raise it with any change in what tables, columns, dictionaries or orders hold: older blobs are then not used. */
const LAYOUT = 1
const PART_BYTES = 8_000_000
const BASE = 'columns'
const partName = (index: number) => `${BASE}-${index}`

/** Blobs of the table as it is now; the base comes last, so that storing them in order may stop anywhere. */
export function* packTable(table: Table, orders: Orders): Steps<Blob[]> {
  const blobs: Blob[] = []
  const groups = groupColumns(table)
  for (const [index, group] of groups.entries()) {
    const tree = {
      names: group.map(([name]) => name),
      columns: group.map(([, column]) => trimColumn(column, table.count)),
    }
    blobs.push({ name: partName(index), data: packTree(tree) })
    yield
  }
  blobs.push({ name: `${BASE}-names`, data: packTree(trimTexts(table.names)) })
  yield
  blobs.push({ name: `${BASE}-order`, data: packTree(trimOrder(orders.byPath)) })
  yield
  const base = {
    layout: LAYOUT,
    parts: groups.length,
    sums: blobs.map(({ name, data }) => `${name} ${sumOf(data)}`),
    count: table.count,
    alive: table.alive,
    rows: table.rows.subarray(0, table.count),
    live: table.live.subarray(0, wordsFor(table.count)),
    folderOf: table.folderOf.subarray(0, table.count),
    folders: trimDictionary(table.folders),
    rare: trimRare(table.rare),
  }
  blobs.push({ name: BASE, data: packTree(base) })
  return blobs
}

/** Fills an empty table and order from blobs of this revision; false (and both untouched) where that cannot be. */
export function* unpackTable(table: Table, orders: Orders, read: ReadBlob, revision: number): Steps<boolean> {
  const known = read(BASE)
  const base = (known?.revision === revision ? unpackTree(known.data) : null) as Base | null
  if (base?.layout !== LAYOUT) return false
  const tree = (name: string): Tree | null => {
    const blob = read(name)
    const isPart = blob?.revision === revision && base.sums.includes(`${name} ${sumOf(blob.data)}`)
    return isPart ? unpackTree(blob.data) : null
  }
  yield
  const names = tree(`${BASE}-names`) as unknown as Texts | null
  yield
  const order = tree(`${BASE}-order`) as unknown as PathOrder | null
  const columns = new Map<string, Column>()
  for (let index = 0; index < base.parts; index += 1) {
    yield
    const part = tree(partName(index)) as { names: string[]; columns: Column[] } | null
    if (!part) return false
    part.names.forEach((name, i) => columns.set(name, part.columns[i]!))
  }
  const isWhole = ['tag', ...COLUMN_FIELDS].every((name) => columns.has(name))
  if (!names || !order || !isWhole) return false
  for (const name of BASE_FIELDS) Object.assign(table, { [name]: base[name] })
  table.capacity = table.count
  table.names = names
  takeColumns(table, columns)
  table.slotOf = indexRows(table.rows, table.count, (slot) => isLive(table, slot))
  table.revision = revision
  table.version += 1
  Object.assign(orders.byPath, order)
  return true
}

type Base = Pick<Table, (typeof BASE_FIELDS)[number]> & {
  readonly layout: number
  readonly parts: number
  readonly sums: readonly string[]
}

const BASE_FIELDS = ['count', 'alive', 'rows', 'live', 'folderOf', 'folders', 'rare'] as const

/** Names of columns in blobs: fields and tags as they are called, metadata keys behind a dot. */
function namedColumns(table: Table): [string, Column][] {
  const keys = Array.from(table.keys, ([key, column]): [string, Column] => [`.${key}`, column])
  return [...Object.entries(table.fields), ['tag', table.tag], ...keys]
}

function takeColumns(table: Table, columns: ReadonlyMap<string, Column>): void {
  table.tag = columns.get('tag')!
  for (const name of COLUMN_FIELDS) table.fields[name] = columns.get(name)!
  table.keys = new Map()
  for (const [name, column] of columns) if (name.startsWith('.')) table.keys.set(name.slice(1), column)
}

function groupColumns(table: Table): [string, Column][][] {
  const groups: [string, Column][][] = []
  let bytes = PART_BYTES
  for (const entry of namedColumns(table)) {
    if (bytes >= PART_BYTES) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)!.push(entry)
    bytes += bytesOfColumn(entry[1])
  }
  return groups
}

function trimColumn({ dictionary, codes, slots, floats, count, version }: Column, used: number) {
  const length = slots === null ? used : count
  return {
    dictionary: trimDictionary(dictionary),
    codes: codes.subarray(0, length),
    slots: slots === null ? null : slots.subarray(0, length),
    floats: floats === null ? null : floats.subarray(0, length),
    count,
    version,
  } satisfies Column
}

function trimDictionary(dictionary: Dictionary) {
  const { count, numberCount, listCount, kinds, refs, totals, hashes, table, numbers, members, listStarts } = dictionary
  return {
    count,
    kinds: kinds.subarray(0, count + 1),
    refs: refs.subarray(0, count + 1),
    totals: totals.subarray(0, count + 1),
    hashes: hashes.subarray(0, count + 1),
    table,
    texts: trimTexts(dictionary.texts),
    numbers: numbers.subarray(0, numberCount),
    numberCount,
    members: members.subarray(0, listStarts[listCount]),
    listStarts: listStarts.subarray(0, listCount + 1),
    listCount,
  } satisfies Dictionary
}

type TrimmedTexts = Texts & { [name: string]: Tree } & { folded: TrimmedTexts | null }

function trimTexts({ bytes, starts, count, folded, foldedOf }: Texts): TrimmedTexts {
  return {
    bytes: bytes.subarray(0, starts[count]),
    starts: starts.subarray(0, count + 1),
    count,
    folded: folded === null ? null : trimTexts(folded),
    foldedOf: foldedOf === null ? null : foldedOf.subarray(0, count),
  }
}

function trimRare(rare: Rare) {
  const { keys, values, heads, slotHeads, rows, free } = rare
  return {
    keys: trimDictionary(keys),
    values: trimDictionary(values),
    heads,
    slotHeads,
    rowKeys: rare.rowKeys.subarray(0, rows),
    rowSlots: rare.rowSlots.subarray(0, rows),
    rowCodes: rare.rowCodes.subarray(0, rows),
    nextOfKey: rare.nextOfKey.subarray(0, rows),
    nextOfSlot: rare.nextOfSlot.subarray(0, rows),
    rows,
    free,
  } satisfies Rare
}

/** Subtle: roots may change before it is read again, so their version is made one that never is. */
function trimOrder({ byRoot, folderOrder, permutation, covered }: PathOrder) {
  return {
    byRoot,
    folderOrder: folderOrder && { ...folderOrder, rootsVersion: -1 },
    permutation,
    covered,
    rank: null,
  } satisfies PathOrder
}
