/** Codecs at work for an open library: measuring behind the scans, thumbnails on demand, and images found again by hash. */
import { availableParallelism } from 'node:os'
import type { RootId } from '../../shared/domain/ids.ts'
import type { Remote } from '../../shared/lib/call.ts'
import type { IndexApi, Move, Reader } from './db/index.ts'
import type { Jobs, RunningJob } from './jobs/jobs.ts'
import type { Journals } from './library/journals.ts'
import type { RootSet } from './library/root-set.ts'
import type { Platform } from './platform.ts'
import type { IoPool } from './scan/pool.ts'
import { createThumbnails } from './thumbnails.ts'
import { createCodecPool } from './thumbs/codec-pool.ts'
import { createMeasurer, type Measurer } from './thumbs/measurer.ts'

export type MeasuringParts = {
  readonly directory: string
  readonly index: Remote<IndexApi>
  readonly reader: Reader
  readonly roots: RootSet
  readonly journals: Journals
  readonly io: IoPool
  readonly jobs: Jobs
  readonly platform: Platform
}

export function createMeasuring({ directory, index, reader, roots, journals, io, jobs, platform }: MeasuringParts) {
  const { clock, log, launchCodec } = platform
  const pool = createCodecPool({ launch: launchCodec, size: availableParallelism(), clock, log })
  let measured = 0
  let moving: Promise<void> = Promise.resolve()
  let onProgress: ((done: number) => void) | undefined

  const takeMoves = (moves: () => Promise<readonly Move[]>) => {
    moving = moving
      .then(async () => recordMoves(journals, await moves()))
      .catch((error: unknown) => log.error('moves were not recorded', { error: String(error) }))
  }
  const measurer = createMeasurer({
    index,
    pool,
    log,
    rootPath: (rootId) => {
      const root = roots.get(rootId)
      return root && !root.isOffline ? root.path : null
    },
    onSaved(_, images) {
      measured += images
      onProgress?.(measured)
    },
    onMoves: (moves) => takeMoves(() => Promise.resolve(moves)),
  })
  // After a scan: what is new is measured, and what was lost may have been measured elsewhere before.
  const wake = () => {
    takeMoves(async () => (await index.saveMeasured({ items: [] })).moves)
    measurer.wake()
  }
  const thumbnails = createThumbnails({ directory, pool, reader, roots: roots.all, platform })
  return {
    measurer: { ...measurer, wake } satisfies Measurer,
    thumbnails,
    measured: () => measured,
    async measureAll() {
      const [start, job] = [measured, jobs.start({ kind: 'measure', title: 'Measuring images' })]
      const total = await countUnmeasured(io, roots)
      onProgress = (done) => job.update(done - start, Math.max(total, done - start))
      job.signal.addEventListener('abort', () => void measurer.stop())
      await finish({
        job,
        wake,
        idle: measurer.idle,
        isLeft: async () => (await index.unmeasured({ limit: 1, after: 0 })).length > 0,
      })
      await moving
      onProgress = undefined
    },
    async close() {
      thumbnails.close()
      await measurer.stop()
      await moving
      await pool.close()
    },
  }
}

type Finish = {
  readonly job: RunningJob
  readonly wake: () => void
  readonly idle: () => Promise<void>
  readonly isLeft: () => Promise<boolean>
}

/** An answer is dropped where the file was looked at again meanwhile; what cannot be measured at all ends the passes. */
const PASSES = 3

async function finish({ job, wake, idle, isLeft }: Finish) {
  try {
    for (let pass = 0; pass < PASSES && !job.signal.aborted; pass += 1) {
      wake()
      await idle()
      if (!(await isLeft())) return
    }
  } finally {
    job.end()
  }
}

async function countUnmeasured(io: IoPool, roots: RootSet): Promise<number> {
  const rootIds: RootId[] = roots.all().flatMap(({ id, isOffline }) => (isOffline ? [] : [id]))
  const counts = await io.run('counts', { rootIds })
  return counts.reduce((sum, { unmeasured }) => sum + unmeasured, 0)
}

async function recordMoves(journals: Journals, moves: readonly Move[]): Promise<void> {
  for (const [rootId, items] of Map.groupBy(moves, (move) => move.rootId)) {
    const drafts = items.map(
      ({ from, to, id, quickHash }) =>
        ({ kind: 'moved', image: { path: from, contentHash: quickHash }, to, id }) as const,
    )
    await journals.record(rootId, drafts)
  }
}
