/**
 * One folder from disk to what the index has to change: list, compare with what the index knows, read what differs.
 *
 * Runs in an I/O thread and writes nothing. A folder whose digest is the index's costs its listing and no more. What
 * is half-written is left as the index has it and looked at again shortly (reliability.md 2.7).
 */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { Problem } from '../../../shared/domain/problem.ts'
import type { KnownImage, Reader, ScannedFolder, SidecarFact, Signature } from '../db/index.ts'
import { pairFolder, type PairedFolder } from '../sidecar/pair.ts'
import { guardsIn, type FoundGuard } from './guard.ts'
import { signatureOf, type FileSystemType } from './signature.ts'
import { below, GONE_CODES, listFolder, type FileEntry, type Listing } from './walk.ts'
import { reasonOf } from './words.ts'

export type FolderTask = {
  readonly rootId: RootId
  /** Real path of the root. */
  readonly rootReal: string
  readonly dir: RootPath
  /** Ignore the digest; where signatures are coarse, hash sidecars again too. */
  readonly isFull: boolean
  /** How often this folder has been looked at again for half-written sidecars. */
  readonly attempt: number
  readonly nowMs: number
  readonly fileSystemType?: FileSystemType
}

/** An image that differs from the index, before its sidecars are read. */
export type ImageWork = {
  readonly name: string
  readonly size: number
  readonly modifiedMs: number
  readonly signature: Signature
  readonly isFileChanged: boolean
  readonly isKnown: boolean
  readonly pair: { readonly base?: string; readonly full?: string }
  /** Of the sidecar files in the pair. */
  readonly signatures: Readonly<Record<string, Signature>>
  /** Only to be hashed: worth saving if the content is not what these say. */
  readonly hashed: readonly SidecarFact[] | null
}

export type FolderReport = {
  readonly dir: RootPath
  /** `missing`: it is no folder of this root any more; `unreadable`: it is there but nothing is known of it. */
  readonly state: 'unchanged' | 'changed' | 'missing' | 'unreadable'
  /** Images in the folder now. */
  readonly images: number
  /** Images whose sidecars are still to be read, in pieces (a large folder). */
  readonly pending: number
  /** Subfolders to go on with, by name. */
  readonly folders: readonly string[]
  /** Subfolders that cannot be entered, by name. */
  readonly closed: readonly string[]
  readonly guards: readonly FoundGuard[]
  /** Look again after this time, because files are too young to be trusted; null = no need. */
  readonly againMs: number | null
  /** Some images were left as the index has them, because their sidecars look half-written. */
  readonly isHeld: boolean
  /** Why it cannot be read. */
  readonly reason: string | null
}

/** What is to be saved of a changed folder: `work` still has to be read into `folder.images`. */
export type FolderChange = { readonly folder: ScannedFolder; readonly work: readonly ImageWork[] }

export type FolderReader = Pick<Reader, 'folderDigest' | 'folder'>

const MAX_AGAIN_MS = 4000
/** Timers and clocks differ by a few ms. */
const SLACK_MS = 20
/** Orphans listed one by one per folder. */
const ORPHAN_CAP = 2000

/** Compares a folder with the index; never throws for what is on the disk. */
export function readFolder(
  task: FolderTask,
  reader: FolderReader,
): { readonly report: FolderReport; readonly change: FolderChange | null } {
  const { dir, rootId, rootReal } = task
  let listing: Listing
  try {
    listing = listFolder(task)
  } catch (error) {
    return { report: failed(dir, error), change: null }
  }
  const known = reader.folderDigest(rootId, dir)
  if (!task.isFull && listing.digest !== '' && listing.digest === known) {
    return { report: reportOf(task, listing, 'unchanged', []), change: null }
  }
  const images = reader.folder(rootId, dir)
  const paired = pairFolder(namesOf(listing.images), namesOf(listing.jsons))
  const guards = guardsIn(rootReal, dir, listing, paired.orphans)
  const change = compare({ task, listing, paired, images, guards })
  const isSame = listing.digest !== '' && listing.digest === known && isNothing(change)
  const state = isSame ? 'unchanged' : 'changed'
  return { report: reportOf(task, listing, state, guards), change: isSame ? null : change }
}

type Comparison = {
  readonly task: FolderTask
  readonly listing: Listing
  readonly paired: PairedFolder
  readonly images: readonly KnownImage[]
  readonly guards: readonly FoundGuard[]
}

