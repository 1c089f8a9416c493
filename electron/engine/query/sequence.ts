/**
 * The images of a result in order, without a list of them where they are many: a permutation of all images that is
 * shared with other results, and the set of those that count. A page begins at the nearest mark before it; marks are
 * made as far as anybody has read. Neither array may change afterwards.
 */
import type { Bits } from './bits.ts'

export type Sequence = {
  readonly permutation: Uint32Array
  readonly bits: Bits
  readonly total: number
  /** False if the permutation holds the members of the set and nothing else. */
  readonly isFiltered: boolean
  /** Place in the permutation after every 4096th member, as far as known; the first is 0. */
  readonly marks: number[]
}

const MARK_BITS = 12
const MARK_MASK = (1 << MARK_BITS) - 1

export function createSequence(parts: Omit<Sequence, 'marks'>): Sequence {
  return { ...parts, marks: [0] }
}

/** The slots from `offset` on, at most `limit`. */
export function takeSlots(sequence: Sequence, offset: number, limit: number): Uint32Array {
  const { permutation, bits, total, isFiltered } = sequence
  const end = Math.min(total, offset + limit)
  if (offset >= end) return new Uint32Array(0)
  if (!isFiltered) return permutation.slice(offset, end)
  const slots = new Uint32Array(end - offset)
  let at = seek(sequence, offset)
  for (let found = 0; found < slots.length; at += 1) {
    const slot = permutation[at]!
    slots[found] = slot
    found += (bits[slot >>> 5]! >>> (slot & 31)) & 1
  }
  return slots
}

/** A place in the permutation with exactly `offset` members before it. */
function seek({ permutation, bits, marks }: Sequence, offset: number): number {
  let mark = Math.min(offset >>> MARK_BITS, marks.length - 1)
  let at = marks[mark]!
  let found = mark << MARK_BITS
  while (found < offset) {
    const slot = permutation[at]!
    at += 1
    found += (bits[slot >>> 5]! >>> (slot & 31)) & 1
    if ((found & MARK_MASK) === 0 && found >>> MARK_BITS > mark) {
      mark += 1
      if (marks.length === mark) marks.push(at)
    }
  }
  return at
}
