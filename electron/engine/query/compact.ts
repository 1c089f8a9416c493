/** Closes the gaps that removed images left in a table, and drops dictionary entries that nothing uses any more. */
import { emptyCodes, type Codes } from './arrays.ts'
import { setBit, wordsFor } from './bits.ts'
import { recode, type Column } from './column.ts'
import { addFrom, createDictionary } from './dictionary.ts'
import type { Steps } from './lane.ts'
import type { PathOrder } from './path-order.ts'
import type { Rare } from './rare.ts'
import { indexRows } from './row-index.ts'
import type { Orders } from './sort.ts'
import { isLive, type Table } from './table.ts'
import { createTexts, pushText, textAt } from './texts.ts'

/** By old slot: the row it had, and the new slot or GONE; `count` new slots. */
export type Moves = { readonly rows: Uint32Array; readonly slots: Uint32Array; readonly count: number }

export const GONE = 0xffffffff

/** Whether so much of the table is dead that closing the gaps pays. */
export function isWorthCompacting(table: Table): boolean {
  const dead = table.count - table.alive
  return dead > 4096 && dead * 4 > table.count
}

/** Rewrites table and orders; results must follow the moves it returns in the same turn. */
export function* compact(table: Table, orders: Orders): Steps<Moves> {
  const { rows, count } = table
  const slots = new Uint32Array(count).fill(GONE)
  let alive = 0
  for (let slot = 0; slot < count; slot += 1) if (isLive(table, slot)) slots[slot] = alive++
  const kept = keptSlots(slots, alive)
  const columns = [...Object.values(table.fields), table.tag, ...table.keys.values()]
  for (const column of columns) {
    yield
    moveColumn(column, kept, slots)
    if (isMostlyUnused(column)) recode(column)
  }
  moveRare(table.rare, kept, slots)
  yield
  moveFolders(table, kept)
  yield* moveNames(table, kept)
  moveOrder(orders.byPath, slots)
  moveOrder(orders.byPathOnly, slots)
  orders.kept.clear()
  yield
  // Subtle: no yield from here on, because pages are read between steps and find their rows by slot.
  table.rows = kept.map((slot) => rows[slot]!)
  table.live = new Uint32Array(wordsFor(alive))
  for (let slot = 0; slot < alive; slot += 1) setBit(table.live, slot)
  table.slotOf = indexRows(table.rows, alive, () => true)
  table.count = alive
  table.capacity = alive
  table.version += 1
  return { rows, slots, count: alive }
}

function keptSlots(slots: Uint32Array, alive: number): Uint32Array {
  const kept = new Uint32Array(alive)
  for (let slot = 0; slot < slots.length; slot += 1) if (slots[slot] !== GONE) kept[slots[slot]!] = slot
  return kept
}

function moveColumn(column: Column, kept: Uint32Array, slots: Uint32Array): void {
  column.version += 1
  if (column.slots) {
    for (let i = 0; i < column.count; i += 1) column.slots[i] = slots[column.slots[i]!]!
    return
  }
  column.codes = gather(column.codes, kept, column.dictionary.count)
  const { floats } = column
  if (floats) column.floats = Float64Array.from({ length: kept.length }, (_, i) => floats[kept[i]!]!)
}

function gather(codes: Codes, kept: Uint32Array, highest: number): Codes {
  const gathered = emptyCodes(kept.length, highest)
  for (let i = 0; i < kept.length; i += 1) gathered[i] = codes[kept[i]!]!
  return gathered
}

function isMostlyUnused({ dictionary }: Column): boolean {
  let unused = 0
  for (let code = 1; code <= dictionary.count; code += 1) unused += Number(dictionary.totals[code] === 0)
  return unused > 1024 && unused * 2 > dictionary.count
}

function moveRare(rare: Rare, kept: Uint32Array, slots: Uint32Array): void {
  for (let row = 0; row < rare.rows; row += 1) {
    if (rare.rowCodes[row] !== 0) rare.rowSlots[row] = slots[rare.rowSlots[row]!]!
  }
  rare.slotHeads = kept.map((slot) => rare.slotHeads[slot] ?? 0)
}

function moveFolders(table: Table, kept: Uint32Array): void {
  const { folders, folderOf } = table
  const fewer = createDictionary()
  const codes = new Uint32Array(folders.count + 1)
  for (let folder = 1; folder <= folders.count; folder += 1) {
    if (folders.totals[folder] === 0) continue
    codes[folder] = addFrom(fewer, folders, folder)
    fewer.totals[codes[folder]!] = folders.totals[folder]!
  }
  const moved = emptyCodes(kept.length, fewer.count)
  for (let i = 0; i < kept.length; i += 1) moved[i] = codes[folderOf[kept[i]!]!]!
  table.folders = fewer
  table.folderOf = moved
}

function* moveNames(table: Table, kept: Uint32Array): Steps<void> {
  const names = createTexts()
  for (let i = 0; i < kept.length; i += 1) {
    if ((i & 0x3fff) === 0x3fff) yield
    pushText(names, textAt(table.names, kept[i]!))
  }
  table.names = names
}

/** The order itself stays; folders have new codes, so theirs is found again. */
function moveOrder(order: PathOrder, slots: Uint32Array): void {
  const covered = order.covered
  order.permutation = order.permutation.map((slot) => slots[slot]!).filter((slot) => slot !== GONE)
  order.covered = covered === 0 ? 0 : order.permutation.length
  order.rank = null
  if (order.folderOrder) order.folderOrder = { ...order.folderOrder, folders: -1 }
}
