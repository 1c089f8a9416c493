/**
 * Journals of a root that could not be written for a while (reliability.md R8): its records wait in the library's
 * overlay, numbered on from those in the folder, and are appended there once the folder can be written.
 */
import { dirname, join } from 'node:path'
import type { DeviceId } from '../../../shared/domain/ids.ts'
import type { Fs } from '../platform.ts'
import { journalName, listJournals, ownIndexes, readTail, syncFolder } from './files.ts'
import { NEWLINE, TORN_MARK } from './record.ts'

/** The last sequence number this device used in a folder; 0 if it wrote nothing there or the folder is not reachable. */
export function lastSeqIn(fs: Fs, directory: string, device: DeviceId): number {
  let last = 0
  for (const index of ownIndexes(fs, directory, device)) {
    const fd = fs.openSync(join(directory, journalName(device, index)), 'r')
    try {
      last = Math.max(last, readTail(fs, fd, fs.fstatSync(fd).size).seq)
    } finally {
      fs.closeSync(fd)
    }
  }
  return last
}

export type Move = { readonly fs: Fs; readonly from: string; readonly to: string; readonly device: DeviceId }

/** Appends every overlay journal to this device's first one in the folder, forces it, then removes the overlay's. */
export function moveJournals({ fs, from, to, device }: Move): void {
  const names = listJournals(fs, from)
  if (names.length === 0) return
  makeFolder(fs, to)
  const target = join(to, journalName(device, ownIndexes(fs, to, device).at(-1) ?? 0))
  for (const name of names) {
    append(fs, target, fs.readFileSync(join(from, name)))
    syncFolder(fs, to)
    fs.unlinkSync(join(from, name))
  }
  syncFolder(fs, from)
}

function append(fs: Fs, target: string, bytes: Uint8Array): void {
  const fd = fs.openSync(target, 'a+', 0o644)
  try {
    const size = fs.fstatSync(fd).size
    const isTorn = readTail(fs, fd, size).torn.length > 0
    const whole = isTorn ? Buffer.concat([Uint8Array.of(TORN_MARK, NEWLINE), bytes]) : bytes
    for (let done = 0; done < whole.length;) done += fs.writeSync(fd, whole, done, whole.length - done)
    fs.fdatasyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

function makeFolder(fs: Fs, directory: string): void {
  try {
    fs.mkdirSync(directory)
    syncFolder(fs, dirname(directory))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
