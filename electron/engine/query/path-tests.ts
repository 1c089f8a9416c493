/**
 * Tests on paths. A path is a folder and a name, so most of the work is done once per folder: a glob's last segment is
 * tested on names, all before it on folders; text that spans a `/` is the end of a folder and the start of a name.
 */
import { foldText } from '../../../shared/lib/text.ts'
import { matchGlob } from '../../../shared/query/glob.ts'
import type { PathGlob, PathSegment } from '../../../shared/query/predicate.ts'
import { setBit, wordsFor, type Bits } from './bits.ts'
import { scanCodes } from './kernels.ts'
import { dirOfFolder, type Table } from './table.ts'
import { byteParts, hasPrefix, matchBytes } from './text-match.ts'
import { search } from './text-search.ts'
import { createSpan, needleOf, spanOf, textAt, type Span } from './texts.ts'
import type { Steps } from './lane.ts'

/** Slots whose path fits the glob; dead slots may be among them. */
export function* globBits(table: Table, glob: PathGlob): Steps<Bits> {
  if (glob.segments.some((segment) => segment !== 'any-depth' && segment.includes(2))) {
    return yield* wholePathBits(table, glob)
  }
  const last = glob.segments.at(-1) ?? []
  // An empty segment at the end makes the glob stand for the folder with its slash.
  const folderGlob: PathGlob = { segments: [...glob.segments.slice(0, -1), []] }
  const pass = new Uint8Array(table.folders.count + 1)
  for (let folder = 1; folder < pass.length; folder += 1) {
    if ((folder & 0xfff) === 0) yield
    const dir = foldText(dirOfFolder(table, folder))
    pass[folder] = Number(matchGlob(folderGlob, dir === '' ? '' : `${dir}/`))
  }
  if (isAny(last)) return folderBits(table, pass)
  const parts = byteParts(last as readonly (string | null | 1)[])
  return yield* namesInFolders(table, pass, (name) => matchBytes(parts, name))
}

/** Slots whose name or path holds the folded needle; dead slots may be among them. */
export function* pathTextBits(table: Table, needle: string): Steps<Bits> {
  const bytes = needleOf(needle)
  const hits = yield* search(table.names, bytes)
  const bits: Bits = new Uint32Array(wordsFor(table.count))
  scanCodes(hits, Uint8Array.of(0, 1), bits, table.count)
  const pass = new Uint8Array(table.folders.count + 1)
  const inFolders = yield* searchFolders(table, bytes)
  for (let folder = 1; folder < pass.length; folder += 1) pass[folder] = inFolders[folder]!
  scanCodes(table.folderOf, pass, bits, table.count)
  const slash = needle.lastIndexOf('/')
  if (slash < 0) return bits
  const head = needle.slice(0, slash + 1)
  const tail = needleOf(needle.slice(slash + 1))
  for (let folder = 1; folder < pass.length; folder += 1) {
    if ((folder & 0xfff) === 0) yield
    const dir = foldText(dirOfFolder(table, folder))
    pass[folder] = Number(dir !== '' && `${dir}/`.endsWith(head))
  }
  const across = yield* namesInFolders(table, pass, (name) => hasPrefix(name, tail))
  for (let i = 0; i < bits.length; i += 1) bits[i]! |= across[i]!
  return bits
}

/** Slots in the folders that pass. */
export function folderBits(table: Table, pass: Uint8Array): Bits {
  const bits: Bits = new Uint32Array(wordsFor(table.count))
  scanCodes(table.folderOf, pass, bits, table.count)
  return bits
}

/** By folder 1 if its path below the root holds the needle. */
function* searchFolders(table: Table, needle: Uint8Array): Steps<Uint8Array> {
  const pass = new Uint8Array(table.folders.count + 1)
  const span = createSpan()
  const parts = [null, needle, null] as const
  for (let folder = 1; folder < pass.length; folder += 1) {
    if ((folder & 0xfff) === 0) yield
    spanOf(table.folders.texts, table.folders.refs[folder]!, span)
    while (span.bytes[span.from] !== 47) span.from += 1
    span.from += 1
    pass[folder] = Number(matchBytes(parts, span))
  }
  return pass
}

function* namesInFolders(table: Table, pass: Uint8Array, test: (name: Span) => boolean): Steps<Bits> {
  const bits: Bits = new Uint32Array(wordsFor(table.count))
  const span = createSpan()
  for (let slot = 0; slot < table.count; slot += 1) {
    if ((slot & 0xffff) === 0xffff) yield
    if (pass[table.folderOf[slot]!] === 1 && test(spanOf(table.names, slot, span))) setBit(bits, slot)
  }
  return bits
}

/** The slow way, for runs that may cross any number of folders. */
function* wholePathBits(table: Table, glob: PathGlob): Steps<Bits> {
  const bits: Bits = new Uint32Array(wordsFor(table.count))
  const dirs: string[] = []
  for (let slot = 0; slot < table.count; slot += 1) {
    if ((slot & 0xfff) === 0xfff) yield
    const folder = table.folderOf[slot]!
    const dir = (dirs[folder] ??= foldText(dirOfFolder(table, folder)))
    const name = foldText(textAt(table.names, slot))
    if (matchGlob(glob, dir === '' ? name : `${dir}/${name}`)) setBit(bits, slot)
  }
  return bits
}

function isAny(segment: PathSegment): boolean {
  return segment !== 'any-depth' && segment.length === 1 && segment[0] === null
}
