/**
 * The bytes of one sidecar file: regular files inside the root only, at most 262,144 bytes, UTF-8 only.
 *
 * Links are refused by the kernel at open and then followed by hand, to files inside the root. Decoding is strict:
 * a lenient decoder would later write its replacement characters over the user's data (reliability.md §4).
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import { sep } from 'node:path'
import type { Fs } from '../platform.ts'

/** Bytes of the largest sidecar that is read or written. */
export const MAX_SIDECAR_BYTES = 262_144
/** An annotation file may be large, as pictures may be embedded in it; beyond this it is not looked into. */
const MAX_LOOK_BYTES = 64 * 1024 * 1024

export type SidecarBytes =
  /** Holds until the next call: the buffer is used again. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'absent' }
  | { readonly kind: 'oversize' }
  | { readonly kind: 'unreadable'; readonly reason: string }

const shared = Buffer.allocUnsafeSlow(MAX_SIDECAR_BYTES + 1)
// Subtle: without O_NONBLOCK, opening a pipe that is named like a sidecar would wait for ever. Windows has neither flag.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Reads a file of at most 262,144 bytes; never throws. `rootReal` is the root's real path, without an end slash. */
export function readBytes(fs: Fs, path: string, rootReal: string): SidecarBytes {
  try {
    return readOpened(fs, fs.openSync(path, FLAGS))
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return { kind: 'absent' }
    return code === 'ELOOP' || code === 'EMLINK' ? readLinked(fs, path, rootReal) : unreadable(code)
  }
}

/** True if the real path lies in the root; both are absolute and free of links. */
export function isInside(path: string, rootReal: string): boolean {
  return path.startsWith(rootReal.endsWith(sep) ? rootReal : rootReal + sep)
}

/** The whole text of a file that is too large for a sidecar, to see whether it is an annotation file; null = unknown. */
export function lookInto(fs: Fs, path: string, rootReal: string): string | null {
  try {
    const real = fs.realpathSync(path)
    if (!isInside(real, rootReal) || fs.statSync(real).size > MAX_LOOK_BYTES) return null
    // Subtle: only ASCII characters are looked for, and this decoding cannot fail.
    return Buffer.from(fs.readFileSync(real)).toString('latin1')
  } catch {
    return null
  }
}

export type Decoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string; readonly isIncomplete: boolean }

/** Decodes UTF-8, keeping a byte order mark; refuses everything else with the reason. */
export function decode(bytes: Buffer): Decoded {
  if (isAscii(bytes)) {
    // Subtle: UTF-16 of plain English is ASCII with a zero byte beside every letter.
    if (bytes.length > 1 && (bytes[0] === 0) !== (bytes[1] === 0)) return refuseUtf16()
    return { ok: true, text: bytes.toString('latin1') }
  }
  if (isUtf8(bytes)) return { ok: true, text: bytes.toString('utf8') }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return refuseUtf16()
  return {
    ok: false,
    reason: 'The file is not UTF-8 text (it may be Latin-1). Save it as UTF-8.',
    // A cut in the middle of a character looks the same.
    isIncomplete: true,
  }
}

/** The system's code of an error (`ENOENT`, …), or its message. */
export function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? (error instanceof Error ? error.message : String(error))
}

function refuseUtf16(): Decoded {
  return { ok: false, reason: 'The file is UTF-16 text. Save it as UTF-8.', isIncomplete: false }
}

function readLinked(fs: Fs, path: string, rootReal: string): SidecarBytes {
  try {
    const real = fs.realpathSync(path)
    if (!isInside(real, rootReal)) return { kind: 'unreadable', reason: 'It is a link that leads out of the folder.' }
    return readOpened(fs, fs.openSync(real, FLAGS))
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { kind: 'absent' } : unreadable(codeOf(error))
  }
}

function readOpened(fs: Fs, fd: number): SidecarBytes {
  try {
    let length = 0
    for (;;) {
      const count = fs.readSync(fd, shared, length, shared.length - length, null)
      length += count
      if (count === 0 || length === shared.length) break
    }
    if (length === shared.length) return { kind: 'oversize' }
    // Pipes and the like end at once.
    if (length === 0 && !fs.fstatSync(fd).isFile()) return { kind: 'unreadable', reason: 'It is not a regular file.' }
    return { kind: 'bytes', bytes: shared.subarray(0, length) }
  } finally {
    fs.closeSync(fd)
  }
}

function unreadable(code: string): SidecarBytes {
  const reasons: Record<string, string> = {
    EACCES: 'The file may not be read. Check its permissions.',
    EPERM: 'The file may not be read. Check its permissions.',
    EISDIR: 'It is a folder, not a file.',
    ELOOP: 'It is a link that leads to itself.',
    ENAMETOOLONG: 'Its path is too long for this system.',
  }
  return { kind: 'unreadable', reason: reasons[code] ?? `The file cannot be read (${code}).` }
}
