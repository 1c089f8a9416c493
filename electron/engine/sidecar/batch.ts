/**
 * The sidecar work of the I/O threads: several images of one folder at a time, plain data in and out.
 *
 * What pairs with what is decided by what is in the folder now, not by what the index remembers. The folder is forced to
 * disk once, after the last file; if that fails, nothing of the batch counts as written.
 */
import { hash, randomBytes } from 'node:crypto'
import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import type { RootPath } from '../../../shared/domain/ids.ts'
import { printLayer, type LayerText } from '../../../shared/domain/layer.ts'
import type { Fs } from '../platform.ts'
import { codeOf } from './bytes.ts'
import { listPairs } from './listing.ts'
import type { Pair } from './pair.ts'
import { flatOf, mergeOver, planWrite, type FileFact, type WriteItem, type WritePlan } from './plan.ts'
import { readSidecarFile, readSidecars, type ReadSidecars } from './read.ts'
import { syncFolder, type Disk } from './replace.ts'
import { explain, writeSidecar, type WriteResult, type Writer } from './write.ts'

/** Edits of images in one folder; crosses threads. */
export type FolderBatch = {
  /** Absolute path of the root. */
  readonly root: string
  /** The folder, below the root. */
  readonly dir: RootPath
  readonly items: readonly WriteItem[]
}

/** What else a write changed: the raw file or JPEG of the same capture, which shares the sidecar. */
type PartnerChange = {
  readonly image: string
  readonly baseLayer: LayerText
  readonly layer: LayerText
  readonly facts: readonly FileFact[]
}

export type BatchResult = WriteResult & { readonly partners: readonly PartnerChange[] }

/** Asks what of the edits could never be written into their files: a reason for each item, or null. Writes nothing. */
export function checkSidecarEdits(batch: FolderBatch, disk = DISK): (string | null)[] {
  const writer = open(batch, disk)
  const pairs = writer && listPairs(writer.fs, writer.directory, namesOf(batch))
  return batch.items.map((item) => {
    const pair = pairs?.get(item.image)
    const plan = writer && pair ? planWrite(writer, item, pair) : null
    return plan?.kind === 'refused' && plan.cause === 'edit' ? plan.reason : null
  })
}

/** A write that is about to be made: contents before and after, of the image and of those that share its file. */
export type PlannedWrite = {
  readonly file: string
  /** Of the file afterwards; '' = it is removed. */
  readonly sha256: string
  readonly edges: readonly { readonly image: string; readonly base: LayerText; readonly layer: LayerText }[]
  /** To be handed on to `writeSidecarBatch` in the item. */
  readonly plan: WritePlan
}

/**
 * Says what `writeSidecarBatch` would write, so that it can be journalled first: after a crash in between, the content
 * is known as ours. Null for an item that writes nothing, or follows another one into the same file.
 */
export function planSidecarBatch(batch: FolderBatch, disk = DISK): (PlannedWrite | null)[] {
  const writer = open(batch, disk)
  const pairs = writer && listPairs(writer.fs, writer.directory, namesOf(batch))
  const files = new Set<string>()
  return batch.items.map((item) => {
    const pair = pairs?.get(item.image)
    const plan = writer && pair ? planWrite(writer, item, pair) : null
    if (!writer || !pair || plan?.kind !== 'write' || files.has(plan.file)) return null
    files.add(plan.file)
    const own = { image: item.image, base: plan.baseLayer, layer: plan.layer }
    const shared = plan.isFull ? [] : (pair.partners ?? [])
    const edges = [own, ...shared.flatMap((image) => partnerEdge(writer, { image, pair: pairs?.get(image) }, plan))]
    const sha256 = plan.text === null ? '' : hash('sha256', plan.text, 'hex')
    return { file: plan.file, sha256, edges, plan: { ...plan, flat: null } }
  })
}

type Partner = { readonly image: string; readonly pair: Pair | undefined }

function partnerEdge(writer: Writer, { image, pair }: Partner, plan: WritePlan) {
  const { layer: base } = readPartner(writer, pair ?? {})
  const full = pair?.full === undefined ? null : flatOf(readSidecarFile(writer, pair.full))
  return base === null ? [] : [{ image, base, layer: printLayer(mergeOver(plan.flat, full)) }]
}

/** Writes the edits of one folder's images, one after the other; a result for each item, in order. */
export function writeSidecarBatch(batch: FolderBatch, disk = DISK): BatchResult[] {
  const writer = open(batch, disk)
  const pairs = writer && listPairs(writer.fs, writer.directory, namesOf(batch))
  if (!writer || !pairs) return batch.items.map(() => ({ ...OFFLINE, partners: [] }))
  const results = batch.items.map((item) => {
    const pair = pairs.get(item.image)
    return pair ? writeOne(writer, item, pair, pairs) : { ...GONE, partners: [] }
  })
  if (!results.some(({ kind }) => kind === 'written')) return results
  try {
    for (const folder of writer.touched) syncFolder(writer, folder)
    return results
  } catch (error) {
    const failure = { kind: 'unwritable', reason: explain(codeOf(error)), isTransient: true, partners: [] } as const
    return results.map((result) => (result.kind === 'written' ? failure : result))
  }
}

const OFFLINE = { kind: 'unwritable', reason: 'The folder is not there at the moment.', isTransient: true } as const
const GONE = { kind: 'unwritable', reason: 'The image is not in its folder at the moment.', isTransient: true } as const

const FS: Fs = { ...nodeFs, realpathSync: (path: string) => nodeFs.realpathSync.native(path) }
const DISK: Disk & { fs: Fs } = {
  fs: FS,
  randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  isWindows: process.platform === 'win32',
}

function open({ root, dir }: FolderBatch, disk: typeof DISK): Writer | null {
  try {
    const rootReal = disk.fs.realpathSync(root)
    return { ...disk, rootReal, directory: join(rootReal, dir), touched: new Set() }
  } catch {
    return null
  }
}

function namesOf({ items }: FolderBatch): string[] {
  return items.map(({ image }) => image)
}

function writeOne(writer: Writer, item: WriteItem, pair: Pair, pairs: ReadonlyMap<string, Pair>): BatchResult {
  const before = (pair.partners ?? []).map((image) => ({ image, ...readPartner(writer, pairs.get(image)!) }))
  const result = writeSidecar(writer, item, pair)
  if (result.kind !== 'written' || result.isFull) return { ...result, partners: [] }
  const partners = before.flatMap(({ image, layer: baseLayer }) => {
    const { layer, facts } = readPartner(writer, { ...pairs.get(image), base: result.file })
    return baseLayer === null || layer === null ? [] : [{ image, baseLayer, layer, facts }]
  })
  return { ...result, partners }
}

function readPartner(writer: Writer, pair: Pick<Pair, 'base' | 'full'>): ReadSidecars {
  return readSidecars({ ...writer, pair })
}
