/**
 * What has to be true before the first answer: every root's journals are folded in, because an edit that was
 * acknowledged just before a crash may stand in its journal only; and what the index does not know is scanned.
 */
import type { Jobs } from '../jobs/jobs.ts'
import type { Journals } from './journals.ts'
import type { RootSet } from './root-set.ts'
import type { Scanner } from './scanner.ts'

export type OpeningParts = {
  readonly roots: RootSet
  readonly journals: Journals
  readonly scanner: Scanner
  readonly jobs: Jobs
  /** An earlier index was put aside: everything must be read again. */
  readonly isRebuilt: boolean
  /** A program that stays open answers while the rebuild goes on; a command waits for it. */
  readonly isLive: boolean
}

/** Returns a function that resolves once the library can answer; it starts the work at the first call. */
export function createOpening(parts: OpeningParts): () => Promise<void> {
  let opening: Promise<void> | undefined
  return () => (opening ??= open(parts))
}

async function open({ roots, journals, scanner, jobs, isRebuilt, isLive }: OpeningParts): Promise<void> {
  for (const { id } of roots.all()) if (await scanner.locate(id)) await journals.sync(id)
  const missing = isRebuilt ? roots.all().map(({ id }) => id) : roots.fresh
  if (missing.length === 0) return
  const rebuilding = rebuild(missing, scanner, jobs)
  if (!isLive) await rebuilding
}

async function rebuild(missing: readonly string[], scanner: Scanner, jobs: Jobs): Promise<void> {
  const job = jobs.start({ kind: 'rebuild', title: 'Making the index anew' })
  try {
    for (const [done, id] of missing.entries()) {
      job.update(done, missing.length)
      await scanner.scan(id)
    }
  } finally {
    job.end()
  }
}
