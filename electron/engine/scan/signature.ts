/**
 * Signatures tell whether a file is still the one that was read (reliability.md 2.7).
 *
 * Inode and ctime catch a rewrite that keeps size and mtime. Where a file system makes them up anew at each mount,
 * only size and mtime count. A file that changed less than 2 s before we looked may change again within the same
 * tick of its clock, so it gets no signature and is read again.
 */
import { statfsSync, type BigIntStats } from 'node:fs'
import type { Signature } from '../db/index.ts'

/** `coarse`: inodes and ctime are not stable on this file system. */
export type SignatureKind = 'full' | 'coarse'

/** Age from which a file's times are trusted. */
const RACY_MS = 2000

/** `f_type` numbers of statfs(2): FAT, exFAT, kernel NTFS (old and new). */
const LOCAL_TYPES = [0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e]
/** FUSE (NTFS-3g too), NFS, SMB 1, CIFS, SMB 2, 9P (WSL), AFS, Ceph, VirtualBox: changes may be made elsewhere. */
const REMOTE_TYPES = new Set([
  0x65735546, 0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x5346414f, 0x00c36400, 0x786f4256,
])
const COARSE_TYPES = new Set([...LOCAL_TYPES, ...REMOTE_TYPES])

/** What statfs says of the file system that holds the path; tests supply another one. */
export type FileSystemType = (path: string) => number

/** Which signatures to use in this folder. */
export function signatureKindOf(path: string, fileSystemType: FileSystemType = nodeFileSystemType): SignatureKind {
  return COARSE_TYPES.has(fileSystemType(path)) ? 'coarse' : 'full'
}

/** True for file systems whose changes the system may not tell, because another machine or program makes them. */
export function isRemoteType(type: number): boolean {
  return REMOTE_TYPES.has(type)
}

/** The file's signature, '' while it is too young to be trusted. */
export function signatureOf(stat: BigIntStats, kind: SignatureKind, nowMs: number): Signature {
  if (youngUntilMs(stat, kind, nowMs) !== null) return ''
  const coarse = `${stat.size}.${stat.mtimeNs}`
  return kind === 'full' ? `${stat.ino}.${coarse}.${stat.ctimeNs}` : coarse
}

/** When (epoch ms) a file that is too young now can be trusted, null if it can be already. */
export function youngUntilMs(stat: BigIntStats, kind: SignatureKind, nowMs: number): number | null {
  const modified = youngUntil(Number(stat.mtimeMs), kind, nowMs)
  return kind === 'coarse' ? modified : (youngUntil(Number(stat.ctimeMs), kind, nowMs) ?? modified)
}

function youngUntil(timeMs: number, kind: SignatureKind, nowMs: number): number | null {
  const ageMs = nowMs - timeMs
  if (ageMs >= RACY_MS) return null
  // Subtle: a time far ahead of our clock is not one that a change made now could share, if it is our clock that stamps.
  if (kind === 'full' && ageMs <= -RACY_MS) return null
  return timeMs + RACY_MS
}

function nodeFileSystemType(path: string): number {
  try {
    return statfsSync(path).type
  } catch {
    return 0
  }
}
