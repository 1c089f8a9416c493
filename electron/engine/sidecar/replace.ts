/**
 * Replaces one file so that it is at any moment the whole old or the whole new version (reliability.md 2.4, steps 5-8).
 *
 * Before it is replaced the file must still hold what the caller read; afterwards the old version, kept under a second
 * name, is looked at once more: if another program wrote into it in between, it is put back and the caller starts again
 * from it. Subtle: the second name holds the first half of the hash it must have, so that after a crash the sweep knows
 * by itself which old versions hold nothing of value.
 */
import { hash } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { FileStat, Fs } from '../platform.ts'
import { codeOf, readBytes } from './bytes.ts'

export type Disk = {
  readonly fs: Fs
  /** Random bytes as lower-case hex. */
  randomHex(bytes: number): string
  /** Windows refuses for a moment what a virus scanner or an indexer has open. */
  readonly isWindows: boolean
}

/** `changed`: another program was there first, nothing of its work is lost; read again. */
export type Replaced = 'done' | 'changed'

export type Target = {
  /** Free of links. */
  readonly path: string
  /** The file that is there; null = none. */
  readonly old: Old | null
}

type Old = {
  /** Hash of the bytes that the new ones were made from. */
  readonly sha256: string
  readonly stat: FileStat
}

/** Puts `bytes` in the file's place; throws with the system's code for what the disk refuses. */
export function replaceFile(disk: Disk, target: Target, bytes: Uint8Array): Replaced {
  const { fs } = disk
  const { path, old } = target
  const temp = join(dirname(path), `.gleaner-${disk.randomHex(8)}.tmp`)
  try {
    writeTemp(fs, temp, bytes, old?.stat ?? null)
    if (old === null) return create(disk, temp, path)
    if (hashOf(fs, path) === old.sha256) return exchange(disk, { path, sha256: old.sha256 }, temp, bytes)
  } catch (error) {
    removeQuietly(fs, temp)
    throw error
  }
  removeQuietly(fs, temp)
  return 'changed'
}

type Read = { readonly path: string; readonly sha256: string }

/** Takes the file away if it still holds what the caller read. */
export function removeFile(disk: Disk, { path, sha256 }: Read): Replaced {
  const { fs } = disk
  // Subtle: a rename would silently take the place of a file of that name.
  const old = freeOldName(disk, path, sha256)
  fs.renameSync(path, old)
  if (hashOf(fs, old) === sha256) {
    fs.unlinkSync(old)
    return 'done'
  }
  putBack(disk, old, { path, ours: '' })
  return 'changed'
}

