/**
 * Edits: look first, or apply as one batch. Checked before anything is written, journalled whole or not at all for each
 * root, then handed to the index; "applied" is answered only when the journal is forced to disk (reliability.md 2.1).
 *
 * Edits are made one after the other: each sees what the one before has done, so none is taken for "nothing to change".
 */
import type { BatchId, ImageRow, RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { LayerText } from '../../../shared/domain/layer.ts'
import type { EditRequest, Operation } from '../../../shared/domain/operation.ts'
import type { RootSettings } from '../../../shared/domain/root.ts'
import type { Pending } from '../../../shared/domain/strategy.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import type { EditSubject, IndexApi } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import type { Journal } from '../journal/append.ts'
import { describeChange, type PlannedImage, planImage, toWishes, type Wishes } from './plan-image.ts'

/** A change that is to go into an image's sidecar, to be tried on its bytes. */
export type SidecarCheck = {
  readonly rootId: RootId
  readonly path: RootPath
  /** The sidecar layer the change was made for. */
  readonly layer: LayerText
  readonly change: Pending
}

type EditFailure = { readonly rootId: RootId; readonly path: RootPath; readonly reason: string }
type EditSample = {
  readonly rootId: RootId
  readonly path: RootPath
  /** JSON texts of the keys and tags that change. */
  readonly before: string
  readonly after: string
}

type Counts = { readonly images: number; readonly changed: number; readonly unchanged: number }
type EditPreview = Counts & { readonly failed: readonly EditFailure[]; readonly samples: readonly EditSample[] }
type EditResult = Counts & {
  /** Null where nothing was changed. */
  readonly batch: BatchId | null
  readonly failed: readonly EditFailure[]
  readonly changedRows: readonly ImageRow[]
  /** Of the index, with the edit in it. */
  readonly revision: number
}

export type EditOptions = {
  readonly index: Pick<Remote<IndexApi>, 'editSubjects'>
  readonly journalOf: (rootId: RootId) => Journal
  readonly settingsOf: (rootId: RootId) => Pick<RootSettings, 'strategy' | 'edits'>
  /** For each item the reason why it cannot be written into its sidecar, or null. */
  readonly checkSidecars: (items: readonly SidecarCheck[]) => Promise<readonly (string | null)[]>
  readonly randomHex: (bytes: number) => string
}

type Request = { readonly rows: readonly ImageRow[]; readonly requests: readonly EditRequest[] }

export type Edits = {
  /** What `apply` would do, with at most `limit` images shown. */
  preview(input: Request & { readonly limit?: number }): Promise<EditPreview>
  /** Makes the edits; fails as a whole only if no root's journal took them. */
  apply(input: Request): Promise<EditResult>
}

/** Small enough that planning them keeps the loop free. */
const CHUNK = 256

export function createEdits(options: EditOptions): Edits {
  let last: Promise<unknown> = Promise.resolve()
  return {
    preview: (input) => preview(options, input),
    apply(input) {
      const result = last.then(() => apply(options, input))
      last = result.catch(() => undefined)
      return result
    },
  }
}

async function preview(options: EditOptions, { rows, requests, limit = Infinity }: Request & { limit?: number }) {
  const counts = { images: 0, changed: 0, unchanged: 0 }
  const failed: EditFailure[] = []
  const samples: EditSample[] = []
  for await (const chunk of planChunks(options, rows, toWishes(requests))) {
    addCounts(counts, chunk)
    failed.push(...chunk.failed)
    for (const { subject, plan } of chunk.planned.slice(0, Math.max(0, limit - samples.length))) {
      samples.push({ rootId: subject.rootId, path: subject.path, ...describeChange(subject, plan) })
    }
  }
  return { ...counts, failed, samples }
}

async function apply(options: EditOptions, { rows, requests }: Request): Promise<EditResult> {
  const counts = { images: 0, changed: 0, unchanged: 0 }
  const failed: EditFailure[] = []
  const byRoot = new Map<RootId, RootPart>()
  for await (const chunk of planChunks(options, rows, toWishes(requests))) {
    addCounts(counts, chunk)
    failed.push(...chunk.failed)
    for (const { subject, plan } of chunk.planned) {
      const part = byRoot.get(subject.rootId) ?? { ops: [], images: [] }
      byRoot.set(subject.rootId, part)
      part.ops.push(...plan.ops)
      part.images.push({ row: subject.row, path: subject.path })
    }
  }
  const written = await writeRoots(options, byRoot)
  counts.changed -= written.failed.length
  return {
    ...counts,
    batch: written.rows.length > 0 ? written.batch : null,
    failed: [...failed, ...written.failed],
    changedRows: written.rows,
    revision: written.revision,
  }
}

type RootPart = { readonly ops: Operation[]; readonly images: { row: ImageRow; path: RootPath }[] }

async function writeRoots({ journalOf, randomHex }: EditOptions, byRoot: ReadonlyMap<RootId, RootPart>) {
  const result = { batch: randomHex(16), rows: [] as ImageRow[], failed: [] as EditFailure[], revision: 0 }
  let failure: EngineError | null = null
  for (const [rootId, { ops, images }] of byRoot) {
    try {
      const { saved } = await journalOf(rootId).append([{ kind: 'edit', batch: result.batch, ops }])
      for (const { row } of images) result.rows.push(row)
      const { revision } = await saved
      result.revision = Math.max(result.revision, revision)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      failure = error
      for (const { path } of images) result.failed.push({ rootId, path, reason: error.message })
    }
  }
  if (failure && result.rows.length === 0) throw failure
  return result
}

type Chunk = {
  readonly images: number
  readonly planned: readonly { readonly subject: EditSubject; readonly plan: PlannedImage }[]
  readonly failed: readonly EditFailure[]
}

async function* planChunks(options: EditOptions, rows: readonly ImageRow[], wishes: Wishes): AsyncGenerator<Chunk> {
  const load = (start: number) => {
    const subjects = start < rows.length ? options.index.editSubjects({ rows: rows.slice(start, start + CHUNK) }) : null
    subjects?.catch(() => undefined)
    return subjects
  }
  let next = load(0)
  for (let start = 0; start < rows.length; start += CHUNK) {
    const subjects = (await next) ?? []
    // Subtle: the index thread reads the next images while these are planned.
    next = load(start + CHUNK)
    yield planChunk(options, subjects, wishes)
  }
}

async function planChunk(options: EditOptions, subjects: readonly EditSubject[], wishes: Wishes): Promise<Chunk> {
  const planned: { subject: EditSubject; plan: PlannedImage }[] = []
  const checks: SidecarCheck[] = []
  const checked: number[] = []
  for (const subject of subjects) {
    const { strategy, edits } = options.settingsOf(subject.rootId)
    const plan = planImage(subject, wishes, strategy)
    if (!plan) continue
    if (edits === 'sidecars') {
      checked.push(planned.length)
      checks.push({ rootId: subject.rootId, path: subject.path, layer: subject.layer, change: plan.change })
    }
    planned.push({ subject, plan })
  }
  const reasons = checks.length === 0 ? [] : await options.checkSidecars(checks)
  const failed: EditFailure[] = []
  const refused = new Set<number>()
  for (const [index, reason] of reasons.entries()) {
    if (reason === null) continue
    refused.add(checked[index]!)
    failed.push({ rootId: checks[index]!.rootId, path: checks[index]!.path, reason })
  }
  return { images: subjects.length, planned: planned.filter((_, index) => !refused.has(index)), failed }
}

function addCounts(counts: { images: number; changed: number; unchanged: number }, chunk: Chunk): void {
  counts.images += chunk.images
  counts.changed += chunk.planned.length
  counts.unchanged += chunk.images - chunk.planned.length - chunk.failed.length
}
