/**
 * Keeps an open library in line with its folders: a first look at everything, the watcher's hints, roots that come and
 * go, and a whole scan every hour, because the watcher is a hint and the scan is the truth (reliability.md 2.7).
 */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { StoredRoot } from '../db/index.ts'
import type { Platform } from '../platform.ts'
import type { WriteQueue } from '../sidecar/queue.ts'
import type { Watch } from '../scan/watch.ts'
import type { Measurer } from '../thumbs/measurer.ts'
import type { RootSet } from './root-set.ts'
import type { Scanner } from './scanner.ts'

export type Keeper = {
  start(): void
  /** Watches what is in the library now: after a root was added, forgotten or moved. */
  refresh(): void
  stop(): Promise<void>
}

export type KeeperParts = {
  readonly roots: RootSet
  readonly scanner: Scanner
  readonly ready: () => Promise<void>
  readonly queue: WriteQueue
  readonly measurer: Measurer
  readonly platform: Platform
  /** Looks the index over after a crash; takes a while on a large one. */
  readonly check: () => Promise<void>
  readonly watch: Watch
  /** About how many files a root holds. */
  readonly files: (rootId: RootId) => Promise<number>
}

const POLL_MS = 5000
const RESCAN_MS = 60 * 60_000

export function createKeeper(parts: KeeperParts): Keeper {
  const { roots, scanner, platform } = parts
  const work = new Set<Promise<unknown>>()
  const watched = new Map<RootId, string>()
  let timers: NodeJS.Timeout[] = []
  let isRunning = false

  const complain = (error: unknown) => platform.log.error('keeping in line failed', { error: String(error) })
  const track = (promise: Promise<unknown>) => {
    const done: Promise<unknown> = promise.catch(complain).finally(() => work.delete(done))
    work.add(done)
  }
  const watchRoots = async () => {
    const here = roots.all().filter(({ isOffline }) => !isOffline)
    for (const [id, path] of watched) {
      if (here.some((root) => root.id === id && root.path === path)) continue
      watched.delete(id)
      parts.watch.remove(id)
    }
    for (const { id, path } of here) {
      if (watched.has(id) || !isRunning) continue
      watched.set(id, path)
      // Subtle: changes made before it watches are seen by the scan that follows.
      await parts.watch.add({ id, path, files: await parts.files(id) })
    }
  }
  const scanOne = async (id: RootId) => {
    if (isRunning) await scanner.scan(id)
    if (!isRunning) return
    parts.measurer.wake()
    void parts.queue.drain()
  }
  const scanAll = async () => {
    for (const { id } of roots.all()) await scanOne(id).catch(complain)
  }
  const poll = async () => {
    for (const before of roots.all()) {
      const isHere = await scanner.locate(before.id)
      const now = roots.get(before.id)
      if (isSameState(before, now)) continue
      await watchRoots()
      if (isHere) await scanOne(before.id)
    }
  }
  const keeper: Keeper = {
    start() {
      isRunning = true
      track(parts.ready().then(watchRoots).then(scanAll).then(parts.check))
      timers = [setInterval(() => track(poll()), POLL_MS), setInterval(() => track(scanAll()), RESCAN_MS)]
    },
    refresh() {
      if (isRunning) track(watchRoots())
    },
    async stop() {
      isRunning = false
      for (const timer of timers) clearInterval(timer)
      await parts.watch.close()
      await Promise.all(work)
    },
  }
  return keeper
}

/** False where it is back, gone, at another mount, or writable again: its journals may be to move, its edits to write. */
function isSameState(before: StoredRoot, now: StoredRoot | undefined): boolean {
  return (['isOffline', 'path', 'isReadOnly'] as const).every((name) => now?.[name] === before[name])
}

/** What a watcher's hint leads to. */
export function createHints({ scanner, measurer, platform }: Pick<KeeperParts, 'scanner' | 'measurer' | 'platform'>) {
  return (rootId: RootId, dirs: readonly RootPath[] | 'all'): void => {
    scanner.look(rootId, dirs).then(
      () => measurer.wake(),
      (error: unknown) => platform.log.error('a hint could not be followed', { error: String(error) }),
    )
  }
}
