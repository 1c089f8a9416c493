/**
 * Scans that turn codes into bits, and codes of chosen slots into counts. One function per array width, because
 * a loop that meets only one kind of array runs several times faster.
 */
import type { Codes } from './arrays.ts'
import { setBit, type Bits } from './bits.ts'

/** Sets the bit of every slot below `slots` whose code passes: pass[code] = 1. */
export function scanCodes(codes: Codes, pass: Uint8Array, bits: Bits, slots: number): void {
  if (codes instanceof Uint8Array) {
    const whole = new Uint8Array(256)
    whole.set(pass.length > 256 ? pass.subarray(0, 256) : pass)
    scan8(codes, whole, bits, slots)
  } else if (codes instanceof Uint16Array) scan16(codes, pass, bits, slots)
  else scan32(codes, pass, bits, slots)
}

/** Sets the bit of every listed slot whose code passes. */
export function scanSparse(slots: Uint32Array, codes: Codes, count: number, pass: Uint8Array): (bits: Bits) => void {
  return (bits) => {
    for (let i = 0; i < count; i += 1) if (pass[codes[i]!] === 1) setBit(bits, slots[i]!)
  }
}

/** Sets the bit of every slot whose number lies in one of the inclusive ranges; NaN lies in none. */
export function scanFloats(
  floats: Float64Array,
  ranges: readonly (readonly [low: number, high: number])[],
  bits: Bits,
  slots: number,
): void {
  for (const [low, high] of ranges) {
    for (let from = 0; from < slots; from += 32) {
      const to = Math.min(from + 32, slots)
      let word = 0
      for (let slot = from; slot < to; slot += 1) {
        const value = floats[slot]!
        word |= (Number(value >= low) & Number(value <= high)) << (slot & 31)
      }
      bits[from >>> 5]! |= word
    }
  }
}

/** How often each code stands at the given slots; `counts` is by code and is added to. */
export function countCodes(codes: Codes, slots: Uint32Array, counts: Uint32Array): void {
  if (codes instanceof Uint8Array) count8(codes, slots, counts)
  else if (codes instanceof Uint16Array) count16(codes, slots, counts)
  else count32(codes, slots, counts)
}

function scan8(codes: Uint8Array, pass: Uint8Array, bits: Bits, slots: number): void {
  const whole = slots & ~31
  for (let from = 0; from < whole; from += 32) {
    let word = 0
    for (let k = 0; k < 32; k += 4) {
      const four =
        pass[codes[from + k]!]! |
        (pass[codes[from + k + 1]!]! << 1) |
        (pass[codes[from + k + 2]!]! << 2) |
        (pass[codes[from + k + 3]!]! << 3)
      word |= four << k
    }
    bits[from >>> 5]! |= word
  }
  for (let slot = whole; slot < slots; slot += 1) if (pass[codes[slot]!] === 1) setBit(bits, slot)
}

function scan16(codes: Uint16Array, pass: Uint8Array, bits: Bits, slots: number): void {
  const whole = slots & ~31
  for (let from = 0; from < whole; from += 32) {
    let word = 0
    for (let k = 0; k < 32; k += 4) {
      const four =
        pass[codes[from + k]!]! |
        (pass[codes[from + k + 1]!]! << 1) |
        (pass[codes[from + k + 2]!]! << 2) |
        (pass[codes[from + k + 3]!]! << 3)
      word |= four << k
    }
    bits[from >>> 5]! |= word
  }
  for (let slot = whole; slot < slots; slot += 1) if (pass[codes[slot]!] === 1) setBit(bits, slot)
}

function scan32(codes: Uint32Array, pass: Uint8Array, bits: Bits, slots: number): void {
  const whole = slots & ~31
  for (let from = 0; from < whole; from += 32) {
    let word = 0
    for (let k = 0; k < 32; k += 4) {
      const four =
        pass[codes[from + k]!]! |
        (pass[codes[from + k + 1]!]! << 1) |
        (pass[codes[from + k + 2]!]! << 2) |
        (pass[codes[from + k + 3]!]! << 3)
      word |= four << k
    }
    bits[from >>> 5]! |= word
  }
  for (let slot = whole; slot < slots; slot += 1) if (pass[codes[slot]!] === 1) setBit(bits, slot)
}

/** Four interleaved counters: neighbours with the same value would wait for each other's store. */
function count8(codes: Uint8Array, slots: Uint32Array, counts: Uint32Array): void {
  const lanes = new Uint32Array(1024)
  const whole = slots.length & ~3
  for (let i = 0; i < whole; i += 4) {
    lanes[codes[slots[i]!]!]! += 1
    lanes[256 + codes[slots[i + 1]!]!]! += 1
    lanes[512 + codes[slots[i + 2]!]!]! += 1
    lanes[768 + codes[slots[i + 3]!]!]! += 1
  }
  for (let i = whole; i < slots.length; i += 1) lanes[codes[slots[i]!]!]! += 1
  const known = Math.min(256, counts.length)
  for (let code = 0; code < known; code += 1)
    counts[code]! += lanes[code]! + lanes[256 + code]! + lanes[512 + code]! + lanes[768 + code]!
}

function count16(codes: Uint16Array, slots: Uint32Array, counts: Uint32Array): void {
  for (let i = 0; i < slots.length; i += 1) counts[codes[slots[i]!]!]! += 1
}

function count32(codes: Uint32Array, slots: Uint32Array, counts: Uint32Array): void {
  for (let i = 0; i < slots.length; i += 1) counts[codes[slots[i]!]!]! += 1
}
