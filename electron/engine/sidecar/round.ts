/**
 * One round of write-back: images with pending edits, divided by folder, written in I/O threads, journalled and taken
 * into the index. Failures of single images are noted and never stop the others.
 */
import { posix } from 'node:path'
import type { DeviceId, RootId, RootPath } from '../../../shared/domain/ids.ts'
import { parseLayer } from '../../../shared/domain/layer.ts'
import { pendingForFile } from '../../../shared/domain/strategy.ts'
import { readState } from '../../../shared/domain/user-state.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import { foldText } from '../../../shared/lib/text.ts'
import { layerHash, type EditSubject, type IndexApi, type StoredRoot } from '../db/index.ts'
import type { Draft } from '../journal/record.ts'
import type { Clock, Log } from '../platform.ts'
import type { BatchResult, FolderBatch } from './batch.ts'
import type { Earlier } from './earlier.ts'
import type { Failures } from './failures.ts'
import { outcomeOf } from './outcome.ts'
import { stemOf } from './pair.ts'
import type { WriteItem } from './plan.ts'

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
  const isMeant = (subject: EditSubject): boolean =>
    isWritable(roots.get(subject.rootId)) && !round.failures.isTooEarly(subject)
  const batches = divide(subjects.filter(isMeant))
  const lane = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      if (round.isStopped()) return
      await writeBatch(round, roots.get(batch[0]!.rootId)!, batch)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

function isWritable(root: StoredRoot | undefined): boolean {
  if (!root) return false
  return root.edits === 'sidecars' && root.guard === null && !root.isReadOnly && !root.isOffline
}

/** Batches of one folder each; images that could share a sidecar are in the same one. */
function divide(subjects: readonly EditSubject[]): EditSubject[][] {
  const folders = Map.groupBy(subjects, ({ rootId, path }) => `${rootId}/${dirOf(path)}`)
  const batches: EditSubject[][] = []
  for (const folder of folders.values()) {
    let batch: EditSubject[] = []
    for (const sharing of Map.groupBy(folder, ({ path }) => foldText(stemOf(posix.basename(path)))).values()) {
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

async function writeBatch(round: Round, root: StoredRoot, subjects: readonly EditSubject[]): Promise<void> {
  const items = subjects.map((subject) => toItem(round, root, subject))
  try {
    const input = { root: root.path, dir: dirOf(subjects[0]!.path), items }
    const results = await round.options.io.run('writeSidecarBatch', input)
    await takeIn(round, root, subjects, results)
  } catch (error) {
    // Written or not, the next try finds out; the journal has the edits.
    const reason = error instanceof Error ? error.message : String(error)
    for (const subject of subjects) round.failures.note(subject, reason, true)
  }
}

function toItem({ options, earlier }: Round, { strategy }: StoredRoot, subject: EditSubject): WriteItem {
  const layer = parseLayer(subject.layer)
  const isUnknown = subject.isStale && layer.values.size === 0 && (layer.tags ?? []).length === 0
  const change = pendingForFile({
    strategy,
    state: subject.state === '' ? null : readState(subject.state),
    layer,
    layerHash: layerHash(subject.layer),
    hasSidecar: subject.hasSidecar && !isUnknown,
    device: options.device,
  })
  const known = subject.isStale ? null : subject.layer
  const before = subject.sidecars
    .map(({ name, sha256 }) => earlier.recall(fileKey(subject, name), sha256))
    .find(Boolean)
  return { image: posix.basename(subject.path), change, known, strategy, ...(before && { before }) }
}

async function takeIn(
  { options, earlier, failures }: Round,
  root: StoredRoot,
  subjects: readonly EditSubject[],
  results: readonly BatchResult[],
): Promise<void> {
  const outcomes = subjects.map((subject, at) => outcomeOf(subject, root.strategy, results[at]!))
  const drafts = outcomes.flatMap((outcome) => outcome.drafts)
  if (drafts.length > 0) await options.record(root.id, drafts)
  const items = outcomes.flatMap(({ written }) => written)
  if (items.length > 0) await options.index.saveWritten({ items })
  for (const [at, subject] of subjects.entries()) {
    const result = results[at]!
    if (result.kind === 'unwritable') failures.note(subject, result.reason, result.isTransient)
    else failures.forget(subject.row)
    if (result.kind !== 'written') continue
    earlier.remember(fileKey(subject, result.file), { sha256: result.sha256, text: result.before })
    if (result.warning !== null) options.log.warn(result.warning, { image: subject.id })
  }
}

function fileKey({ rootId, path }: EditSubject, file: string): string {
  return `${rootId}/${posix.join(posix.dirname(path), file)}`
}
