/** What a baseline needs of the file system, as plainly as possible. */
import { spawnSync } from 'node:child_process'
import { opendirSync } from 'node:fs'
import { join } from 'node:path'

/** Every `.json` below the folder. */
export function* sidecarsBelow(folder: string): Generator<string> {
  const open = [folder]
  for (let dir = open.pop(); dir !== undefined; dir = open.pop()) {
    const handle = opendirSync(dir, { bufferSize: 1024 })
    for (let entry = handle.readSync(); entry; entry = handle.readSync()) {
      if (entry.isDirectory()) open.push(join(dir, entry.name))
      else if (entry.name.endsWith('.json')) yield join(dir, entry.name)
    }
    handle.closeSync()
  }
}

/** Milliseconds of a command, or null where the command is missing or fails. */
export function timeCommand(file: string, args: readonly string[]): number | null {
  const start = performance.now()
  const done = spawnSync(file, args, { stdio: 'ignore' })
  return done.status === 0 ? performance.now() - start : null
}
