/** What could not be written, why, and when to try again: sooner where it may pass, at once if the image is edited again. */
import type { ImageRow, RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { EditSubject } from '../db/index.ts'
import type { Clock } from '../platform.ts'
import type { WriteItem } from './plan.ts'

export type Unwritten = {
  readonly row: ImageRow
  readonly rootId: RootId
  readonly path: RootPath
  /** One plain sentence. */
  readonly reason: string
}

/** One image's edits as they were to be written. */
export type Job = { readonly subject: EditSubject; readonly item: WriteItem }

export type Failures = {
  note(job: Job, reason: string, isTransient: boolean): void
  forget(row: ImageRow): void
  /** Forgets what is not waiting to be written any more. */
  keepOnly(rows: ReadonlySet<ImageRow>): void
  /** True if the very same write failed before. */
  isRepeated(job: Job): boolean
  /** True if it failed a moment ago. */
  isTooEarly(job: Job): boolean
  /** Milliseconds until the next try is due; null = nothing failed. */
  nextRetryMs(): number | null
  list(): readonly Unwritten[]
}

type Failed = Unwritten & { readonly write: string; readonly waitMs: number; readonly retryAtMs: number }

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 5 * 60_000

export function createFailures(clock: Clock): Failures {
  const failed = new Map<ImageRow, Failed>()
  const isRepeated = (job: Job): boolean => failed.get(job.subject.row)?.write === describe(job)
  return {
    note(job, reason, isTransient) {
      const { row, rootId, path } = job.subject
      const lastMs = isRepeated(job) ? (failed.get(row)?.waitMs ?? 0) : 0
      const waitMs = isTransient ? Math.min(Math.max(lastMs * 2, FIRST_RETRY_MS), LAST_RETRY_MS) : LAST_RETRY_MS
      failed.set(row, { row, rootId, path, reason, write: describe(job), waitMs, retryAtMs: clock.now() + waitMs })
    },
    forget: (row) => failed.delete(row),
    keepOnly(rows) {
      for (const row of failed.keys()) if (!rows.has(row)) failed.delete(row)
    },
    isRepeated,
    isTooEarly: (job) => isRepeated(job) && (failed.get(job.subject.row)?.retryAtMs ?? 0) > clock.now(),
    nextRetryMs() {
      let next = Infinity
      for (const { retryAtMs } of failed.values()) next = Math.min(next, retryAtMs)
      return next === Infinity ? null : Math.max(FIRST_RETRY_MS, next - clock.now())
    },
    list: () => [...failed.values()].map(({ row, rootId, path, reason }) => ({ row, rootId, path, reason })),
  }
}

function describe({ subject, item }: Job): string {
  const { set, unset, addTags, removeTags } = item.change
  return JSON.stringify([subject.layerHash, [...set], unset, addTags, removeTags])
}
