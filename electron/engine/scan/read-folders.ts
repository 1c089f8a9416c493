/**
 * What an I/O thread does for a scan: walks folders for a moment, reads what differs, and hands back the rest.
 *
 * Bounded in time and in images, so that several threads share any shape of tree: many small folders are walked in one
 * go, and the images of a very large one are handed back in pieces that any thread can read.
 */
import { realpathSync, statSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import { Moved } from '../../../shared/lib/call.ts'
import { packFolders, type ScannedFolder, type ScannedImage } from '../db/index.ts'
import { readFolder, type FolderChange, type FolderReader, type FolderReport, type ImageWork } from './folder.ts'
import type { FoundGuard } from './guard.ts'
import type { FolderIdentity } from './identity.ts'
import { readImages, RETRY_MS, type ImagesTask } from './images.ts'
import type { FileSystemType } from './signature.ts'
import { below } from './walk.ts'

export type ReadFolders = {
  readonly rootId: RootId
  readonly rootPath: string
  /** The root as the scan met it: if it is another one by now (a drive was unmounted), nothing read counts. */
  readonly identity: FolderIdentity
  readonly dirs: readonly RootPath[]
  readonly isFull: boolean
  /** Which subfolders to go on with: every one, or those the index does not know. */
  readonly recurse: 'all' | 'new'
  /** How often these folders have been looked at again for half-written sidecars. */
  readonly attempt: number
  /** Time after which the rest is handed back; at least one folder is read. */
  readonly budgetMs: number
  /** Images read after which the rest is handed back. */
  readonly maxImages: number
}

export type FoldersRead = {
  readonly reports: readonly FolderReport[]
  /** The changed folders for `savePacked`, or null if there are none. */
  readonly packed: Uint8Array | null
  /** Images in `packed`. */
  readonly images: number
  /** Problems in `packed`. */
  readonly problems: number
  readonly large: readonly LargeFolder[]
  /** Folders not read yet. */
  readonly left: readonly RootPath[]
}

/** A folder with more changed images than one task reads: the pieces first, then `folder` itself. */
export type LargeFolder = { readonly folder: ScannedFolder; readonly pieces: readonly Uint8Array[] }

export type ReadPiece = {
  readonly rootPath: string
  readonly identity: FolderIdentity
  /** The folder the piece is of; its problems, gone images and digest are saved with the last piece only. */
  readonly folder: ScannedFolder
  readonly attempt: number
  readonly piece: Uint8Array
}

export type PieceRead = {
  readonly packed: Uint8Array
  readonly images: number
  readonly problems: number
  readonly held: number
  readonly guards: readonly FoundGuard[]
}

const PIECE_IMAGES = 1000

type Draft = {
  readonly reports: FolderReport[]
  readonly folders: ScannedFolder[]
  readonly large: LargeFolder[]
  images: number
  problems: number
}

/** Reads folders until the time or the images allowed are used up; throws ENOENT if the root is not there. */
export function readFolders(
  task: ReadFolders,
  reader: FolderReader,
  fileSystemType?: FileSystemType,
): Moved<FoldersRead> {
  const rootReal = realpathSync.native(task.rootPath)
  const { rootId, isFull, attempt } = task
  const place = { rootId, rootReal, isFull, attempt, ...(fileSystemType && { fileSystemType }) }
  const endAt = performance.now() + task.budgetMs
  const queue = [...task.dirs]
  const draft: Draft = { reports: [], folders: [], large: [], images: 0, problems: 0 }
  let next = 0
  while (next < queue.length) {
    const dir = queue[next++]!
    // The real clock: it is compared with the times of files.
    const { report, change } = readFolder({ ...place, dir, nowMs: Date.now() }, reader)
    const isNew = (name: string) => task.recurse === 'all' || reader.folderDigest(rootId, below(dir, name)) === ''
    for (const name of report.folders) if (isNew(name)) queue.push(below(dir, name))
    if (change === null) draft.reports.push(report)
    else take(draft, { rootReal, dir, attempt }, report, change)
    if (performance.now() >= endAt || draft.images >= task.maxImages) break
  }
  assertSame(rootReal, task.identity)
  const { reports, folders, large, images, problems } = draft
  const packed = folders.length === 0 ? null : packFolders(folders)
  const buffers = [...(packed ? [packed] : []), ...large.flatMap(({ pieces }) => pieces)].map(bufferOf)
  return new Moved({ reports, packed, images, problems, large, left: queue.slice(next) }, buffers)
}

/** Subtle: asked after the reading. Folders of an unmounted drive look empty or gone, and nobody has deleted them. */
function assertSame(rootReal: string, identity: FolderIdentity): void {
  const stat = statSync(rootReal, { bigint: true })
  if (String(stat.dev) === identity.dev && String(stat.ino) === identity.ino) return
  throw Object.assign(new Error('The folder was replaced while it was read.'), { code: 'ENOENT' })
}

function take(draft: Draft, place: ImagesTask, report: FolderReport, { folder, work }: FolderChange): void {
  if (work.length > PIECE_IMAGES) {
    draft.reports.push({ ...report, pending: work.length })
    draft.large.push({ folder, pieces: piecesOf(work) })
    return
  }
  const { images, held, guards } = readImages(place, work)
  draft.images += images.length
  draft.problems += folder.problems.length + countProblems(images)
  draft.folders.push({ ...folder, images, digest: held > 0 ? '' : folder.digest })
  draft.reports.push(addHeld({ ...report, guards: [...report.guards, ...guards] }, held, place.attempt))
}

/** Reads one piece of a large folder. */
export function readPiece({ rootPath, identity, folder, attempt, piece }: ReadPiece): Moved<PieceRead> {
  const rootReal = realpathSync.native(rootPath)
  const work = deserialize(piece) as readonly ImageWork[]
  const { images, held, guards } = readImages({ rootReal, dir: folder.dir, attempt }, work)
  assertSame(rootReal, identity)
  const packed = packFolders([{ ...folder, images, gone: [], problems: [], digest: '' }])
  const problems = countProblems(images)
  return new Moved({ packed, images: images.length, problems, held, guards }, [bufferOf(packed)])
}

/** The report of a folder of which some images were held back; it is looked at again, soon at first. */
function addHeld(report: FolderReport, held: number, attempt: number): FolderReport {
  return held === 0 ? report : { ...report, isHeld: true, againMs: RETRY_MS[attempt] ?? report.againMs }
}

function countProblems(images: readonly ScannedImage[]): number {
  return images.reduce((sum, { problems }) => sum + problems.length, 0)
}

function piecesOf(work: readonly ImageWork[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < work.length; at += PIECE_IMAGES)
    pieces.push(compact(serialize(work.slice(at, at + PIECE_IMAGES))))
  return pieces
}

/** Subtle: `serialize` may answer with a part of a larger buffer, which must not be moved away from its owner. */
function compact(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer as ArrayBuffer
}
