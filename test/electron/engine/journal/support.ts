/** A journal folder on the real disk, and a disk that fails on demand. */
import nodeFs from 'node:fs'
import { join } from 'node:path'
import { createClock } from '../../../../shared/domain/clock.ts'
import type { JournalRecord, Operation } from '../../../../shared/domain/operation.ts'
import type { Problem } from '../../../../shared/domain/problem.ts'
import type { JournalOffset } from '../../../../electron/engine/db/index.ts'
import { createJournal, type Journal, type JournalOptions } from '../../../../electron/engine/journal/append.ts'
import { loadJournals } from '../../../../electron/engine/journal/load.ts'
import type { Draft } from '../../../../electron/engine/journal/record.ts'
import type { Fs } from '../../../../electron/engine/platform.ts'

export const DEVICE = 'a'.repeat(32)
const ROOT = 'f'.repeat(32)
export const realFs = nodeFs as unknown as Fs

export type Fed = { records: readonly JournalRecord[]; offset: JournalOffset | null }

let time = 1_700_000_000_000

export function openJournal(directory: string, options: Partial<JournalOptions> = {}): Journal & { fed: Fed[] } {
  const fed: Fed[] = []
  const journal = createJournal({
    fs: realFs,
    directory,
    rootId: ROOT,
    device: DEVICE,
    clock: createClock({ now: () => (time += 1) }),
    wallClock: { now: () => 1234 },
    apply: (records, offset) => {
      fed.push({ records, offset })
      return Promise.resolve({ revision: fed.length, added: 0, changed: records.length, removed: 0 })
    },
    ...options,
  })
  return { ...journal, fed }
}

export function set(path: string, to: string): Operation {
  return { image: { path, contentHash: null }, base: 'L0', key: 'k', from: null, was: null, to }
}

export function batch(name: string, ...ops: Operation[]): Draft {
  return { kind: 'edit', batch: name, ops: ops.length > 0 ? ops : [set('p', JSON.stringify(name))] }
}

export async function load(directory: string, offsets: readonly JournalOffset[] = [], fs = realFs) {
  const problems: Problem[] = []
  const records: JournalRecord[] = []
  const ends: JournalOffset[] = []
  const clock = createClock({ now: () => 0 })
  const options = {
    fs,
    directory,
    rootId: ROOT,
    offsets,
    clock,
    onProblem: (problem: Problem) => problems.push(problem),
  }
  for await (const chunk of loadJournals(options)) {
    records.push(...chunk.records)
    if (chunk.offset) ends.push(chunk.offset)
  }
  return { records, problems, ends, names: batches(records), clock }
}

/** Names of the batches, in order, each once. */
export function batches(records: readonly JournalRecord[]): string[] {
  return [...new Set(records.flatMap((record) => (record.kind === 'edit' ? [record.batch] : [])))]
}

export const fileOf = (directory: string, index = 0): string =>
  join(directory, index === 0 ? `${DEVICE}.ndjson` : `${DEVICE}.${index}.ndjson`)

export type Faults = {
  /** Called before each write with the bytes asked for: returns how many may be written, or throws. */
  write?: (length: number) => number
  sync?: () => void
  /** Called before the journal itself is opened for writing. */
  open?: (path: string) => void
}

export function failingFs(faults: Faults): Fs {
  return {
    ...realFs,
    openSync(path, flags, mode) {
      if (flags === 'a+') faults.open?.(path)
      return realFs.openSync(path, flags, mode)
    },
    writeSync(...[fd, buffer, offset, length, position]: Parameters<Fs['writeSync']>) {
      const allowed = Math.min(length, faults.write?.(length) ?? length)
      return allowed === 0 ? 0 : realFs.writeSync(fd, buffer, offset, allowed, position)
    },
    fdatasyncSync(fd) {
      faults.sync?.()
      realFs.fdatasyncSync(fd)
    },
  }
}

export function failure(code: string): Error {
  return Object.assign(new Error(code), { code })
}
