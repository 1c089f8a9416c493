/** Small files of our own that are replaced whole: temp file, forced to disk, renamed, folder forced to disk. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Platform } from '../platform.ts'

export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Writes the whole text; what is at `file` is at any moment the old or the new version. */
export function writeText(file: string, text: string, { fs, randomHex }: Pick<Platform, 'fs' | 'randomHex'>): void {
  const temp = join(dirname(file), `.gleaner-${randomHex(8)}.tmp`)
  const bytes = Buffer.from(text)
  const fd = fs.openSync(temp, 'wx', 0o600)
  try {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done, bytes.length - done)
    fs.fsyncSync(fd)
  } catch (error) {
    fs.closeSync(fd)
    fs.unlinkSync(temp)
    throw error
  }
  fs.closeSync(fd)
  fs.renameSync(temp, file)
  syncDirectory(dirname(file), fs)
}

/** Forces a folder's entries to disk; Windows cannot and need not. */
export function syncDirectory(directory: string, fs: Platform['fs']): void {
  if (process.platform === 'win32') return
  const fd = fs.openSync(directory, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}
