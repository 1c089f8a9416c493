/** The files of one journal folder: names, how far they were read, and what stands at the end of our own. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { compareText } from '../../../shared/lib/text.ts'
import type { Fs } from '../platform.ts'
import { decodeRecord, MAX_LINE_BYTES, NEWLINE } from './record.ts'

const HEAD_BYTES = 4096
const FIRST_TAIL_BYTES = 64 * 1024

/** Every journal in a folder, sync-conflict copies included; none if there is no folder yet. */
export function listJournals(fs: Fs, directory: string): string[] {
  try {
    const names = fs.readdirSync(directory).filter((name) => name.endsWith('.ndjson'))
    // Subtle: shorter names first, so that one device's files come in the order of their numbers.
    return names.sort((a, b) => a.length - b.length || compareText(a, b))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Name of a device's n-th file; the first has no number. */
export function journalName(device: string, index: number): string {
  return index === 0 ? `${device}.ndjson` : `${device}.${index}.ndjson`
}

/** Numbers of the files that this device has written here, in order. */
export function ownIndexes(fs: Fs, directory: string, device: string): number[] {
  const indexes: number[] = []
  for (const name of listJournals(fs, directory)) {
    const middle = name.startsWith(device) ? name.slice(device.length, -'.ndjson'.length) : null
    if (middle === '') indexes.push(0)
    else if (middle !== null && /^\.[1-9]\d{0,8}$/.test(middle)) indexes.push(Number(middle.slice(1)))
  }
  return indexes.sort((a, b) => a - b)
}

/** Hash of a file's beginning up to `offset`: tells that it is still the file that was read that far. */
export function headHash(fs: Fs, fd: number, offset: number): string {
  const bytes = readAt(fs, fd, 0, Math.min(offset, HEAD_BYTES))
  return createHash('sha256').update(bytes).digest('hex')
}

/** Reads up to `length` bytes at `position`; fewer where the file ends. */
export function readAt(fs: Fs, fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const count = fs.readSync(fd, buffer, filled, length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

export type Tail = {
  /** Bytes after the last newline: a record that was never finished. */
  readonly torn: Buffer
  /** The last sequence number that may have been used, and the last moment; 0 and '' if none was found. */
  readonly seq: number
  readonly hlc: string
}

/** Reads a journal's end, so that the next record follows on. */
export function readTail(fs: Fs, fd: number, size: number): Tail {
  for (let length = FIRST_TAIL_BYTES; ; length *= 4) {
    const start = Math.max(0, size - length)
    const bytes = readAt(fs, fd, start, size - start)
    const end = bytes.lastIndexOf(NEWLINE) + 1
    const found = findLast(bytes.subarray(0, end), start === 0)
    if (found || start === 0 || length > 4 * MAX_LINE_BYTES) {
      return { torn: bytes.subarray(end), seq: found?.seq ?? 0, hlc: found?.hlc ?? '' }
    }
  }
}

/** The last moment of each journal in a folder, as far as its end can be read. */
export function lastMoments(fs: Fs, directory: string): string[] {
  const moments: string[] = []
  for (const name of listJournals(fs, directory)) {
    let fd: number | undefined
    try {
      fd = fs.openSync(join(directory, name), 'r')
      moments.push(readTail(fs, fd, fs.fstatSync(fd).size).hlc)
    } catch {
      // What cannot be read now has not been seen either.
    } finally {
      if (fd !== undefined) fs.closeSync(fd)
    }
  }
  return moments
}

function findLast(lines: Buffer, isWhole: boolean): { seq: number; hlc: string } | null {
  let end = lines.length - 1
  let unreadable = 0
  while (end > 0) {
    const start = lines.lastIndexOf(NEWLINE, end - 1) + 1
    if (start === 0 && !isWhole) return null
    const record = decodeRecord(lines.subarray(start, end))
    // Subtle: numbers that damaged lines may have used are not used again.
    if (typeof record !== 'string') return { seq: record.seq + unreadable, hlc: record.hlc }
    unreadable += 1
    end = start - 1
  }
  return null
}

/** Forces a folder's entries to disk, where the platform can. */
export function syncFolder(fs: Fs, directory: string): void {
  let fd: number | undefined
  try {
    fd = fs.openSync(directory, 'r')
    fs.fsyncSync(fd)
  } catch (error) {
    // Windows: folders can be neither opened nor synced; some network drives refuse likewise.
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(codeOf(error))) throw error
  } finally {
    if (fd !== undefined) fs.closeSync(fd)
  }
}

/** Keeps a copy of bytes beside the journal, for a person to look at; does without where it cannot. */
export function keepTorn(fs: Fs, file: { directory: string; name: string; timeMs: number }, torn: Uint8Array): void {
  const path = join(file.directory, `${file.name.slice(0, -'.ndjson'.length)}.torn-${file.timeMs}`)
  try {
    const fd = fs.openSync(path, 'wx')
    try {
      fs.writeSync(fd, torn, 0, torn.length)
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    // The bytes also stay where they are, in the journal itself.
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
