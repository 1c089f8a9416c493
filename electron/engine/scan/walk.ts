/**
 * Reads one folder: which images, JSON files and subfolders are in it, with their times, and one digest over it all.
 *
 * Synchronous, for the I/O threads. It opens no file. What cannot be managed is a problem and never an error; a name
 * that could not be looked at counts as still there (`unknown`), so nothing is taken for deleted that is not.
 */
import { createHash } from 'node:crypto'
import { accessSync, constants, lstatSync, readdirSync, realpathSync, statSync, type BigIntStats } from 'node:fs'
import { join, sep } from 'node:path'
import type { RootPath } from '../../../shared/domain/ids.ts'
import type { Problem } from '../../../shared/domain/problem.ts'
import { isIgnoredFolder, kindOfName } from './names.ts'
import { signatureKindOf, youngUntilMs, type FileSystemType, type SignatureKind } from './signature.ts'
import { decodeName, reasonOf } from './words.ts'

export type FileEntry = { readonly name: string; readonly stat: BigIntStats }

export type Listing = {
  readonly images: readonly FileEntry[]
  readonly jsons: readonly FileEntry[]
  /** Names of files of other annotation formats: CSV, JSONL, YAML and name lists. */
  readonly tables: readonly string[]
  /** Names of `.txt` and `.xml` files. */
  readonly labels: readonly string[]
  /** Subfolders that belong to the library, natural readdir order. */
  readonly folders: readonly string[]
  /** Those of `folders` that cannot be entered. */
  readonly closed: ReadonlySet<string>
  /** Names that are there but could not be looked at. */
  readonly unknown: ReadonlySet<string>
  readonly problems: readonly Problem[]
  readonly signatures: SignatureKind
  /** Digest over names and signatures; '' while something is too young to be trusted. */
  readonly digest: string
  /** When (epoch ms) the youngest file can be trusted; null = all can. */
  readonly trustedAtMs: number | null
}

export type FolderPlace = {
  /** Real path of the root. */
  readonly rootReal: string
  readonly dir: RootPath
  readonly nowMs: number
  readonly fileSystemType?: FileSystemType
}

/** Raised where a folder is not what it was: it is a link now, or has gone. */
export const GONE_CODES = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/** Version of what the digest covers and of the rules applied to it; a new one makes every folder be read again. */
const DIGEST_VERSION = 'd1'

/** Lists the folder; throws node's error where the folder itself cannot be read (ENOENT: it is not there, or a link). */
export function listFolder(place: FolderPlace): Listing {
  const path = join(place.rootReal, place.dir)
  // Subtle: a folder may have been swapped for a link since its parent was read, so this is asked at every folder.
  if (isOutside(place.dir) || realpathSync.native(path) !== path)
    throw Object.assign(new Error('The folder is a link.'), { code: 'ENOENT' })
  const signatures = signatureKindOf(path, place.fileSystemType)
  const draft = createDraft()
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name.includes('\ufffd')) draft.isOdd = true
    else if (entry.isDirectory()) addFolder(draft, path, entry.name, place.dir)
    else if (entry.isFile()) addFile(draft, path, entry.name, place)
    else if (entry.isSymbolicLink()) addLink(draft, path, entry.name, place)
  }
  if (draft.isOdd) addOddNames(draft, path, place)
  const digest = digestOf(draft, signatures)
  const trustedAtMs = trustedAt(draft, signatures, place.nowMs)
  const { images, jsons, labels, folders, closed, unknown, problems } = draft
  const tables = draft.tables.map(({ name }) => name)
  const lists = { images, jsons, tables, labels, folders, closed, unknown, problems }
  return { ...lists, signatures, digest: trustedAtMs === null ? digest : '', trustedAtMs }
}

function isOutside(dir: RootPath): boolean {
  return dir !== '' && dir.split('/').some((name) => name === '' || name === '.' || name === '..')
}

type Draft = {
  images: FileEntry[]
  jsons: FileEntry[]
  tables: FileEntry[]
  labels: string[]
  folders: string[]
  closed: Set<string>
  unknown: Set<string>
  problems: Problem[]
  /** Some name may not be UTF-8. */
  isOdd: boolean
}

function createDraft(): Draft {
  const lists = { images: [], jsons: [], tables: [], labels: [], folders: [], problems: [] }
  return { ...lists, isOdd: false, closed: new Set(), unknown: new Set() }
}

function addFolder(draft: Draft, path: string, name: string, dir: RootPath): void {
  if (isIgnoredFolder(name)) return
  draft.folders.push(name)
  try {
    accessSync(`${path}/${name}`, constants.R_OK | constants.X_OK)
  } catch (error) {
    draft.closed.add(name)
    draft.problems.push({ kind: 'access', file: below(dir, name), reason: reasonOf(error, 'folder') })
  }
}

