/**
 * The log file of a library: JSON lines, readable only by its user, two generations of at most 2 MB. Ids, counts and
 * stacks only: folder names of this machine are cut out, values and tokens are never handed in.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '../engine/platform.ts'

const CAP_BYTES = 2 * 1024 * 1024
/** How the system's own errors name a file: an absolute path between single quotes. */
const FAILED_FILE = /'(?:\/|~|[A-Za-z]:\\)[^']*'/g
const APP = fileURLToPath(new URL('../../', import.meta.url))

export function createFileLog(directory: string): Log {
  const folder = join(directory, 'log')
  const file = join(folder, 'gleaner.log')
  let isReady = false
  const write = (level: string, message: string, facts?: Record<string, unknown>) => {
    const line = JSON.stringify({ time: new Date().toISOString(), level, pid: process.pid, message, ...facts })
    try {
      if (!isReady) mkdirSync(folder, { recursive: true, mode: 0o700 })
      isReady = true
      rotate(file)
      appendFileSync(file, `${withoutPlaces(line)}\n`, { mode: 0o600 })
    } catch {
      // A log that cannot be written (disk full, folder gone) must not stop the work it reports on.
    }
  }
  return {
    info: (message, facts) => write('info', message, facts),
    warn: (message, facts) => write('warn', message, facts),
    error: (message, facts) => write('error', message, facts),
  }
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > CAP_BYTES) renameSync(file, `${file}.1`)
}

function withoutPlaces(line: string): string {
  return line.replaceAll(APP, '').replaceAll(homedir(), '~').replaceAll(FAILED_FILE, "'…'")
}
