/**
 * One round of write-back: images with pending edits, divided by folder, written in I/O threads, journalled and taken
 * into the index. Failures of single images are noted and never stop the others.
 */
import { posix } from 'node:path'
import { setImmediate as pause } from 'node:timers/promises'
import type { DeviceId, RootId, RootPath } from '../../../shared/domain/ids.ts'
import { parseLayer } from '../../../shared/domain/layer.ts'
import { pendingForFile } from '../../../shared/domain/strategy.ts'
import { readState } from '../../../shared/domain/user-state.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import { foldText } from '../../../shared/lib/text.ts'
import { layerHash, type EditSubject, type IndexApi, type StoredRoot } from '../db/index.ts'
import type { Draft } from '../journal/record.ts'
import type { Clock, Log } from '../platform.ts'
import type { BatchResult, FolderBatch, PlannedWrite } from './batch.ts'
import type { Earlier } from './earlier.ts'
import type { Failures, Job } from './failures.ts'
import { NO_BYTES, outcomeOf } from './outcome.ts'
import { stemOf } from './pair.ts'
import type { WriteItem } from './plan.ts'

export type WriteQueueOptions = {
  readonly index: Pick<Remote<IndexApi>, 'unwritten' | 'saveWritten'>
  readonly io: {
    run(name: 'planSidecarBatch', input: FolderBatch): Promise<readonly (PlannedWrite | null)[]>
    run(name: 'writeSidecarBatch', input: FolderBatch): Promise<readonly BatchResult[]>
  }
  /** Appends to this device's journal of the root and folds the records into the index; fails if either does. */
  record(rootId: RootId, drafts: readonly Draft[]): Promise<void>
  readonly device: DeviceId
  /** The library folder, where what undo needs to give back bytes is kept; without it, in memory only. */
  readonly directory?: string
  readonly roots: () => readonly StoredRoot[]
  readonly clock: Clock
  readonly log: Log
}

/** Images of one folder that one thread writes at a stretch: listing it and forcing it to disk are shared. */
const BATCH = 100
/** Each writes one file at a time. */
const IN_FLIGHT = 4

export type Round = {
  readonly options: WriteQueueOptions
  readonly earlier: Earlier
  readonly failures: Failures
  isStopped(): boolean
}

