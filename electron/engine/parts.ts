/** Every working part of an open library, built once and in order; `close` ends them in the order that loses nothing. */
import { availableParallelism } from 'node:os'
import { createClock } from '../../shared/domain/clock.ts'
import type { RootId } from '../../shared/domain/ids.ts'
import { announcing } from './announce.ts'
import { type Move, openReader, type SeenNeeded, startIndexThread } from './db/index.ts'
import { createSidecarCheck } from './edits/check-sidecars.ts'
import { createEdits } from './edits/service.ts'
import type { EngineOptions } from './engine.ts'
import { createBus } from './events/bus.ts'
import { createJobs } from './jobs/jobs.ts'
import { loadDevice } from './library/device.ts'
import { createJournals, type Journals } from './library/journals.ts'
import { createHints, createKeeper } from './library/keeper.ts'
import { createOpening } from './library/opening.ts'
import { createRootSet, editModeOf } from './library/root-set.ts'
import { createScanner } from './library/scanner.ts'
import { createQueryThread } from './query-thread.ts'
import { createIndexer } from './scan/indexer.ts'
import { createIoPool } from './scan/pool.ts'
import { createWatch } from './scan/watch.ts'
import { createWriteQueue } from './sidecar/queue.ts'
import { createCodecPool } from './thumbs/codec-pool.ts'
import { createMeasurer } from './thumbs/measurer.ts'

/** Threads for synchronous file work: four keep a cold disk busy (performance.md §1). */
const IO_THREADS = 4

export type Parts = Awaited<ReturnType<typeof buildParts>>

export async function buildParts({ directory, platform, isLive }: EngineOptions) {
  const store = await openStore(directory, platform)
  const { index, reader, bus, roots, journals, device } = store
  const jobs = createJobs(bus)
  const io = createIoPool({ size: IO_THREADS, directory })
  const progress = new Map<RootId, (done: number, total: number | null) => void>()
  const indexer = createIndexer({
    index,
    io,
    clock: platform.clock,
    log: platform.log,
    known: (rootId) => roots.known(rootId) ?? null,
    onSeen: (needed) => recordSeen(journals, needed),
    onProgress: ({ rootId, done, total }) => progress.get(rootId)?.(done, total),
    onGuard: (rootId, guard) => void roots.change(rootId, { guard }),
  })
  const scanner = createScanner({ directory, roots, journals, indexer, io, jobs, platform, progress, isLive })
  const isRebuilt = store.opened.setAside !== null
  const ready = createOpening({ roots, journals, scanner, jobs, isRebuilt, isLive })
  const queryThread = createQueryThread({ directory, log: platform.log, feedChanges: store.thread.feedChanges })
  const edits = createEdits({
    index,
    journalOf: journals.of,
    settingsOf: (rootId) => {
      const root = roots.find(rootId)
      return { strategy: root.strategy, edits: editModeOf(root) }
    },
    checkSidecars: createSidecarCheck(io, roots.get),
    randomHex: platform.randomHex,
  })
  const queue = createWriteQueue({
    index,
    io,
    record: journals.record,
    device: device.id,
    roots: roots.all,
    clock: platform.clock,
    log: platform.log,
  })
  const measuring = createMeasuring({ store, jobs, platform })
  const { measurer } = measuring
  const onHint = createHints({ scanner, measurer, platform })
  const watch = createWatch({
    log: platform.log,
    onDirty: onHint,
    onProblem: (rootId, text) =>
      bus.publish({ kind: 'notice', text: `${roots.get(rootId)?.name ?? 'A folder'}: ${text}` }),
  })
  const files = async (rootId: RootId) => 2 * ((await io.run('counts', { rootIds: [rootId] }))[0]?.images ?? 0)
  const keeper = createKeeper({ roots, scanner, ready, queue, measurer, platform, bus, watch, files })
  return {
    ...store,
    directory,
    platform,
    jobs,
    io,
    indexer,
    scanner,
    ready,
    queryThread,
    edits,
    queue,
    keeper,
    ...measuring,
    async close() {
      await keeper.stop()
      jobs.cancelAll()
      await measuring.close()
      await queue.close()
      indexer.close()
      await indexer.settled()
      await journals.close()
      await io.close()
      await queryThread.close()
      reader.close()
      await store.thread.close()
      bus.close()
    },
  }
}

type Store = Awaited<ReturnType<typeof openStore>>

/** The index, the roots and their journals: what everything else stands on. */
async function openStore(directory: string, platform: EngineOptions['platform']) {
  const bus = createBus()
  const thread = startIndexThread()
  try {
    const index = announcing(thread.remote, bus)
    const opened = await index.open({ directory })
    if (opened.setAside !== null) {
      platform.log.warn('index put aside', { reason: opened.setAside })
      bus.publish({
        kind: 'notice',
        text: 'The index was damaged and is being made anew from your files. Nothing is lost.',
      })
    }
    const reader = openReader({ directory })
    const roots = await createRootSet({ directory, index, readRoots: reader.roots, bus, platform })
    const device = loadDevice(directory, platform)
    const clock = createClock({ now: () => platform.clock.now() })
    const journals = createJournals({ directory, index, roots, device, clock, platform, offsets: opened.journals })
    return { bus, thread, index, opened, reader, roots, device, journals }
  } catch (error) {
    await thread.close()
    throw error
  }
}

/** Journals what `append` must remember before a foreign change is taken in. */
async function recordSeen(journals: Journals, needed: readonly SeenNeeded[]): Promise<void> {
  for (const [rootId, items] of Map.groupBy(needed, (item) => item.rootId)) {
    const image = ({ path, quickHash }: SeenNeeded) => ({ path, contentHash: quickHash })
    await journals.record(
      rootId,
      items.map((item) => ({ kind: 'seen', image: image(item), layer: item.layer })),
    )
  }
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

function createMeasuring({
  store,
  jobs,
  platform,
}: {
  store: Store
  jobs: ReturnType<typeof createJobs>
  platform: EngineOptions['platform']
}) {
  const { index, roots, journals } = store
  const pool = createCodecPool({
    launch: platform.launchCodec,
    size: availableParallelism(),
    clock: platform.clock,
    log: platform.log,
  })
  let measured = 0
  let moving: Promise<void> = Promise.resolve()
  let job: ReturnType<typeof jobs.start> | undefined
  const measurer = createMeasurer({
    index,
    pool,
    log: platform.log,
    rootPath: (rootId) => {
      const root = roots.get(rootId)
      return root && !root.isOffline ? root.path : null
    },
    onSaved: (_, images) => {
      measured += images
      job?.update(measured, null)
    },
    onMoves: (moves) => {
      moving = moving
        .then(() => recordMoves(journals, moves))
        .catch((error: unknown) => platform.log.error('moves were not recorded', { error: String(error) }))
    },
  })
  return {
    measurer,
    measured: () => measured,
    async measureAll() {
      job = jobs.start({ kind: 'measure', title: 'Measuring images' })
      job.signal.addEventListener('abort', () => void measurer.stop())
      measurer.wake()
      await measurer.idle()
      await moving
      job.end()
    },
    async close() {
      await measurer.stop()
      await moving
      await pool.close()
    },
  }
}
