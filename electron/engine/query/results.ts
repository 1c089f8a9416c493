/**
 * Open results: each is a snapshot, so that paging stays stable while files change. The sixteen used last are kept.
 * When the table is compacted, a result keeps its rows and its set follows to the new slots.
 */
import { hasBit, setBit, wordsFor, type Bits } from './bits.ts'
import { GONE, type Moves } from './compact.ts'
import { takeSlots, type Sequence } from './sequence.ts'

export type Result = {
  readonly revision: number
  /** Slots in order; null once the table has been compacted, then there are rows. */
  sequence: Sequence | null
  rows: Uint32Array | null
  /** The images as a set of slots. */
  bits: Bits
}

export type Results = {
  add(revision: number, sequence: Sequence): number
  /** The result, which now is the one used last; undefined = gone. */
  get(id: number): Result | undefined
  close(id: number): void
  /** Follows a compaction of the table. */
  move(moves: Moves): void
}

const MOST_RESULTS = 16

export function createResults(): Results {
  const results = new Map<number, Result>()
  let next = 1
  return {
    add(revision, sequence) {
      const id = next
      next += 1
      results.set(id, { revision, sequence, rows: null, bits: sequence.bits })
      if (results.size > MOST_RESULTS) results.delete(results.keys().next().value!)
      return id
    },
    get(id) {
      const result = results.get(id)
      if (!result) return undefined
      results.delete(id)
      results.set(id, result)
      return result
    },
    close(id) {
      results.delete(id)
    },
    move(moves) {
      for (const result of results.values()) moveResult(result, moves)
    },
  }
}

/** Image rows of a result in order, by the rows that slots have now. */
export function takeRows({ sequence, rows }: Result, rowOf: Uint32Array, offset: number, limit: number): Uint32Array {
  if (rows) return rows.slice(offset, offset + limit)
  return takeSlots(sequence!, offset, limit).map((slot) => rowOf[slot]!)
}

function moveResult(result: Result, { rows, slots, count }: Moves): void {
  result.rows = takeRows(result, rows, 0, Infinity)
  result.sequence = null
  const moved = new Uint32Array(wordsFor(count))
  const length = Math.min(slots.length, result.bits.length * 32)
  for (let slot = 0; slot < length; slot += 1) {
    if (slots[slot] !== GONE && hasBit(result.bits, slot)) setBit(moved, slots[slot]!)
  }
  result.bits = moved
}
