/**
 * Reads all devices' journals of one root, in the order of all operations (reliability.md 2.3).
 *
 * Two passes: the first checks every line and notes where it belongs, the second reads the records in order, so memory
 * holds places, not operations. Nothing here is ever written: what cannot be used stays in its file and is reported.
 */
import { join } from 'node:path'
import { setImmediate as pause } from 'node:timers/promises'
import type { LogicalClock } from '../../../shared/domain/clock.ts'
import type { RootId } from '../../../shared/domain/ids.ts'
import type { JournalRecord } from '../../../shared/domain/operation.ts'
import type { Problem } from '../../../shared/domain/problem.ts'
import type { JournalOffset } from '../db/index.ts'
import type { Fs } from '../platform.ts'
import { headHash, listJournals, readAt, readTail } from './files.ts'
import { inOrder, type Ordered } from './order.ts'
import { decodeRecord } from './record.ts'
import { type ScannedJournal, scanJournal } from './scan-lines.ts'

/** Records in order; at the end, without records, how far each file has been read. */
export type LoadedChunk = { readonly records: readonly JournalRecord[]; readonly offset: JournalOffset | null }

export type LoadOptions = {
  readonly fs: Fs
  readonly directory: string
  readonly rootId: RootId
  /** How far each file was folded before; not trusted where the file's head has changed. */
  readonly offsets: readonly JournalOffset[]
  readonly clock: LogicalClock
  /** Told of damaged, contradicting and newer lines; `file` is the journal's name. */
  onProblem(problem: Problem): void
}

const CHUNK_BYTES = 1024 * 1024
const CHUNK_RECORDS = 1000

/** Yields what is new since `offsets`, in chunks of about 1 MiB. Every offset is true only once all before it was used. */
export async function* loadJournals(options: LoadOptions): AsyncGenerator<LoadedChunk> {
  const { fs, directory, rootId } = options
  const files: OpenJournal[] = []
  try {
    for (const name of listJournals(fs, directory)) {
      const fd = fs.openSync(join(directory, name), 'r')
      const file: OpenJournal = { name, fd, places: [], end: 0 }
      files.push(file)
      const from = startOf(options, name, fd)
      // Subtle: what was folded in before counts as seen, though it is not read again.
      if (from > 0) options.clock.observe(readTail(fs, fd, from).hlc)
      Object.assign(file, await scanJournal(options, { name, fd, from }))
    }
    const places = inOrder(files, options.onProblem)
    const last = places.at(-1)
    if (last) options.clock.observe(last.place.hlc)
    yield* readPlaces(options, places)
    for (const { name, fd, end } of files) {
      yield { records: [], offset: { rootId, file: name, offset: end, headHash: headHash(fs, fd, end) } }
    }
  } finally {
    for (const { fd } of files) fs.closeSync(fd)
  }
}

type OpenJournal = ScannedJournal & { readonly name: string; readonly fd: number }

function startOf({ fs, offsets, rootId }: LoadOptions, name: string, fd: number): number {
  const known = offsets.find((offset) => offset.rootId === rootId && offset.file === name)
  if (!known || fs.fstatSync(fd).size < known.offset) return 0
  return headHash(fs, fd, known.offset) === known.headHash ? known.offset : 0
}

async function* readPlaces(
  { fs, onProblem }: LoadOptions,
  places: readonly Ordered<OpenJournal>[],
): AsyncGenerator<LoadedChunk> {
  let records: JournalRecord[] = []
  let bytes = 0
  for (const { file, place } of places) {
    const record = decodeRecord(readAt(fs, file.fd, place.from, place.length))
    if (typeof record !== 'string') records.push(record)
    else if (record === 'newer') onProblem(newerProblem(file.name))
    bytes += place.length
    if (bytes < CHUNK_BYTES && records.length < CHUNK_RECORDS) continue
    yield { records, offset: null }
    records = []
    bytes = 0
    await pause()
  }
  if (records.length > 0) yield { records, offset: null }
}

function newerProblem(file: string): Problem {
  const reason = 'The journal holds edits written by a newer version of Gleaner; they are kept, but not shown here.'
  return { kind: 'journal', file, reason }
}
