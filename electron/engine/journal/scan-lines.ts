/** First pass over one journal: which lines are records, where they stand, and which batches are whole. */
import { setImmediate as pause } from 'node:timers/promises'
import type { Problem } from '../../../shared/domain/problem.ts'
import type { Fs } from '../platform.ts'
import { readAt } from './files.ts'
import { type LineHead, MAX_LINE_BYTES, NEWLINE, readHead } from './record.ts'

/** Where a record stands in its file, and in the order of all. */
export type Place = LineHead & { readonly from: number; readonly length: number }

export type ScannedJournal = {
  readonly places: readonly Place[]
  /** Up to where the file needs no second look: before a batch or a line that is not finished. */
  readonly end: number
}

type Options = { readonly fs: Fs; onProblem(problem: Problem): void }
type Source = { readonly name: string; readonly fd: number; readonly from: number }

const BLOCK_BYTES = 1024 * 1024

/** Goes through the file from `from` on. */
export async function scanJournal({ fs, onProblem }: Options, { name, fd, from }: Source): Promise<ScannedJournal> {
  const scan = startScan(from)
  let rest: Buffer = Buffer.alloc(0)
  let position = from
  for (;;) {
    const block = readAt(fs, fd, position, BLOCK_BYTES)
    if (block.length === 0) break
    position += block.length
    rest = takeLines(scan, rest.length === 0 ? block : Buffer.concat([rest, block]))
    await pause()
  }
  report(scan, name, onProblem)
  return { places: scan.places, end: Math.min(scan.at, ...scan.runs.map(([first]) => first!.from)) }
}

type Scan = {
  readonly places: Place[]
  /** Batches whose end has not come yet, each with its parts so far. */
  runs: Place[][]
  /** Offset of the first byte not taken yet. */
  at: number
  damaged: number
  firstDamaged: number
  newer: number
}

function startScan(from: number): Scan {
  return { places: [], runs: [], at: from, damaged: 0, firstDamaged: 0, newer: 0 }
}

/** Takes every finished line; returns what is left over. */
function takeLines(scan: Scan, bytes: Buffer): Buffer {
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    takeLine(scan, bytes.subarray(start, end))
    start = end + 1
  }
  const rest = bytes.subarray(start)
  if (rest.length <= MAX_LINE_BYTES) return rest
  // Subtle: no line of ours is that long, and waiting for its end must not fill the memory.
  countDamage(scan)
  scan.at += rest.length
  return Buffer.alloc(0)
}

function takeLine(scan: Scan, line: Buffer): void {
  const head = readHead(line)
  if (head === 'damaged') countDamage(scan)
  else if (head === 'newer') scan.newer += 1
  else if (head !== 'torn') takePlace(scan, { ...head, from: scan.at, length: line.length })
  scan.at += line.length + 1
}

function countDamage(scan: Scan): void {
  if (scan.damaged === 0) scan.firstDamaged = scan.at
  scan.damaged += 1
}

/**
 * A batch counts only if its parts are all there, numbered without a gap. Other lines may stand between them, where a
 * journal was moved over from an overlay meanwhile; a later one of the same device shows that its end will not come.
 */
function takePlace(scan: Scan, place: Place): void {
  const { dev, batch, seq, part, isEnd } = place
  const run = scan.runs.find(([first]) => first!.dev === dev && first!.batch === batch)
  const last = run?.at(-1)
  if (run && last && part > 0 && part === last.part + 1 && seq === last.seq + 1) run.push(place)
  else {
    scan.runs = scan.runs.filter((other) => other !== run && (other[0]!.dev !== dev || other.at(-1)!.seq > seq))
    if (batch !== null && part > 0) return
    scan.runs.push([place])
  }
  if (!isEnd && batch !== null) return
  const whole = scan.runs.find((parts) => parts.at(-1) === place)!
  scan.runs = scan.runs.filter((other) => other !== whole)
  scan.places.push(...whole)
}

function report(scan: Scan, file: string, onProblem: Options['onProblem']): void {
  if (scan.damaged > 0) {
    const lines = scan.damaged === 1 ? 'One line' : `${scan.damaged} lines`
    const reason = `${lines} of the journal cannot be read (the first at byte ${scan.firstDamaged}), so edits in it may be missing.`
    onProblem({ kind: 'journal', file, reason })
  }
  if (scan.newer > 0) {
    const reason = 'The journal holds edits written by a newer version of Gleaner; they are kept, but not shown here.'
    onProblem({ kind: 'journal', file, reason })
  }
}
