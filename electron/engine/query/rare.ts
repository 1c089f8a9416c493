/**
 * Keys that only a few images have, all in one store: a row (key, slot, value) each, chained by key and by slot.
 *
 * So a library in which every image brings a key of its own costs some forty bytes a key. A key that more than
 * `most` images have moves out into a column of its own.
 */
import { grown } from './arrays.ts'
import { createColumn, setCode, type Column } from './column.ts'
import {
  addFrom,
  addScalar,
  addValue,
  bytesOfDictionary,
  createDictionary,
  findText,
  type Dictionary,
  type Value,
} from './dictionary.ts'

export type Rare = {
  /** Key names by key code; `totals` counts a key's images. */
  keys: Dictionary
  /** Values of all rare keys together. */
  values: Dictionary
  /** By key code: first row + 1. */
  heads: Uint32Array
  /** By slot: first row + 1. */
  slotHeads: Uint32Array
  rowKeys: Uint32Array
  rowSlots: Uint32Array
  rowCodes: Uint32Array
  nextOfKey: Uint32Array
  nextOfSlot: Uint32Array
  rows: number
  /** First unused row + 1, chained by nextOfKey. */
  free: number
}

export function createRare(): Rare {
  return {
    keys: createDictionary(),
    values: createDictionary(),
    heads: new Uint32Array(2),
    slotHeads: new Uint32Array(0),
    rowKeys: new Uint32Array(0),
    rowSlots: new Uint32Array(0),
    rowCodes: new Uint32Array(0),
    nextOfKey: new Uint32Array(0),
    nextOfSlot: new Uint32Array(0),
    rows: 0,
    free: 0,
  }
}

/** Adds a value of a key that the slot does not have yet; returns how many images have the key now. */
export function addRare(rare: Rare, slot: number, key: string, value: Value): number {
  const code = addValue(rare.values, value)
  const keyCode = addScalar(rare.keys, key)
  if (code === 0) return rare.keys.totals[keyCode]!
  const row = newRow(rare)
  rare.heads = grown(rare.heads, keyCode + 1)
  rare.slotHeads = grown(rare.slotHeads, slot + 1)
  rare.rowKeys[row] = keyCode
  rare.rowSlots[row] = slot
  rare.rowCodes[row] = code
  rare.nextOfKey[row] = rare.heads[keyCode]!
  rare.nextOfSlot[row] = rare.slotHeads[slot]!
  rare.heads[keyCode] = row + 1
  rare.slotHeads[slot] = row + 1
  rare.values.totals[code]! += 1
  rare.keys.totals[keyCode]! += 1
  return rare.keys.totals[keyCode]!
}

/** Drops all rare values of a slot. */
export function clearRare(rare: Rare, slot: number): void {
  for (let next = rare.slotHeads[slot] ?? 0; next !== 0;) {
    const row = next - 1
    next = rare.nextOfSlot[row]!
    unlink(rare.heads, rare.rowKeys[row]!, rare.nextOfKey, row)
    freeRow(rare, row)
  }
  if (slot < rare.slotHeads.length) rare.slotHeads[slot] = 0
}

/** Takes a key's values out of the store, as a sparse column. */
export function takeRare(rare: Rare, key: string): Column {
  const column = rareColumn(rare, key)
  const keyCode = findText(rare.keys, key)
  for (let next = rare.heads[keyCode]!; next !== 0;) {
    const row = next - 1
    next = rare.nextOfKey[row]!
    unlink(rare.slotHeads, rare.rowSlots[row]!, rare.nextOfSlot, row)
    freeRow(rare, row)
  }
  rare.heads[keyCode] = 0
  return column
}

/** A copy of a key's values as a sparse column; empty where no image has it. */
export function rareColumn(rare: Rare, key: string): Column {
  const column = createColumn('sparse')
  const keyCode = findText(rare.keys, key)
  const rows: number[] = []
  for (let next = rare.heads[keyCode] ?? 0; next !== 0; next = rare.nextOfKey[next - 1]!) rows.push(next - 1)
  rows.sort((a, b) => rare.rowSlots[a]! - rare.rowSlots[b]!)
  for (const row of rows) {
    setCode(column, rare.rowSlots[row]!, addFrom(column.dictionary, rare.values, rare.rowCodes[row]!))
  }
  return column
}

export function bytesOfRare(rare: Rare): number {
  const { heads, slotHeads, rowKeys, rowSlots, rowCodes, nextOfKey, nextOfSlot } = rare
  const arrays = [heads, slotHeads, rowKeys, rowSlots, rowCodes, nextOfKey, nextOfSlot]
  const own = bytesOfDictionary(rare.keys) + bytesOfDictionary(rare.values)
  return arrays.reduce((sum, array) => sum + array.byteLength, own)
}

function newRow(rare: Rare): number {
  if (rare.free !== 0) {
    const row = rare.free - 1
    rare.free = rare.nextOfKey[row]!
    return row
  }
  const row = rare.rows
  rare.rows = row + 1
  rare.rowKeys = grown(rare.rowKeys, row + 1)
  rare.rowSlots = grown(rare.rowSlots, row + 1)
  rare.rowCodes = grown(rare.rowCodes, row + 1)
  rare.nextOfKey = grown(rare.nextOfKey, row + 1)
  rare.nextOfSlot = grown(rare.nextOfSlot, row + 1)
  return row
}

function freeRow(rare: Rare, row: number): void {
  rare.values.totals[rare.rowCodes[row]!]! -= 1
  rare.keys.totals[rare.rowKeys[row]!]! -= 1
  rare.rowCodes[row] = 0
  rare.nextOfKey[row] = rare.free
  rare.free = row + 1
}

/** Takes a row out of one chain. */
function unlink(heads: Uint32Array, head: number, nexts: Uint32Array, row: number): void {
  if (heads[head] === row + 1) {
    heads[head] = nexts[row]!
    return
  }
  let at = heads[head]! - 1
  while (nexts[at] !== row + 1) at = nexts[at]! - 1
  nexts[at] = nexts[row]!
}
