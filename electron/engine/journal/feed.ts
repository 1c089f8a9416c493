/**
 * Hands appended records on to the index: in the file's order, one call after the other. So the offset stored with them
 * never runs ahead of what was folded in, and a restart reads on from the right place.
 */
import type { JournalRecord } from '../../../shared/domain/operation.ts'
import type { JournalOffset, Saved } from '../db/index.ts'

/** Folds records into the index; `offset` is stored in the same transaction. */
export type Apply = (
  records: readonly JournalRecord[],
  offset: JournalOffset | null,
) => Promise<Saved & { refold?: true }>

export type Portion = { readonly record: JournalRecord; readonly bytes: number }

const CALL_BYTES = 1024 * 1024
const CALL_RECORDS = 1000

/** Returns a function that queues records and tells when they are in the index. */
export function createFeed(
  apply: Apply,
): (portions: readonly Portion[], offset: JournalOffset | null) => Promise<Saved> {
  let last: Promise<unknown> = Promise.resolve()
  // Subtle: after a call that took nothing in no offset may be stored, or what is missing would not be read again.
  let hasFailed = false

  const feed = async (portions: readonly Portion[], offset: JournalOffset | null): Promise<Saved> => {
    const total = { revision: 0, added: 0, changed: 0, removed: 0 }
    const calls = divide(portions)
    for (const [index, records] of calls.entries()) {
      const isLast = index === calls.length - 1
      const saved = await apply(records, isLast && !hasFailed ? offset : null)
      if (saved.refold) hasFailed = true
      total.revision = saved.revision
      total.added += saved.added
      total.changed += saved.changed
      total.removed += saved.removed
    }
    return total
  }

  return (portions, offset) => {
    const saved = last.then(() => feed(portions, offset))
    last = saved.catch(() => {
      hasFailed = true
    })
    return saved
  }
}

function divide(portions: readonly Portion[]): JournalRecord[][] {
  const calls: JournalRecord[][] = [[]]
  let bytes = 0
  for (const portion of portions) {
    const current = calls.at(-1)!
    if (current.length > 0 && (bytes + portion.bytes > CALL_BYTES || current.length >= CALL_RECORDS)) {
      calls.push([portion.record])
      bytes = portion.bytes
    } else {
      current.push(portion.record)
      bytes += portion.bytes
    }
  }
  return calls
}
