/** Bitsets over slots: bit n of word n >> 5. All sets of one evaluation have the same number of words. */
export type Bits = Uint32Array

export function wordsFor(slots: number): number {
  return (slots + 31) >>> 5
}

export function setBit(bits: Bits, slot: number): void {
  bits[slot >>> 5]! |= 1 << (slot & 31)
}

export function clearBit(bits: Bits, slot: number): void {
  bits[slot >>> 5]! &= ~(1 << (slot & 31))
}

export function hasBit(bits: Bits, slot: number): boolean {
  return ((bits[slot >>> 5]! >>> (slot & 31)) & 1) === 1
}

export function andInto(target: Bits, other: Bits): void {
  for (let i = 0; i < target.length; i += 1) target[i]! &= other[i]!
}

export function orInto(target: Bits, other: Bits): void {
  for (let i = 0; i < target.length; i += 1) target[i]! |= other[i]!
}

/** target = within without target: the complement over the live images. */
export function complementInto(target: Bits, within: Bits): void {
  for (let i = 0; i < target.length; i += 1) target[i] = within[i]! & ~target[i]!
}

export function countBits(bits: Bits): number {
  let total = 0
  for (let i = 0; i < bits.length; i += 1) {
    let word = bits[i]!
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    total += (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
  }
  return total
}

/** The slots of a set in ascending order; `total` is its count. */
export function slotsOf(bits: Bits, total: number): Uint32Array {
  const slots = new Uint32Array(total)
  let at = 0
  for (let i = 0; i < bits.length; i += 1) {
    let word = bits[i]!
    while (word !== 0) {
      slots[at] = (i << 5) + 31 - Math.clz32(word & -word)
      at += 1
      word &= word - 1
    }
  }
  return slots
}

/** The members of a set in the order of a permutation that holds each of them once. */
export function walk(permutation: Uint32Array, bits: Bits, total: number): Uint32Array {
  // One place more, so that the branch-free store below never falls outside.
  const slots = new Uint32Array(total + 1)
  let at = 0
  for (let i = 0; i < permutation.length && at < total; i += 1) {
    const slot = permutation[i]!
    slots[at] = slot
    at += (bits[slot >>> 5]! >>> (slot & 31)) & 1
  }
  return slots.subarray(0, total)
}