/** Forces a folder's entries to disk; Windows cannot and need not. */
export function syncFolder({ fs, isWindows }: Disk, directory: string): void {
  if (isWindows) return
  const fd = fs.openSync(directory, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

function writeTemp(fs: Fs, temp: string, bytes: Uint8Array, old: FileStat | null): void {
  const fd = fs.openSync(temp, 'wx', old === null ? 0o666 : old.mode & 0o777)
  try {
    for (let done = 0; done < bytes.length;) {
      const count = fs.writeSync(fd, bytes, done, bytes.length - done)
      if (count === 0) throw Object.assign(new Error('The disk took no more bytes.'), { code: 'ENOSPC' })
      done += count
    }
    const made = fs.fstatSync(fd)
    if (made.size !== bytes.length) throw Object.assign(new Error('Short write.'), { code: 'EIO' })
    if (old !== null) copyOwner(fs, fd, made, old)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

function copyOwner(fs: Fs, fd: number, made: FileStat, old: FileStat): void {
  // Only the system's administrator may give files away; a group that is not ours cannot be kept either.
  const isOurs = made.uid === old.uid && made.gid === old.gid
  if (!isOurs) quietly(() => fs.fchownSync(fd, old.uid, old.gid))
  // Subtle: after the owner, as a change of owner clears bits of the mode.
  if (!isOurs || (made.mode & 0o7777) !== (old.mode & 0o7777)) fs.fchmodSync(fd, old.mode & 0o7777)
}

function create(disk: Disk, temp: string, path: string): Replaced {
  const { fs } = disk
  try {
    // Subtle: unlike a rename, a link never replaces a file that has appeared meanwhile.
    fs.linkSync(temp, path)
    removeQuietly(fs, temp)
    return 'done'
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' && !isWithoutLinks(error)) throw error
  }
  if (exists(fs, path)) {
    removeQuietly(fs, temp)
    return 'changed'
  }
  retry(disk, () => fs.renameSync(temp, path))
  return 'done'
}

function exchange(disk: Disk, { path, sha256 }: Read, temp: string, bytes: Uint8Array): Replaced {
  const { fs } = disk
  const old = linkOld(disk, path, sha256)
  try {
    // Subtle: nothing stands between link and rename, as what another program renames here in between is lost unseen.
    retry(disk, () => fs.renameSync(temp, path))
  } catch (error) {
    if (old !== null) removeQuietly(fs, old)
    throw error
  }
  if (old === null) return 'done'
  const oldHash = hashOf(fs, old)
  if (oldHash === sha256 || oldHash === '') {
    // Gone already: swept by another computer, which looks at the bytes first.
    removeQuietly(fs, old)
    return 'done'
  }
  putBack(disk, old, { path, ours: hash('sha256', bytes, 'hex') })
  return 'changed'
}

/** A second name for the old version; null where the disk has no links. */
function linkOld(disk: Disk, path: string, sha256: string): string | null {
  const old = oldName(path, sha256)
  try {
    disk.fs.linkSync(path, old)
    return old
  } catch (error) {
    if (isWithoutLinks(error)) return null
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const free = freeOldName(disk, path, sha256)
  disk.fs.linkSync(path, free)
  return free
}

/** Another program's bytes go back to their place, unless yet others are there now: then they stay under the old name. */
function putBack({ fs }: Disk, old: string, target: { path: string; ours: string }): void {
  if (hashOf(fs, target.path) === target.ours) fs.renameSync(old, target.path)
}

function oldName(path: string, sha256: string): string {
  return join(dirname(path), `.gleaner-${sha256.slice(0, 16)}.old`)
}

/** Another old name where that one is taken: by what a crash left, which goes, or by another program's bytes, which stay. */
function freeOldName(disk: Disk, path: string, sha256: string): string {
  const name = oldName(path, sha256)
  const found = hashOf(disk.fs, name)
  if (found === sha256) disk.fs.unlinkSync(name)
  return found === '' || found === sha256 ? name : join(dirname(path), `.gleaner-${disk.randomHex(8)}.old`)
}

/** Lower-case hex sha256 of a file's bytes; '' if it is not there, `other` if it is no file of a sidecar's size. */
export function hashOf(fs: Fs, path: string): string {
  const read = readBytes(fs, path, dirname(path))
  if (read.kind === 'bytes') return hash('sha256', read.bytes, 'hex')
  return read.kind === 'absent' ? '' : 'other'
}

function exists(fs: Fs, path: string): boolean {
  try {
    fs.lstatSync(path)
    return true
  } catch {
    return false
  }
}

function isWithoutLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EINVAL'].includes(codeOf(error))
}

function removeQuietly(fs: Fs, path: string): void {
  quietly(() => fs.unlinkSync(path))
}

function quietly(call: () => void): void {
  try {
    call()
  } catch {
    // What is left over is swept at the next start.
  }
}

/** Windows: npm/write-file-atomic#28. Waits in between, up to about 2 s; only ever called in an I/O thread. */
function retry({ isWindows }: Disk, call: () => void): void {
  for (let waitMs = 10; ; waitMs *= 2) {
    try {
      return call()
    } catch (error) {
      const isBusy = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error))
      if (!isWindows || !isBusy || waitMs > 1000) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs)
    }
  }
}
