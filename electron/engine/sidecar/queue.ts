/**
 * Write-back of edits: one write per file at a time, at most eight files in flight.
 *
 * The queue itself holds nothing: what is waiting is what the index says is not in the files, so it survives every
 * crash. Each round reads the files again in an I/O thread, merges and replaces them; then what was written is
 * journalled and taken into the index. What cannot be written stays pending with its reason and is tried again later,
 * sooner if the image is edited again. Roots that are guarded, read-only, offline or edited beside the data are never
 * written.
 */
import { posix } from 'node:path'
import type { DeviceId, ImageRow, RootId, RootPath } from '../../../shared/domain/ids.ts'
import { parseLayer } from '../../../shared/domain/layer.ts'
import { pendingForFile, type Pending } from '../../../shared/domain/strategy.ts'
import { readState } from '../../../shared/domain/user-state.ts'
import { foldText } from '../../../shared/lib/text.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import { layerHash, type EditSubject, type IndexApi, type StoredRoot } from '../db/index.ts'
import type { Draft } from '../journal/record.ts'
import type { Clock, Log } from '../platform.ts'
import type { BatchResult, FolderBatch } from './batch.ts'
import { createEarlier } from './earlier.ts'
import { outcomeOf, type Outcome } from './outcome.ts'
import { stemOf } from './pair.ts'
import type { Before } from './plan.ts'

export type Unwritten = {
  readonly row: ImageRow
  readonly rootId: RootId
  readonly path: RootPath
  /** One plain sentence. */
  readonly reason: string
}

export type WriteQueue = {
  /** Writes what is waiting; resolves when everything that was waiting at the call has been tried once. */
  drain(): Promise<void>
  /** What could not be written when it was last tried. */
  reasons(): readonly Unwritten[]
  /** Stops after the files under way. */
  pause(): void
  resume(): void
  /** Pauses, and waits for what is under way. */
  close(): Promise<void>
}

export type WriteQueueOptions = {
  readonly index: Pick<Remote<IndexApi>, 'unwritten' | 'saveWritten'>
  readonly io: { run(name: 'writeSidecarBatch', input: FolderBatch): Promise<readonly BatchResult[]> }
  /** Appends to this device's journal of the root and folds the records into the index; fails if either does. */
  record(rootId: RootId, drafts: readonly Draft[]): Promise<void>
  readonly device: DeviceId
  readonly roots: () => readonly StoredRoot[]
  readonly clock: Clock
  readonly log: Log
}

/** Files of one folder that one thread writes at a stretch: listing the folder and forcing it to disk are shared. */
const BATCH = 100
const IN_FLIGHT = 4
const PAGE = 1000
const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 5 * 60_000

type Job = {
  readonly subject: EditSubject
  readonly root: StoredRoot
  readonly pending: Pending
}

type Failed = Unwritten & { readonly state: string; readonly waitMs: number; readonly retryAtMs: number }