/** Tries each subject once; ends early where the round is stopped. */
export async function writeRound(round: Round, subjects: readonly EditSubject[]): Promise<void> {
  const roots = new Map(round.options.roots().map((root) => [root.id, root]))
  const jobs: Job[] = []
  for (const [at, subject] of subjects.entries()) {
    // What is to be written is worked out here, on the loop, which must stay free for others.
    if (at % BATCH === BATCH - 1) await pause()
    const root = roots.get(subject.rootId)
    if (!isWritable(root)) continue
    const job = { subject, item: toItem(round, root, subject) }
    if (!round.failures.isTooEarly(job)) jobs.push(job)
  }
  const batches = divide(jobs)
  const lane = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      if (round.isStopped()) return
      await writeBatch(round, roots.get(batch[0]!.subject.rootId)!, batch)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

function isWritable(root: StoredRoot | undefined): root is StoredRoot {
  if (!root) return false
  return root.edits === 'sidecars' && root.guard === null && !root.isReadOnly && !root.isOffline
}

/** Batches of one folder each; images that could share a sidecar are in the same one. */
function divide(jobs: readonly Job[]): Job[][] {
  const folders = Map.groupBy(jobs, ({ subject }) => `${subject.rootId}/${dirOf(subject.path)}`)
  const batches: Job[][] = []
  for (const folder of folders.values()) {
    let batch: Job[] = []
    for (const sharing of Map.groupBy(folder, ({ item }) => foldText(stemOf(item.image))).values()) {
      batch.push(...sharing)
      if (batch.length < BATCH) continue
      batches.push(batch)
      batch = []
    }
    if (batch.length > 0) batches.push(batch)
  }
  return batches
}

function dirOf(path: RootPath): RootPath {
  const dir = posix.dirname(path)
  return dir === '.' ? '' : dir
}

async function writeBatch(round: Round, root: StoredRoot, jobs: readonly Job[]): Promise<void> {
  const { io } = round.options
  try {
    const input = { root: root.path, dir: dirOf(jobs[0]!.subject.path), items: jobs.map(({ item }) => item) }
    const plans = await io.run('planSidecarBatch', input)
    const noted = await noteFirst(round, root, jobs, plans)
    const results = await io.run('writeSidecarBatch', {
      ...input,
      items: input.items.map((item, at) => withPlan(item, plans[at])),
    })
    await takeIn(round, { root, jobs, noted }, results)
  } catch (error) {
    // Written or not, the next try finds out; the journal has the edits.
    const reason = error instanceof Error ? error.message : String(error)
    for (const job of jobs) round.failures.note(job, reason, true)
  }
}

function withPlan(item: WriteItem, planned: PlannedWrite | null | undefined): WriteItem {
  return planned ? { ...item, plan: planned.plan } : item
}

/**
 * Journals what is about to be written. Subtle: without this, a kill between the write and its record would leave a
 * content that nobody knows, and edits acknowledged meanwhile would look overtaken by it (docs/adr/0002).
 */
async function noteFirst(
  { options, failures }: Round,
  root: StoredRoot,
  jobs: readonly Job[],
  plans: readonly (PlannedWrite | null)[],
): Promise<ReadonlySet<string>> {
  const noted = new Set<string>()
  const drafts: Draft[] = []
  for (const [at, job] of jobs.entries()) {
    const plan = plans[at]
    if (!plan) continue
    // Subtle: a write that fails again and again must not add a record each time.
    const known = failures.isRepeated(job) ? writtenBy(job.subject) : []
    for (const edge of edgesOf(job.subject, plan)) {
      noted.add(edgeKey(edge))
      if (!known.some(({ base, layer }) => base === edge.base && layer === edge.layer)) drafts.push(edge)
    }
  }
  if (drafts.length > 0) await options.record(root.id, drafts)
  return noted
}

function writtenBy({ state }: EditSubject) {
  return state === '' ? [] : readState(state).written
}

function edgesOf(subject: EditSubject, { file, sha256, edges }: PlannedWrite): WrittenDraft[] {
  const dir = posix.dirname(subject.path)
  return edges.map(({ image, base, layer }, at) => ({
    kind: 'written',
    image: { path: posix.join(dir, image), contentHash: at === 0 ? subject.quickHash : null },
    file: posix.join(dir, file),
    sha256: sha256 === '' ? NO_BYTES : sha256,
    base: layerHash(base),
    layer: layerHash(layer),
  }))
}

type WrittenDraft = Extract<Draft, { kind: 'written' }>

function edgeKey({ image, base, layer }: WrittenDraft): string {
  return `${base} ${layer} ${image.path}`
}

function toItem({ options, earlier }: Round, { strategy }: StoredRoot, subject: EditSubject): WriteItem {
  const layer = parseLayer(subject.layer)
  const isUnknown = subject.isStale && layer.values.size === 0 && (layer.tags ?? []).length === 0
  const state = subject.state === '' ? null : readState(subject.state)
  const change = pendingForFile({
    strategy,
    state,
    layer,
    layerHash: layerHash(subject.layer),
    hasSidecar: subject.hasSidecar && !isUnknown,
    device: options.device,
  })
  const known = subject.isStale ? null : subject.layer
  const before = subject.sidecars
    .map(({ name, sha256 }) => earlier.recall(fileKey(subject, name), sha256))
    .find(Boolean)
  const ours = state?.written.map(({ layer }) => layer) ?? []
  return { image: posix.basename(subject.path), change, known, strategy, ours, ...(before && { before }) }
}

type Tried = {
  readonly root: StoredRoot
  readonly jobs: readonly Job[]
  /** Edges that were journalled before the write. */
  readonly noted: ReadonlySet<string>
}

async function takeIn(
  { options, earlier, failures }: Round,
  { root, jobs, noted }: Tried,
  results: readonly BatchResult[],
): Promise<void> {
  const outcomes = jobs.map(({ subject }, at) => outcomeOf(subject, root.strategy, results[at]!))
  const isNew = (draft: Draft): boolean => draft.kind !== 'written' || !noted.has(edgeKey(draft))
  const drafts = outcomes.flatMap((outcome) => outcome.drafts).filter(isNew)
  if (drafts.length > 0) await options.record(root.id, drafts)
  const items = outcomes.flatMap(({ written }) => written)
  if (items.length > 0) await options.index.saveWritten({ items })
  for (const [at, job] of jobs.entries()) {
    const { subject } = job
    const result = results[at]!
    if (result.kind === 'unwritable') failures.note(job, result.reason, result.isTransient)
    else failures.forget(subject.row)
    if (result.kind !== 'written') continue
    earlier.remember(fileKey(subject, result.file), { sha256: result.sha256, text: result.before })
    if (result.warning !== null) options.log.warn(result.warning, { image: subject.id })
  }
  await earlier
    .save()
    .catch((error: unknown) => options.log.warn('Undo may not give back bytes.', { error: String(error) }))
}

function fileKey({ rootId, path }: EditSubject, file: string): string {
  return `${rootId}/${posix.join(posix.dirname(path), file)}`
}