function addFile(draft: Draft, path: string, name: string, { dir }: FolderPlace): void {
  const kind = kindOfName(name)
  if (kind === 'other') return
  if (kind === 'label') return void draft.labels.push(name)
  if (kind === 'conflict-copy') return void draft.problems.push(conflictCopy(below(dir, name)))
  try {
    // Not `join`: this is the hottest line of a rescan.
    const stat = lstatSync(`${path}/${name}`, { bigint: true, throwIfNoEntry: false })
    if (stat?.isFile()) listOf(draft, kind).push({ name, stat })
  } catch (error) {
    addUnknown(draft, { kind: 'access', file: below(dir, name), reason: reasonOf(error, 'file') }, name)
  }
}

/** Links are followed to files inside the root only, and to images only where the scan does not meet them by itself. */
function addLink(draft: Draft, path: string, name: string, { rootReal, dir }: FolderPlace): void {
  const kind = kindOfName(name)
  if (kind === 'other') return
  if (kind === 'conflict-copy') return void draft.problems.push(conflictCopy(below(dir, name)))
  try {
    const target = realpathSync.native(`${path}/${name}`)
    if (!target.startsWith(rootReal + sep)) return
    if (kind === 'image' && isMet(target.slice(rootReal.length + 1))) return
    const stat = statSync(target, { bigint: true })
    if (!stat.isFile()) return
    if (kind === 'label') draft.labels.push(name)
    else listOf(draft, kind).push({ name, stat })
  } catch {
    // A link that leads nowhere is no image.
  }
}

function isMet(below: string): boolean {
  const folders = below.split(sep)
  const name = folders.pop() ?? ''
  return kindOfName(name) === 'image' && !folders.some(isIgnoredFolder)
}

/** Names that are not UTF-8 show up only as bytes: a name as text would not open the file. */
function addOddNames(draft: Draft, path: string, place: FolderPlace): void {
  for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
    const { name, isExact } = decodeName(entry.name)
    if (isExact) {
      if (!name.includes('\ufffd')) continue
      if (entry.isDirectory()) addFolder(draft, path, name, place.dir)
      else if (entry.isFile()) addFile(draft, path, name, place)
      else if (entry.isSymbolicLink()) addLink(draft, path, name, place)
    } else if (entry.isDirectory() ? !isIgnoredFolder(name) : isManaged(name)) {
      const reason = 'The name is not valid UTF-8 text, so this cannot be managed here. Rename it to use it.'
      draft.problems.push({ kind: 'access', file: below(place.dir, name), reason })
    }
  }
}

function isManaged(name: string): boolean {
  const kind = kindOfName(name)
  return kind === 'image' || kind === 'json'
}

function listOf(draft: Draft, kind: 'image' | 'json' | 'table'): FileEntry[] {
  if (kind === 'image') return draft.images
  return kind === 'json' ? draft.jsons : draft.tables
}

function addUnknown(draft: Draft, problem: Problem, name: string): void {
  draft.unknown.add(name)
  draft.problems.push(problem)
}

function conflictCopy(file: string): Problem {
  const reason = 'A sync tool left this copy when two versions met. It is not used; compare it and remove it.'
  return { kind: 'conflict-copy', file, reason }
}

/** Path of a name in a folder, below the root. */
export function below(dir: RootPath, name: string): RootPath {
  return dir === '' ? name : `${dir}/${name}`
}

/** Numbers go in as they are: printing 800,000 of them for an unchanged library would cost a tenth of a second. */
function digestOf(draft: Draft, signatures: SignatureKind): string {
  const files = [...draft.images, ...draft.jsons, ...draft.tables]
  const numbers = new BigUint64Array(files.length * 4)
  const names: string[] = []
  for (const [at, { name, stat }] of files.entries()) {
    names.push(name)
    numbers[at * 4] = stat.size
    numbers[at * 4 + 1] = stat.mtimeNs
    if (signatures === 'coarse') continue
    numbers[at * 4 + 2] = stat.ino
    numbers[at * 4 + 3] = stat.ctimeNs
  }
  const head = [DIGEST_VERSION, signatures, draft.images.length, draft.jsons.length, draft.labels.length].join(' ')
  const problems = draft.problems.map(({ file, reason }) => `${file}:${reason}`)
  const text = [head, ...names, ...draft.labels, ...draft.folders, ...problems].join('/')
  return createHash('sha256').update(text).update(numbers).digest('base64url')
}

function trustedAt(draft: Draft, signatures: SignatureKind, nowMs: number): number | null {
  let latest: number | null = null
  for (const list of [draft.images, draft.jsons, draft.tables]) {
    for (const { stat } of list) {
      const until = youngUntilMs(stat, signatures, nowMs)
      if (until !== null && (latest === null || until > latest)) latest = until
    }
  }
  return latest
}
