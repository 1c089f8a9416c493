/**
 * One owner per library: an exclusive transaction on `lock.db`, which the system drops when its holder dies, however it
 * dies. Never a pid file (reliability.md 2.5). Nobody may open `lock.db` by other means: closing it would drop the lock.
 */
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { holdExclusive } from '../db/index.ts'

/** Longest path that a unix socket takes everywhere, with some room. */
const SOCKET_PATH_BYTES = 100

/** Takes the library for this process, or returns null if another process (or an earlier caller) has it. */
export function acquireLock(directory: string): { release(): void } | null {
  mkdirSync(directory, { recursive: true })
  return holdExclusive(join(directory, 'lock.db'))
}

/**
 * Where the owner of a library listens: a unix socket in the library, or in a private folder under the system's
 * temporary one where the path would be too long; on Windows a named pipe.
 */
export function socketPathOf(directory: string): string {
  const library = resolve(directory)
  const name = createHash('sha256').update(library).digest('hex').slice(0, 32)
  if (process.platform === 'win32') return `\\\\.\\pipe\\gleaner-${name}`
  const path = join(library, 'socket')
  return Buffer.byteLength(path) <= SOCKET_PATH_BYTES ? path : join(privateFolder(), name)
}

/** A folder of this user alone; throws if somebody else has put one there. */
function privateFolder(): string {
  const { uid } = userInfo()
  const folder = join(tmpdir(), `gleaner-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0)
    throw new Error(`${folder} is open to others. Remove it, or keep the library under a shorter path.`)
  return folder
}
