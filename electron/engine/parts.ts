/** Every working part of an open library, built once and in order; `close` ends them in the order that loses nothing. */
import { createClock } from '../../shared/domain/clock.ts'
import type { RootId } from '../../shared/domain/ids.ts'
import { announcing } from './announce.ts'
import { openReader, type Reader, type SeenNeeded, startIndexThread } from './db/index.ts'
import { keepColumns } from './keep-columns.ts'
import { createSidecarCheck } from './edits/check-sidecars.ts'
import { createEdits } from './edits/service.ts'
import { createBus } from './events/bus.ts'
import { createJobs, type Jobs } from './jobs/jobs.ts'
import { loadDevice } from './library/device.ts'
import { createJournals, type Journals } from './library/journals.ts'
import { createHints, createKeeper } from './library/keeper.ts'
import { createOpening } from './library/opening.ts'
import { createRootSet, editModeOf } from './library/root-set.ts'
import { createScanner, type Scanner } from './library/scanner.ts'
import type { Platform } from './platform.ts'
import { createMeasuring } from './measuring.ts'
import { createQueryThread } from './query-thread.ts'
import { createIndexer } from './scan/indexer.ts'
import { createIoPool } from './scan/pool.ts'
import { createWatch } from './scan/watch.ts'
import { createWriteQueue, type WriteQueue } from './sidecar/queue.ts'
import type { Measurer } from './thumbs/measurer.ts'

export type EngineOptions = {
  /** The library folder: absolute, on a local disk; made where missing. */
  readonly directory: string
  readonly platform: Platform
  /** Watches the folders and works in the background until closed; otherwise works only while it is asked. */
  readonly isLive: boolean
}

/** Threads for synchronous file work: four keep a cold disk busy (performance.md §1). */
const IO_THREADS = 4

export type Parts = Awaited<ReturnType<typeof buildParts>>

export async function buildParts(options: EngineOptions) {
  const { directory, platform, isLive } = options
  const store = await openStore(directory, platform)
  const { bus, journals, opened, roots, thread } = store
  const jobs = createJobs(bus)
  const io = createIoPool({ size: IO_THREADS, directory })
  const scanning = createScanning({ store, options, jobs, io })
  const { indexer, scanner } = scanning
  const ready = createOpening({ roots, journals, scanner, jobs, isRebuilt: opened.setAside !== null, isLive })
  const queryThread = createQueryThread({ directory, log: platform.log, feedChanges: thread.feedChanges })
  const editing = createEditing({ store, options, io })
  const measuring = createMeasuring({ ...store, jobs, platform, directory, io })
  const watching = createWatching({ store, options, io, scanner, ready, ...editing, ...measuring })
  return {
    ...store,
    isLive,
    directory,
    platform,
    jobs,
    io,
    ...scanning,
    ready,
    queryThread,
    ...editing,
    ...watching,
    ...measuring,
    async close() {
      jobs.close()
      // Subtle: one part that fails to end (a thread may have died) must not keep the others open.
      const steps: (() => unknown)[] = [
        watching.keeper.stop,
        measuring.close,
        editing.queue.close,
        indexer.close,
        indexer.settled,
        journals.close,
        io.close,
        () => keepColumns(queryThread, store.index),
        queryThread.close,
        store.reader.close,
        thread.close,
        bus.close,
      ]
      for (const step of steps) {
        try {
          await Promise.resolve(step())
        } catch (error) {
          platform.log.warn('a part did not end as it should', { error: String(error) })
        }
      }
    },
  }
}

type Store = Awaited<ReturnType<typeof openStore>>
type Io = ReturnType<typeof createIoPool>
type Built = { readonly store: Store; readonly options: EngineOptions; readonly io: Io }

function createScanning({ store, options, io, jobs }: Built & { readonly jobs: Jobs }) {
  const { directory, platform, isLive } = options
  const { log } = platform
  const { index, roots, journals } = store
  const progress = new Map<RootId, (done: number, total: number | null) => void>()
  const indexer = createIndexer({
    index,
    io,
    clock: platform.clock,
    log,
    known: (rootId) => roots.known(rootId) ?? null,
    onSeen: (needed) => recordSeen(journals, needed),
    onProgress: ({ rootId, done, total }) => progress.get(rootId)?.(done, total),
    onGuard(rootId, guard) {
      // A folder that was removed meanwhile has nothing to guard.
      roots.change(rootId, { guard }).catch((error: unknown) => log.warn('guard not kept', { error: String(error) }))
    },
  })
  const scanner = createScanner({ directory, roots, journals, indexer, io, jobs, platform, progress, isLive })
  return { indexer, scanner }
}

function createEditing({ store, options, io }: Built) {
  const { index, roots, journals, device } = store
  const { clock, log, randomHex } = options.platform
  const edits = createEdits({
    index,
    journalOf: journals.of,
    settingsOf: (rootId) => {
      const root = roots.find(rootId)
      return { strategy: root.strategy, edits: editModeOf(root) }
    },
    checkSidecars: createSidecarCheck(io, roots.get),
    randomHex,
  })
  const queue = createWriteQueue({
    directory: options.directory,
    index,
    io,
    record: journals.record,
    device: device.id,
    roots: roots.all,
    clock,
    log,
  })
  return { edits, queue }
}

type Watching = Built & {
  readonly scanner: Scanner
  readonly ready: () => Promise<void>
  readonly queue: WriteQueue
  readonly measurer: Measurer
}

function createWatching({ store, options, io, scanner, ready, queue, measurer }: Watching) {
  const { roots, bus, index, opened } = store
  const { platform } = options
  const watch = createWatch({
    log: platform.log,
    onDirty: createHints({ scanner, measurer, platform }),
    onProblem: (rootId, text) =>
      bus.publish({ kind: 'notice', text: `${roots.get(rootId)?.name ?? 'A folder'}: ${text}` }),
  })
  const files = async (rootId: RootId) => 2 * ((await io.run('counts', { rootIds: [rootId] }))[0]?.images ?? 0)
  const check = async () => {
    if (!opened.wasUnclean || (await index.tidy())) return
    const text =
      'The index was damaged by a crash and will be made anew from your files at the next start. Nothing is lost.'
    bus.publish({ kind: 'notice', text })
  }
  return { keeper: createKeeper({ roots, scanner, ready, queue, measurer, platform, watch, files, check }) }
}

/** The index, the roots and their journals: what everything else stands on. */
async function openStore(directory: string, platform: EngineOptions['platform']) {
  const bus = createBus()
  const thread = startIndexThread()
  let reader: Reader | undefined
  try {
    const index = announcing(thread.remote, bus)
    const opened = await index.open({ directory })
    if (opened.setAside !== null) {
      platform.log.warn('index put aside', { reason: opened.setAside })
      bus.publish({ kind: 'notice', text: `The index is being made anew from your files: ${opened.setAside}` })
    }
    const { roots: readRoots } = (reader = openReader({ directory }))
    const roots = await createRootSet({ directory, index, readRoots, bus, platform })
    const device = loadDevice(directory, platform)
    const clock = createClock({ now: () => platform.clock.now() })
    const journals = createJournals({ directory, index, roots, device, clock, platform, offsets: opened.journals })
    return { bus, thread, index, opened, reader, roots, device, journals }
  } catch (error) {
    reader?.close()
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
