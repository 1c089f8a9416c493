/**
 * The file that this device is writing: bytes go to its end, all of them or an error.
 *
 * A torn end, from a crash or a short write, is closed with `!` and a newline before anything follows. A bare newline
 * would make a torn record valid that was refused; nothing at all would let it swallow the next good one.
 */
import { dirname, join } from 'node:path'
import type { Clock, Fs } from '../platform.ts'
import { codeOf, headHash, journalName, keepTorn, ownIndexes, readTail, syncFolder, type Tail } from './files.ts'
import { NEWLINE, TORN_MARK } from './record.ts'

export type JournalFile = {
  readonly name: string
  readonly size: number
  /** The last sequence number and moment found in this device's files when it was opened. */
  readonly lastSeq: number
  readonly lastHlc: string
  /** Writes every byte at the end; an error leaves a torn end behind, which the next write closes. */
  write(bytes: Uint8Array): void
  /** Forces all that was written to disk. */
  force(): void
  /** True if the path still leads to this file and nobody else has changed its length. */
  isCurrent(): boolean
  headHash(offset: number): string
  close(): void
}

type Place = { readonly fs: Fs; readonly directory: string; readonly device: string; readonly wallClock: Clock }

/** Opens this device's newest file, or the one after it where that has reached `sealBytes`; makes it where needed. */
export function openJournalFile(place: Place & { readonly sealBytes: number }): JournalFile {
  const { fs, directory, device, sealBytes } = place
  const isNewFolder = makeFolder(fs, directory)
  const index = ownIndexes(fs, directory, device).at(-1) ?? 0
  const file = openIndex(place, index, isNewFolder)
  if (file.size < sealBytes) return file
  file.close()
  const next = openIndex(place, index + 1, false)
  return Object.assign(next, { lastSeq: file.lastSeq, lastHlc: file.lastHlc })
}

/** Subtle: makes only the last folder; if the one above is missing, the root is not there and must not be imitated. */
function makeFolder(fs: Fs, directory: string): boolean {
  try {
    fs.mkdirSync(directory)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function openIndex(place: Place, index: number, isNewFolder: boolean): JournalFile {
  const { fs, directory, device, wallClock } = place
  const name = journalName(device, index)
  const path = join(directory, name)
  const fd = fs.openSync(path, 'a+', 0o644)
  let size = 0
  let tail: Tail
  let last: Pick<Tail, 'seq' | 'hlc'>
  try {
    size = fs.fstatSync(fd).size
    tail = readTail(fs, fd, size)
    last = tail.seq > 0 || index === 0 ? tail : readOlderTail(place, index)
  } catch (error) {
    fs.closeSync(fd)
    throw error
  }
  let isTorn = tail.torn.length > 0
  let isUnsynced = size === 0
  if (isTorn) keepTorn(fs, { directory, name, timeMs: wallClock.now() }, tail.torn)

  const push = (bytes: Uint8Array): void => {
    let done = 0
    while (done < bytes.length) {
      const count = fs.writeSync(fd, bytes, done, bytes.length - done)
      if (count === 0) throw Object.assign(new Error('The disk took no more bytes.'), { code: 'ENOSPC' })
      done += count
      size += count
      isTorn = bytes[done - 1] !== NEWLINE
    }
  }

  return {
    name,
    get size() {
      return size
    },
    lastSeq: last.seq,
    lastHlc: last.hlc,
    write(bytes) {
      if (isTorn) push(Uint8Array.of(TORN_MARK, NEWLINE))
      push(bytes)
    },
    force() {
      fs.fdatasyncSync(fd)
      if (!isUnsynced) return
      syncFolder(fs, directory)
      if (isNewFolder) syncFolder(fs, dirname(directory))
      isUnsynced = false
    },
    isCurrent() {
      try {
        const [here, there] = [fs.fstatSync(fd), fs.statSync(path)]
        return here.ino === there.ino && here.dev === there.dev && there.size === size
      } catch {
        return false
      }
    },
    headHash: (offset) => headHash(fs, fd, offset),
    close: () => fs.closeSync(fd),
  }
}

/** A new file's predecessors tell what came last. */
function readOlderTail({ fs, directory, device }: Place, index: number): { seq: number; hlc: string } {
  const older = ownIndexes(fs, directory, device).filter((other) => other < index)
  for (const other of older.reverse()) {
    const fd = fs.openSync(join(directory, journalName(device, other)), 'r')
    try {
      const tail = readTail(fs, fd, fs.fstatSync(fd).size)
      if (tail.seq > 0) return tail
    } finally {
      fs.closeSync(fd)
    }
  }
  return { seq: 0, hlc: '' }
}
