/**
 * One field of all images: a dictionary and a code per slot (0 = missing).
 *
 * Dense: `codes` by slot. Sparse, where few images have the field: ascending `slots` and their codes beside them.
 * Once a dense column holds more different numbers than 16-bit codes can tell apart, single numbers move out into
 * `floats` (NaN = none) and their codes become 0. `version` counts changes, so that what was derived can be dropped.
 */
import { emptyCodes, grown, lowerBound, resized, widened, type Codes } from './arrays.ts'
import { setBit, type Bits } from './bits.ts'
import {
  addFrom,
  addValue,
  bytesOfDictionary,
  createDictionary,
  KIND,
  type Dictionary,
  type Value,
} from './dictionary.ts'

export type Column = {
  dictionary: Dictionary
  codes: Codes
  slots: Uint32Array | null
  floats: Float64Array | null
  /** Images that have a value. */
  count: number
  version: number
}

/** More distinct numbers than this go to `floats`. */
export const MOST_NUMBERS = 65_534

/** An empty column: dense with room for `capacity` slots, or sparse. */
export function createColumn(capacity: number | 'sparse'): Column {
  return {
    dictionary: createDictionary(),
    codes: new Uint8Array(capacity === 'sparse' ? 0 : capacity),
    slots: capacity === 'sparse' ? new Uint32Array(0) : null,
    floats: null,
    count: 0,
    version: 0,
  }
}

/** Sets a scalar or a list, an empty list clears; `mostNumbers` is where numbers leave the dictionary. */
export function setValue(column: Column, slot: number, value: Value, mostNumbers = MOST_NUMBERS): void {
  if (typeof value === 'number' && column.floats) return setFloat(column, slot, value + 0)
  setCode(column, slot, addValue(column.dictionary, value))
  if (column.dictionary.numberCount > mostNumbers && column.slots === null && column.floats === null) spill(column)
}

/** Sets the code of a slot, 0 to clear, and keeps totals. */
export function setCode(column: Column, slot: number, code: number): void {
  if (column.slots) return setSparse(column, slot, code)
  const old = column.codes[slot]!
  const hadFloat = dropFloat(column, slot)
  if (old === code && !hadFloat) return
  const { totals } = column.dictionary
  if (old !== 0) totals[old]! -= 1
  if (code !== 0) totals[code]! += 1
  column.count += Number(code !== 0) - Number(old !== 0 || hadFloat)
  column.codes = widened(column.codes, code)
  column.codes[slot] = code
  column.version += 1
}

export function codeAt(column: Column, slot: number): number {
  if (!column.slots) return column.codes[slot]!
  const at = lowerBound(column.slots, column.count, slot)
  return at < column.count && column.slots[at] === slot ? column.codes[at]! : 0
}

/** Adds to `bits` every slot that has a value. */
export function addPresent(column: Column, bits: Bits, slots: number): void {
  const { codes, floats } = column
  if (column.slots) {
    for (let i = 0; i < column.count; i += 1) setBit(bits, column.slots[i]!)
    return
  }
  for (let slot = 0; slot < slots; slot += 1) if (codes[slot] !== 0) setBit(bits, slot)
  if (floats) for (let slot = 0; slot < slots; slot += 1) if (floats[slot] === floats[slot]) setBit(bits, slot)
}

/** Makes room for `capacity` slots. */
export function growColumn(column: Column, capacity: number): void {
  if (column.slots) return
  const { codes, floats } = column
  column.codes = resized(codes, capacity)
  if (!floats) return
  column.floats = resized(floats, capacity).fill(Number.NaN, floats.length)
}

export function makeDense(column: Column, capacity: number): void {
  const { slots, codes, count } = column
  if (!slots) return
  const dense = emptyCodes(capacity, column.dictionary.count)
  for (let i = 0; i < count; i += 1) dense[slots[i]!] = codes[i]!
  column.codes = dense
  column.slots = null
}

/** Turns a dense column without floats into a sparse one; `slots` is how many slots are in use. */
export function makeSparse(column: Column, slots: number): void {
  if (column.slots || column.floats) return
  const { codes, count } = column
  const sparse = new Uint32Array(count)
  const own = emptyCodes(count, column.dictionary.count)
  let at = 0
  for (let slot = 0; slot < slots; slot += 1) {
    if (codes[slot] === 0) continue
    sparse[at] = slot
    own[at] = codes[slot]!
    at += 1
  }
  column.slots = sparse
  column.codes = own
}

/** Rebuilds the dictionary with only the values in use: after many edits, and when numbers have moved out. */
export function recode(column: Column): void {
  const { dictionary: old, codes } = column
  const dictionary = createDictionary()
  const length = column.slots ? column.count : codes.length
  const mapping = new Uint32Array(old.count + 1)
  for (let code = 1; code <= old.count; code += 1) {
    if (old.totals[code] === 0) continue
    mapping[code] = addFrom(dictionary, old, code)
    dictionary.totals[mapping[code]!] = old.totals[code]!
  }
  const mapped = emptyCodes(codes.length, dictionary.count)
  for (let i = 0; i < length; i += 1) mapped[i] = mapping[codes[i]!]!
  column.dictionary = dictionary
  column.codes = mapped
  column.version += 1
}

export function bytesOfColumn(column: Column): number {
  const { codes, slots, floats, dictionary } = column
  return codes.byteLength + (slots?.byteLength ?? 0) + (floats?.byteLength ?? 0) + bytesOfDictionary(dictionary)
}

function setFloat(column: Column, slot: number, value: number): void {
  const floats = column.floats!
  if (floats[slot] === value) return
  setCode(column, slot, 0)
  floats[slot] = value
  column.count += 1
  column.version += 1
}

/** Forgets the float of a slot; true if there was one. */
function dropFloat(column: Column, slot: number): boolean {
  const { floats } = column
  if (!floats || Number.isNaN(floats[slot]!)) return false
  floats[slot] = Number.NaN
  return true
}

function setSparse(column: Column, slot: number, code: number): void {
  const slots = column.slots!
  const { totals } = column.dictionary
  const { count } = column
  const at = lowerBound(slots, count, slot)
  const old = at < count && slots[at] === slot ? column.codes[at]! : 0
  if (old === code) return
  column.version += 1
  if (old !== 0) totals[old]! -= 1
  if (code === 0) {
    slots.copyWithin(at, at + 1, count)
    column.codes.copyWithin(at, at + 1, count)
    column.count = count - 1
    return
  }
  totals[code]! += 1
  column.codes = widened(column.codes, code)
  if (old === 0) {
    column.slots = grown(slots, count + 1)
    column.codes = grown(column.codes, count + 1)
    column.slots.copyWithin(at + 1, at, count)
    column.codes.copyWithin(at + 1, at, count)
    column.slots[at] = slot
    column.count = count + 1
  }
  column.codes[at] = code
}

/** Moves single numbers from the dictionary to floats. */
function spill(column: Column): void {
  const { dictionary, codes } = column
  const floats = new Float64Array(codes.length).fill(Number.NaN)
  for (let slot = 0; slot < codes.length; slot += 1) {
    const code = codes[slot]!
    if (code === 0 || dictionary.kinds[code] !== KIND.number) continue
    floats[slot] = dictionary.numbers[dictionary.refs[code]!]!
    dictionary.totals[code]! -= 1
    codes[slot] = 0
  }
  column.floats = floats
  recode(column)
}
