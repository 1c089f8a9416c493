/**
 * Clears what a crash left in a folder: our temp files, and second names of old versions that hold nothing of value.
 *
 * What is ours by its name must be older than any write that could still be under way. A second name of an old version
 * goes only if its bytes are what its name says (the version our edit was made from), or if it is but another name of a file
 * in the folder: anything else is another program's work, and stays. Nothing else is touched, ever.
 */
import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import type { FileStat, Fs } from '../platform.ts'
import { hashOf } from './replace.ts'

const TEMP = /^\.gleaner-[0-9a-f]{16}\.tmp$/
const OLD = /^\.gleaner-([0-9a-f]{16})\.old$/
/** Longer than a write takes, also on a slow stick. */
const MIN_AGE_MS = 10_000

export type Swept = {
  readonly removed: number
  /** Names of old versions that another program wrote into and that stand nowhere else. */
  readonly kept: readonly string[]
}

export type SweepInput = { readonly fs?: Fs; readonly directory: string; readonly nowMs: number }

type Place = { readonly fs: Fs; readonly directory: string }

/** Sweeps one folder; never throws for what is on the disk. `nowMs` is epoch time. */
export function sweepTemps({ fs = nodeFs, directory, nowMs }: SweepInput): Swept {
  const place = { fs, directory }
  const names = list(place)
  let removed = 0
  const kept: string[] = []
  for (const name of names) {
    const start = OLD.exec(name)?.[1]
    if (start === undefined && !TEMP.test(name)) continue
    if (!isOlder(place, name, nowMs - MIN_AGE_MS)) continue
    if (start === undefined) removed += remove(place, name)
    else if (hashStart(place, name) === start || hasOtherName(place, name, names)) removed += remove(place, name)
    else kept.push(name)
  }
  return { removed, kept }
}

function list({ fs, directory }: Place): string[] {
  try {
    return fs.readdirSync(directory)
  } catch {
    return []
  }
}

function isOlder(place: Place, name: string, beforeMs: number): boolean {
  const stat = statOf(place, name)
  // Subtle: an old version keeps its own time of writing; what tells its age as a second name is the change time.
  return stat !== null && stat.isFile() && (stat.ctimeMs ?? stat.mtimeMs) < beforeMs
}

function hashStart({ fs, directory }: Place, name: string): string {
  try {
    return hashOf(fs, join(directory, name)).slice(0, 16)
  } catch {
    return ''
  }
}

function hasOtherName(place: Place, name: string, names: readonly string[]): boolean {
  const own = statOf(place, name)
  if (own === null || own.nlink < 2) return false
  return names.some((other) => {
    const stat = other.startsWith('.gleaner-') ? null : statOf(place, other)
    return stat !== null && stat.ino === own.ino && stat.dev === own.dev
  })
}

function statOf({ fs, directory }: Place, name: string): FileStat | null {
  try {
    return fs.lstatSync(join(directory, name))
  } catch {
    return null
  }
}

function remove({ fs, directory }: Place, name: string): number {
  try {
    fs.unlinkSync(join(directory, name))
    return 1
  } catch {
    return 0
  }
}