export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const { index, io, record, device, roots, clock, log } = options
  const earlier = createEarlier()
  const failed = new Map<ImageRow, Failed>()
  let isPaused = false
  let running: Promise<void> | null = null
  let following: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  return {
    drain,
    reasons: () => [...failed.values()].map(({ row, rootId, path, reason }) => ({ row, rootId, path, reason })),
    pause: () => {
      isPaused = true
      clearTimeout(timer)
    },
    resume: () => {
      isPaused = false
      void drain()
    },
    close: async () => {
      isPaused = true
      clearTimeout(timer)
      await running
    },
  }

  function drain(): Promise<void> {
    if (isPaused) return running ?? Promise.resolve()
    // Subtle: a round under way may have passed an image that was edited since; one more round sees it.
    if (running) return (following ??= running.then(start))
    return start()
  }

  function start(): Promise<void> {
    following = null
    running = writeAll()
      .catch((error: unknown) => log.error('Write-back stopped.', { error: String(error) }))
      .finally(() => {
        running = null
        if (!isPaused) scheduleRetry()
      })
    return running
  }

  async function writeAll(): Promise<void> {
    const met = new Set<ImageRow>()
    for (let after: ImageRow = 0; !isPaused;) {
      const subjects = await index.unwritten({ rootId: null, limit: PAGE, after, device })
      for (const { row } of subjects) met.add(row)
      await runAll(divide(subjects.flatMap(toJob)))
      if (subjects.length < PAGE) break
      after = subjects.at(-1)!.row
    }
    // Undone, decided or no longer ours to write since.
    if (!isPaused) for (const row of failed.keys()) if (!met.has(row)) failed.delete(row)
  }

  function toJob(subject: EditSubject): Job[] {
    const root = roots().find(({ id }) => id === subject.rootId)
    if (!root || !isWritable(root)) return []
    const before = failed.get(subject.row)
    if (before && before.state === subject.state && before.retryAtMs > clock.now()) return []
    const pending = pendingForFile({
      strategy: root.strategy,
      state: subject.state === '' ? null : readState(subject.state),
      layer: parseLayer(subject.layer),
      layerHash: layerHash(subject.layer),
      hasSidecar: subject.hasSidecar,
      device,
    })
    return [{ subject, root, pending }]
  }

  async function runAll(batches: readonly (readonly Job[])[]): Promise<void> {
    const waiting = [...batches]
    const lane = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch && !isPaused; batch = waiting.shift()) await run(batch)
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  }

  async function run(jobs: readonly Job[]): Promise<void> {
    const { root, subject } = jobs[0]!
    const items = jobs.map((job) => ({
      image: posix.basename(job.subject.path),
      change: job.pending,
      known: job.subject.isStale ? null : job.subject.layer,
      strategy: root.strategy,
      ...recall(job.subject),
    }))
    try {
      const results = await io.run('writeSidecarBatch', { root: root.path, dir: dirOf(subject.path), items })
      await takeIn(root, jobs, results)
    } catch (error) {
      // Written or not, the next round finds out.
      const reason = error instanceof Error ? error.message : String(error)
      for (const job of jobs) fail(job.subject, reason, true)
    }
  }

  async function takeIn(root: StoredRoot, jobs: readonly Job[], results: readonly BatchResult[]): Promise<void> {
    const outcomes: Outcome[] = []
    for (const [at, { subject }] of jobs.entries()) {
      const result = results[at]!
      outcomes.push(outcomeOf(subject, root.strategy, result))
      if (result.kind === 'unwritable') fail(subject, result.reason, result.isTransient)
      else failed.delete(subject.row)
      if (result.kind !== 'written') continue
      earlier.remember(fileKey(subject, result.file), { sha256: result.sha256, text: result.before })
      if (result.warning !== null) log.warn(result.warning, { image: subject.id })
    }
    const drafts = outcomes.flatMap((outcome) => outcome.drafts)
    if (drafts.length > 0) await record(root.id, drafts)
    const items = outcomes.flatMap(({ written }) => written)
    if (items.length > 0) await index.saveWritten({ items })
  }

  function recall(subject: EditSubject): { before?: Before } {
    for (const { name, sha256 } of subject.sidecars) {
      const before = earlier.recall(fileKey(subject, name), sha256)
      if (before) return { before }
    }
    return {}
  }

  function fail({ row, rootId, path, state }: EditSubject, reason: string, isTransient: boolean): void {
    const last = failed.get(row)
    const isRepeated = last !== undefined && last.state === state
    const waitMs = isTransient ? Math.min(isRepeated ? last.waitMs * 2 : FIRST_RETRY_MS, LAST_RETRY_MS) : LAST_RETRY_MS
    failed.set(row, { row, rootId, path, reason, state, waitMs, retryAtMs: clock.now() + waitMs })
  }

  function scheduleRetry(): void {
    clearTimeout(timer)
    let next = Infinity
    for (const { retryAtMs } of failed.values()) next = Math.min(next, retryAtMs)
    if (next === Infinity) return
    timer = setTimeout(() => void drain(), Math.max(FIRST_RETRY_MS, next - clock.now()))
    timer.unref()
  }
}

function isWritable({ edits, guard, isReadOnly, isOffline }: StoredRoot): boolean {
  return edits === 'sidecars' && guard === null && !isReadOnly && !isOffline
}

function dirOf(path: RootPath): RootPath {
  const dir = posix.dirname(path)
  return dir === '.' ? '' : dir
}

function fileKey({ rootId, path }: EditSubject, file: string): string {
  return `${rootId}/${posix.join(posix.dirname(path), file)}`
}

/** Batches of one folder each; images that could share a sidecar are in the same batch or in one after the other. */
function divide(jobs: readonly Job[]): Job[][] {
  const folders = new Map<string, Map<string, Job[]>>()
  for (const job of jobs) {
    const { rootId, path } = job.subject
    const folder = getOr(folders, `${rootId}/${dirOf(path)}`, () => new Map<string, Job[]>())
    getOr(folder, foldText(stemOf(posix.basename(path))), () => []).push(job)
  }
  const batches: Job[][] = []
  for (const stems of folders.values()) {
    let batch: Job[] = []
    for (const sharing of stems.values()) {
      batch.push(...sharing)
      if (batch.length < BATCH) continue
      batches.push(batch)
      batch = []
    }
    if (batch.length > 0) batches.push(batch)
  }
  return batches
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}
