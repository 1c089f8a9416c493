/**
 * Which files have killed codec processes: after two deaths a file is not tried again while the engine runs. A timeout
 * is answered at once, for a second wait would help nobody; a crash may have been chance, so it is tried once more.
 */
import type { ChildEnd } from './codec-child.ts'
import type { Failure } from './codec-queue.ts'

export type Quarantine = {
  /** Counts a death; the answer to give now, or null to try again. */
  strike(subject: string, cause: ChildEnd['cause']): Failure | null
  /** The answer for a file that is not tried any more, or null. */
  verdict(subject: string): Failure | null
}

const STRIKES = 2
const MAX_SUBJECTS = 10_000

/** Makes an empty quarantine; it remembers the last 10,000 files. */
export function createQuarantine(): Quarantine {
  const blamed = new Map<string, { strikes: number; failure: Failure }>()
  return {
    strike(subject, cause) {
      const strikes = (blamed.get(subject)?.strikes ?? 0) + 1
      const failure = failureFor(cause)
      blamed.delete(subject)
      const oldest = blamed.keys().next()
      if (blamed.size >= MAX_SUBJECTS && !oldest.done) blamed.delete(oldest.value)
      blamed.set(subject, { strikes, failure })
      return strikes >= STRIKES || cause === 'timeout' ? failure : null
    },
    verdict(subject) {
      const entry = blamed.get(subject)
      return entry && entry.strikes >= STRIKES ? entry.failure : null
    },
  }
}

function failureFor(cause: ChildEnd['cause']): Failure {
  if (cause === 'timeout') return { ok: false, code: 'timeout', reason: 'The picture took too long to read.' }
  if (cause === 'memory')
    return { ok: false, code: 'too-large', reason: 'The picture needs too much memory to be shown.' }
  return { ok: false, code: 'unreadable', reason: 'The program that reads pictures stopped twice on this file.' }
}
