/**
 * What crosses between the index thread and the rest of the engine. The index thread is the one SQLite writer;
 * it combines layers and user edits (shared/domain/strategy.ts) whenever either changes, so `metadata` and `tags`
 * in the index are always the effective ones.
 */
import type {
  DeviceId,
  ImageId,
  ImageRow,
  LayerHash,
  QuickHash,
  RootId,
  RootPath,
  RootRow,
} from '../../../shared/domain/ids.ts'
import type { LayerText } from '../../../shared/domain/layer.ts'
import type { JournalRecord } from '../../../shared/domain/operation.ts'
import type { Problem } from '../../../shared/domain/problem.ts'
import type { Guard, RootSettings } from '../../../shared/domain/root.ts'

/** A root as the index remembers it; settings are a cache of the journal's. */
export type StoredRoot = RootSettings & {
  readonly row: RootRow
  readonly id: RootId
  readonly slug: string
  readonly path: string
  readonly isOffline: boolean
  readonly isReadOnly: boolean
  readonly guard: Guard
}

/**
 * `<ino>.<size>.<mtimeNs>.<ctimeNs>` of a file, or `<size>.<mtimeNs>` where inodes and ctime are not stable
 * (reliability.md 2.7); '' = never trusted (changed less than 2 s before it was read).
 */
export type Signature = string

/** One folder after a scan thread has read it: only what differs from the index, in full. */
export type ScannedFolder = {
  readonly rootId: RootId
  /** '' for the root itself. */
  readonly dir: RootPath
  /** Digest over names and signatures of all entries; '' while some are too young to trust. Equal digest = unchanged. */
  readonly digest: string
  readonly images: readonly ScannedImage[]
  /** Names of images that were in the index and are not there any more. */
  readonly gone: readonly string[]
  /** Folder-wide problems (orphans, conflict copies, unreadable entries): replaces the folder's earlier ones. */
  readonly problems: readonly Problem[]
  /** Subfolders now present (names); the index drops the images of every other subfolder below `dir`. */
  readonly folders: readonly string[]
}

export type ScannedImage = {
  readonly name: string
  readonly size: number
  readonly modifiedMs: number
  readonly signature: Signature
  /** True if the image file itself is new or changed, so what was measured no longer holds. */
  readonly isFileChanged: boolean
  /** What the sidecars say now; null = unreadable, the last good layer stays and is stale. */
  readonly layer: LayerText | null
  /** False where there is no sidecar (the layer is then the empty one). */
  readonly hasSidecar: boolean
  readonly sidecars: readonly SidecarFact[]
  readonly problems: readonly Problem[]
}

export type SidecarFact = {
  readonly name: string
  readonly signature: Signature
  /** Lower-case hex sha256 of the bytes; '' if they could not be read. */
  readonly sha256: string
}

/** What a codec found out about an image file; columns and virtual fields come from it. */
export type Measured = {
  readonly rootId: RootId
  readonly path: RootPath
  /** Signature of the file that was measured; the answer is dropped if the file has changed since. */
  readonly signature: Signature
  readonly quickHash: QuickHash | null
  readonly facts: ImageFacts | null
  /** Plain reason why the picture cannot be shown, or null. */
  readonly problem: Problem | null
}

export type ImageFacts = {
  /** Pixels as shown, orientation applied; null = not known. */
  readonly width: number | null
  readonly height: number | null
  /** By content: jpeg png webp avif gif tiff bmp heic raw. */
  readonly format: string | null
  /** Decoded only with errors overlooked. */
  readonly isDamaged: boolean
  /** Capture time in epoch ms; without an offset in the file, as this machine's local time. */
  readonly takenMs: number | null
  /** Virtual keys by full name without `exif.`: `make`, `iso`, `gps.lat` … (interchange.md 1.6). */
  readonly exif: Readonly<Record<string, string | number>>
}

/** One image as the query thread needs it. */
export type IndexedImage = {
  readonly row: ImageRow
  readonly root: RootRow
  readonly dir: RootPath
  readonly name: string
  /** Effective, canonical (shared/domain/layer.ts). `tags` is sorted. */
  readonly metadata: string
  readonly tags: string
  readonly size: number
  readonly modifiedMs: number
  readonly editedMs: number | null
  readonly width: number | null
  readonly height: number | null
  readonly format: string | null
  readonly takenMs: number | null
  /** JSON text of ImageFacts.exif, '' = none. */
  readonly exif: string
  readonly split: 'train' | 'valid' | 'test' | null
  readonly flags: number
  /** Bit n = PROBLEM_KINDS[n] (also the shared problems of its sidecars). */
  readonly problems: number
}

