/**
 * Open results: each is a snapshot of slots in order, so that paging stays stable while files change. The sixteen used
 * last are kept. When the table is compacted, a result keeps its rows and follows to the new slots.
 */
import { GONE, type Moves } from './compact.ts'

export type Result = {
  readonly revision: number
  slots: Uint32Array
  /** Rows by place, once slots no longer give them. */
  rows: Uint32Array | null
}

export type Results = {
  add(result: Result): number
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
    add(result) {
      const id = next
      next += 1
      results.set(id, result)
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
    move({ rows, slots }) {
      for (const result of results.values()) {
        result.rows ??= result.slots.map((slot) => rows[slot]!)
        result.slots = result.slots.map((slot) => slots[slot]!).filter((slot) => slot !== GONE)
      }
    },
  }
}
