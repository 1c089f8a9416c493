/** What could not be written, why, and when to try again: sooner where it may pass, at once if the image is edited again. */
import type { ImageRow, RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { EditSubject } from '../db/index.ts'
import type { Clock } from '../platform.ts'

export type Unwritten = {
  readonly row: ImageRow
  readonly rootId: RootId
  readonly path: RootPath
  /** One plain sentence. */
  readonly reason: string
}

export type Failures = {
  note(subject: EditSubject, reason: string, isTransient: boolean): void
  forget(row: ImageRow): void
  /** Forgets what is not waiting to be written any more. */
  keepOnly(rows: ReadonlySet<ImageRow>): void
  /** True if the same edits failed a moment ago. */
  isTooEarly(subject: EditSubject): boolean
  /** Milliseconds until the next try is due; null = nothing failed. */
  nextRetryMs(): number | null
  list(): readonly Unwritten[]
}

type Failed = Unwritten & { readonly state: string; readonly waitMs: number; readonly retryAtMs: number }

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 5 * 60_000

export function createFailures(clock: Clock): Failures {
  const failed = new Map<ImageRow, Failed>()
  return {
    note({ row, rootId, path, state }, reason, isTransient) {
      const last = failed.get(row)
      const repeated = last?.state === state ? Math.min(last.waitMs * 2, LAST_RETRY_MS) : FIRST_RETRY_MS
      const waitMs = isTransient ? repeated : LAST_RETRY_MS
      failed.set(row, { row, rootId, path, reason, state, waitMs, retryAtMs: clock.now() + waitMs })
    },
    forget: (row) => failed.delete(row),
    keepOnly(rows) {
      for (const row of failed.keys()) if (!rows.has(row)) failed.delete(row)
    },
    isTooEarly({ row, state }) {
      const last = failed.get(row)
      return last !== undefined && last.state === state && last.retryAtMs > clock.now()
    },
    nextRetryMs() {
      let next = Infinity
      for (const { retryAtMs } of failed.values()) next = Math.min(next, retryAtMs)
      return next === Infinity ? null : Math.max(FIRST_RETRY_MS, next - clock.now())
    },
    list: () => [...failed.values()].map(({ row, rootId, path, reason }) => ({ row, rootId, path, reason })),
  }
}