/** Bits of IndexedImage.flags. */
export const FLAGS = {
  sidecar: 1,
  /** The user layer holds something for it. */
  edited: 2,
  /** Winning edits that are not in the file yet. */
  unwritten: 4,
  damaged: 8,
  conflicted: 16,
  measured: 32,
  position: 64,
  /** The sidecar cannot be read; last good values are shown. */
  stale: 128,
} as const

/** Pushed from the index thread to the query thread over their own port, in commit order. */
export type IndexChange = {
  readonly kind: 'change'
  readonly revision: number
  readonly upserts: readonly IndexedImage[]
  readonly removed: readonly ImageRow[]
  /** Present when roots were added, removed, renamed, or went off- or online. */
  readonly roots?: readonly StoredRoot[]
}

export type OpenedIndex = {
  readonly revision: number
  /** Why an earlier index was put aside, or null. Everything must then be scanned and folded again. */
  readonly setAside: string | null
  /** True if the process that had it open last did not close it. */
  readonly wasUnclean: boolean
  readonly roots: readonly StoredRoot[]
  readonly journals: readonly JournalOffset[]
}

/** How far a journal file has been folded into the index; valid only while the file's head still hashes the same. */
export type JournalOffset = {
  readonly rootId: RootId
  readonly file: string
  readonly offset: number
  readonly headHash: string
}

