/**
 * An image file opened once, with its first and last bytes in memory: measuring a picture must not read all of it.
 * Opened without blocking, so a pipe that bears an image's name cannot hang the process.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

const HEAD_BYTES = 128 * 1024
const TAIL_BYTES = 64 * 1024

export type FileWindow = {
  readonly size: number
  /** The first 128 KB, or less where the file is shorter. */
  readonly head: Buffer
  /** The last 64 KB, or less. */
  readonly tail: Buffer
  /** Up to `length` bytes from `offset`; fewer at the end of the file. */
  read(offset: number, length: number): Buffer
}

/**
 * Opens a regular file for as long as `use` takes; throws node's file errors, and `EISDIR` for whatever is not a file.
 */
export async function withWindow<T>(path: string, use: (window: FileWindow) => Promise<T>): Promise<T> {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: 'EISDIR' })
    return await use(createWindow(fd, stat.size))
  } finally {
    closeSync(fd)
  }
}

function createWindow(fd: number, size: number): FileWindow {
  const head = readFully(fd, 0, Math.min(size, HEAD_BYTES))
  const tailStart = Math.max(0, size - TAIL_BYTES)
  return {
    size,
    head,
    tail: size <= head.length ? head.subarray(tailStart) : readFully(fd, tailStart, size - tailStart),
    read: (offset, length) =>
      offset + length <= head.length ? head.subarray(offset, offset + length) : readFully(fd, offset, length),
  }
}

function readFully(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, offset + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}
