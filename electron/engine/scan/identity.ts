/**
 * What makes a file or a folder "the same one": the quick hash of an image, and whether a root is really there.
 *
 * The quick hash reads at most 128 KB, so a library of raw files can be told apart without reading it whole; it is
 * enough to follow a renamed image, not to prove two files equal (that takes the full sha256).
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, opendirSync, readSync, statSync } from 'node:fs'
import type { QuickHash } from '../../../shared/domain/ids.ts'

const EDGE_BYTES = 64 * 1024

/** Device and inode of a folder, as decimal digits; the device number holds only until the drive is unmounted. */
export type FolderIdentity = { readonly dev: string; readonly ino: string }

export type Presence = { readonly isHere: boolean; readonly identity: FolderIdentity | null }

/** Hash of size, first and last 64 KB of the file (files up to 128 KB: of every byte); throws what `fs` throws. */
export function quickHash(file: string): QuickHash {
  const fd = openSync(file, 'r')
  try {
    const { size } = fstatSync(fd)
    const head = readRange(fd, 0, Math.min(EDGE_BYTES, size))
    const tailStart = Math.max(EDGE_BYTES, size - EDGE_BYTES)
    const tail = readRange(fd, tailStart, Math.max(0, size - tailStart))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(size))
    return `q1-${createHash('sha256').update(length).update(head).update(tail).digest('hex')}`
  } finally {
    closeSync(fd)
  }
}

/**
 * Whether the folder at `path` is the root and not the hole it left: a missing folder is not it, nor is an empty one
 * with another device or inode (a bare mount point). `known` null = never seen before.
 */
export function rootPresence(path: string, known: FolderIdentity | null): Presence {
  try {
    const stat = statSync(path, { bigint: true })
    if (!stat.isDirectory()) return { isHere: false, identity: null }
    const identity = { dev: String(stat.dev), ino: String(stat.ino) }
    const isSame = known === null || (known.dev === identity.dev && known.ino === identity.ino)
    return { isHere: isSame || !isEmpty(path), identity }
  } catch {
    return { isHere: false, identity: null }
  }
}

function isEmpty(path: string): boolean {
  const folder = opendirSync(path)
  try {
    return folder.readSync() === null
  } finally {
    folder.closeSync()
  }
}

function readRange(fd: number, from: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(fd, bytes, filled, length - filled, from + filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}