function compare(comparison: Comparison): FolderChange {
  const { task, listing, paired, images, guards } = comparison
  const known = new Map(images.map((image) => [image.name, image]))
  const jsons = new Map(listing.jsons.map((entry) => [entry.name, entry]))
  const work: ImageWork[] = []
  for (const entry of listing.images) {
    const item = compareImage(comparison, entry, known.get(entry.name), jsons)
    known.delete(entry.name)
    if (item !== null) work.push(item)
  }
  const gone = [...known.keys()].filter((name) => !listing.unknown.has(name))
  const { rootId, dir } = task
  const problems = [...listing.problems, ...pairProblems(dir, paired), ...orphanProblems(dir, paired.orphans, guards)]
  const { digest, folders } = listing
  return { folder: { rootId, dir, digest, images: [], gone, problems, folders }, work }
}

function compareImage(
  { task, listing, paired }: Comparison,
  { name, stat }: FileEntry,
  before: KnownImage | undefined,
  jsons: ReadonlyMap<string, FileEntry>,
): ImageWork | null {
  const pair: ImageWork['pair'] = paired.pairs.get(name) ?? {}
  const signature = signatureOf(stat, listing.signatures, task.nowMs)
  const signatures: Record<string, Signature> = {}
  for (const sidecar of [pair.base, pair.full]) {
    const entry = sidecar === undefined ? undefined : jsons.get(sidecar)
    if (entry) signatures[entry.name] = signatureOf(entry.stat, listing.signatures, task.nowMs)
  }
  const file = { name, size: Number(stat.size), modifiedMs: Number(stat.mtimeMs), signature }
  const shared = { ...file, isKnown: before !== undefined, pair, signatures }
  if (before === undefined || signature === '' || before.signature !== signature) {
    return { ...shared, isFileChanged: true, hashed: null }
  }
  if (!isTrusted(before, signatures)) return { ...shared, isFileChanged: false, hashed: null }
  const isHashed = task.isFull && (before.isStale || listing.signatures === 'coarse')
  return isHashed ? { ...shared, isFileChanged: false, hashed: before.sidecars } : null
}

/** True if the sidecars are those the index has read. */
function isTrusted(before: KnownImage, signatures: Readonly<Record<string, Signature>>): boolean {
  const names = Object.keys(signatures)
  if (names.length !== before.sidecars.length) return false
  return before.sidecars.every(({ name, signature }) => signature !== '' && signatures[name] === signature)
}

function pairProblems(dir: RootPath, { problems }: PairedFolder): Problem[] {
  return problems.map((problem) => ({ ...problem, file: below(dir, problem.file) }))
}

function orphanProblems(dir: RootPath, orphans: readonly string[], guards: readonly FoundGuard[]): Problem[] {
  const annotations = new Set(guards.map(({ file }) => file))
  const files = orphans.map((name) => below(dir, name)).filter((file) => !annotations.has(file))
  const reason = 'No image of this name is here. Its values apply when the image arrives.'
  const listed = files.slice(0, ORPHAN_CAP).map((file): Problem => ({ kind: 'orphan', file, reason }))
  const rest = files.length - listed.length
  const more = `${rest} more JSON files in this folder belong to no image. Their values apply when the images arrive.`
  return rest > 0 ? [...listed, { kind: 'orphan', file: dir, reason: more }] : listed
}

function isNothing({ folder, work }: FolderChange): boolean {
  return work.length === 0 && folder.gone.length === 0
}

function reportOf(
  task: FolderTask,
  listing: Listing,
  state: 'unchanged' | 'changed',
  guards: readonly FoundGuard[],
): FolderReport {
  const { closed, trustedAtMs } = listing
  const waitMs = trustedAtMs === null ? null : Math.max(0, trustedAtMs - task.nowMs) + SLACK_MS
  return {
    dir: task.dir,
    state,
    images: listing.images.length,
    pending: 0,
    folders: listing.folders.filter((name) => !closed.has(name)),
    closed: [...closed],
    guards,
    // A time in the far future (a wrong clock) is left to the scheduled scans.
    againMs: waitMs === null || waitMs > MAX_AGAIN_MS ? null : waitMs,
    isHeld: false,
    reason: null,
  }
}

function failed(dir: RootPath, error: unknown): FolderReport {
  const isMissing = GONE_CODES.has((error as NodeJS.ErrnoException).code ?? '')
  const nothing = { images: 0, pending: 0, folders: [], closed: [], guards: [], againMs: null, isHeld: false }
  if (isMissing) return { dir, state: 'missing', ...nothing, reason: null }
  return { dir, state: 'unreadable', ...nothing, reason: reasonOf(error, 'folder') }
}

function namesOf(entries: readonly FileEntry[]): string[] {
  return entries.map(({ name }) => name)
}