export type Saved = {
  readonly revision: number
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/** Under `append`: images whose sidecar changed by another hand; the caller journals these before it saves again. */
export type SeenNeeded = {
  readonly rootId: RootId
  readonly path: RootPath
  readonly quickHash: QuickHash | null
  readonly layer: LayerText
}

export type EditSubject = {
  readonly row: ImageRow
  readonly id: ImageId
  readonly rootId: RootId
  readonly path: RootPath
  readonly quickHash: QuickHash | null
  readonly hasSidecar: boolean
  readonly isStale: boolean
  readonly sidecars: readonly SidecarFact[]
  readonly layer: LayerText
  readonly layerHash: LayerHash
  /** The image's user layer (shared/domain/fold.ts, text form; '' = none). */
  readonly state: string
  /** Effective values before the edit. */
  readonly metadata: string
  readonly tags: string
}

export type WrittenSidecar = {
  readonly rootId: RootId
  readonly path: RootPath
  readonly layer: LayerText
  readonly layerHash: LayerHash
  readonly sidecars: readonly SidecarFact[]
}

/** The index thread's table of calls. `directory` is the library folder; the database is `index.db` in it. */
export type IndexApi = {
  open(input: { directory: string }): OpenedIndex
  putRoot(root: Omit<StoredRoot, 'row'>): StoredRoot
  removeRoot(input: { rootId: RootId }): Saved
  /**
   * Saves scanned folders in one transaction. Under `append`, images that need a `seen` record are left alone and
   * returned; once that record is applied, saving them again takes them in.
   */
  saveFolders(input: { folders: readonly ScannedFolder[] }): Saved & { seen: readonly SeenNeeded[] }
  /**
   * saveFolders for what the scan threads packed: each entry is `ScannedFolder[]` as `packFolders` writes it.
   * The loop passes these on unread, because copying 100,000 images through it twice costs it most of a second.
   */
  savePacked(input: { packed: readonly Uint8Array[] }): Saved & { seen: readonly SeenNeeded[] }
  /** Ends a whole scan of a root: drops images whose folders were not met. `dirs` = every folder met. */
  finishScan(input: { rootId: RootId; dirs: readonly RootPath[] }): Saved
  /**
   * Saves what codecs measured; `moves` are edited images that were found again elsewhere by their hash. Called with
   * no items it still looks: for images that were measured before the path they came from was seen to be empty.
   */
  saveMeasured(input: { items: readonly Measured[] }): Saved & { moves: readonly Move[] }
  /** Images not measured yet, in grid order, oldest request first. */
  unmeasured(input: { limit: number; after: ImageRow }): readonly Unmeasured[]
  /**
   * Folds journal records into user layers and recombines the images they touch; remembers the offset in the same
   * transaction. With `refold` nothing was taken in: a record came too late to be folded on its own, so the caller must
   * `resetRecords` and apply all journals of the root again in (hlc, dev, seq) order.
   */
  applyRecords(input: {
    rootId: RootId
    records: readonly JournalRecord[]
    offset: JournalOffset | null
  }): Saved & { refold?: true }
  /** Drops all user layers of a root, before its journals are folded again from the start. */
  resetRecords(input: { rootId: RootId }): Saved
  /** Takes in a sidecar that we wrote ourselves, so that its echo from the watcher changes nothing. */
  saveWritten(input: { items: readonly WrittenSidecar[] }): Saved
  editSubjects(input: { rows: readonly ImageRow[] }): readonly EditSubject[]
  /**
   * Images of a root (all roots if null) with winning edits that are not in the file, where they can be written:
   * guarded, read-only and offline roots and those edited beside the data are left out. With `device` only those that
   * lack an edit of that device; a device writes back only its own. With `isDue` only those whose file is as it was when
   * the edit was made, or as we left it: what wins against another program's change waits for the next edit.
   */
  unwritten(input: {
    rootId: RootId | null
    limit: number
    after: ImageRow
    device?: DeviceId
    isDue?: boolean
  }): readonly EditSubject[]
  setProblems(input: { rootId: RootId; scope: string; problems: readonly Problem[] }): Saved
  setBlob(input: { name: string; revision: number; data: Uint8Array }): void
  getSetting(input: { name: string }): string | null
  setSetting(input: { name: string; value: string }): void
  /**
   * Integrity check, checkpoint, analyse: for idle moments and after an unclean exit. Returns false if the database is
   * damaged: close and open again, which puts it aside. Damage met in any other call is remembered in the same way.
   */
  tidy(): boolean
  close(): void
}

export type Unmeasured = {
  readonly row: ImageRow
  readonly rootId: RootId
  readonly path: RootPath
  readonly signature: Signature
  readonly size: number
}
export type Move = {
  readonly rootId: RootId
  readonly from: RootPath
  readonly to: RootPath
  readonly id: ImageId
  readonly quickHash: QuickHash
}

/** Everything `show` needs about one image. */
export type ImageDetail = EditSubject & {
  readonly image: IndexedImage
  readonly problems: readonly Problem[]
  readonly facts: ImageFacts | null
  readonly deviceNames: Readonly<Record<DeviceId, string>>
}

/** A read-only connection for scan threads, the query thread and the router (openReader in db/index.ts). */
export type Reader = {
  roots(): readonly StoredRoot[]
  folderDigest(rootId: RootId, dir: RootPath): string
  /** What the index knows of one folder's images, for a scan thread to compare with the disk. */
  folder(rootId: RootId, dir: RootPath): readonly KnownImage[]
  /** Rows in the given order; an image that has gone since is left out. */
  images(rows: Uint32Array): readonly IndexedImage[]
  /** Every image in row order, at most `limit` after `after`: hydration. */
  scan(after: ImageRow, limit: number): readonly IndexedImage[]
  findPath(rootId: RootId, path: RootPath): ImageRow | null
  findId(id: ImageId): ImageRow | null
  detail(row: ImageRow): ImageDetail | null
  problems(input: { rootId: RootId | null; limit: number; offset: number }): readonly StoredProblem[]
  /** Of one root, or of all. */
  countProblems(rootId?: RootId | null): number
  /** Takes time that grows with the root: not for the loop. */
  counts(rootId: RootId): RootCounts
  blob(name: string): { revision: number; data: Uint8Array } | null
  revision(): number
  imageId(image: IndexedImage): ImageId
  close(): void
}

export type RootCounts = {
  readonly images: number
  readonly sidecars: number
  readonly unmeasured: number
  /** Images with edits that are not in their files. */
  readonly unwritten: number
  readonly problems: number
}

export type KnownImage = {
  readonly name: string
  readonly signature: Signature
  readonly sidecars: readonly SidecarFact[]
  readonly isStale: boolean
}

export type StoredProblem = Problem & { readonly rootId: RootId }
