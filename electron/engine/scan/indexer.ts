/**
 * Brings the index in line with the disk: whole roots, or single folders that a watcher named. Scans of one root run
 * one after the other; a hint goes in between, because somebody waits for what they have just saved.
 */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import { createGate } from './gate.ts'
import { createRecheck } from './recheck.ts'
import { createSaver } from './saver.ts'
import {
  scanSome,
  scanWhole,
  type Lane,
  type ScanContext,
  type ScanOptions,
  type ScanParts,
  type ScanRoot,
  type ScanSummary,
} from './scan.ts'

export type Indexer = {
  /** Scans a whole root; a plain request joins one that waits for its turn. Rejects if the index or all threads fail. */
  scanRoot(root: ScanRoot, options?: ScanOptions): Promise<ScanSummary>
  /** Looks at single folders, and at what is new below them; goes before a running scan. */
  scanFolders(root: ScanRoot, dirs: readonly RootPath[]): Promise<ScanSummary>
  /** Resolves when nothing is running and no folder is to be looked at again. */
  settled(): Promise<void>
  /** Resolves when files that were caught half-written have been looked at for the last time. */
  retried(): Promise<void>
  /** Forgets what was to be looked at again in a root that is removed. */
  forget(rootId: RootId): void
  close(): void
}

type RootLane = Lane & {
  last: Promise<unknown>
  /** A plain scan that waits for its turn. */
  waiting: Promise<ScanSummary> | null
}

export function createIndexer(parts: ScanParts): Indexer {
  const saver = createSaver(parts)
  const lanes = new Map<RootId, RootLane>()
  const running = new Set<Promise<unknown>>()
  const recheck = createRecheck<ScanRoot>((root, dirs, attempt) => {
    lookAt(root, dirs, attempt).catch((error: unknown) => {
      parts.log.warn('folders could not be looked at again', { rootId: root.id, reason: String(error) })
    })
  })

  return {
    scanRoot(root, options = {}) {
      const lane = laneOf(root.id)
      const isPlain = options.isFull !== true && options.signal === undefined
      if (isPlain && lane.waiting) return lane.waiting
      const scan: Promise<ScanSummary> = lane.last.then(() => {
        if (lane.waiting === scan) lane.waiting = null
        return scanWhole(contextOf(root, lane), options)
      })
      lane.last = scan.catch(() => undefined)
      if (isPlain) lane.waiting = scan
      return track(scan)
    },
    scanFolders: (root, dirs) => lookAt(root, dirs, 0),
    settled: () => until(() => recheck.isEmpty()),
    retried: () => until(() => !recheck.hasHeld()),
    forget(rootId) {
      recheck.clear(rootId)
      lanes.delete(rootId)
    },
    close: () => recheck.close(),
  }

  async function until(isDone: () => boolean): Promise<void> {
    while (running.size > 0 || !isDone()) {
      if (running.size > 0) await Promise.allSettled(running)
      else await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  function lookAt(root: ScanRoot, dirs: readonly RootPath[], attempt: number): Promise<ScanSummary> {
    const lane = laneOf(root.id)
    return track(lane.gate.hold(() => scanSome(contextOf(root, lane), dirs, attempt)))
  }

  function contextOf(root: ScanRoot, lane: Lane): ScanContext {
    return { parts, saver, recheck, root, lane }
  }

  function laneOf(rootId: RootId): RootLane {
    let lane = lanes.get(rootId)
    if (!lane) lanes.set(rootId, (lane = createLane()))
    return lane
  }

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    void work.catch(() => undefined).finally(() => running.delete(work))
    return work
  }
}

function createLane(): RootLane {
  return { gate: createGate(), busy: new Set(), total: null, last: Promise.resolve(), waiting: null }
}
