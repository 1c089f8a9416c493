/**
 * One journal record ↔ one line (reliability.md 2.2).
 *
 * A line is JSON whose last member is the CRC-32 of all bytes before the fixed-length tail `,"crc":"xxxxxxxx"}`. What
 * the loader sorts by comes first, so that it need not parse a megabyte of operations to know where a line belongs.
 */
import { crc32 } from 'node:zlib'
import { isHlc } from '../../../shared/domain/clock.ts'
import type { EditRecord, JournalRecord, Operation } from '../../../shared/domain/operation.ts'
import { isJournalRecord } from './shape.ts'

type WithoutHead<T> = T extends unknown ? Omit<T, 'v' | 'dev' | 'seq' | 'hlc'> : never
/** A record before it has its place in a journal. Of an edit, all operations of the batch. */
export type Draft = WithoutHead<Exclude<JournalRecord, EditRecord>> | Pick<EditRecord, 'kind' | 'batch' | 'ops'>

/** What of a line tells its place; `batch` only for edits. */
export type LineHead = {
  readonly dev: string
  readonly seq: number
  readonly hlc: string
  readonly batch: string | null
  readonly part: number
  readonly isEnd: boolean
  /** Tells copies of a line from rivals for its number. */
  readonly crc: string
}

export type LineFault = 'damaged' | 'torn' | 'newer'

export const NEWLINE = 10
/** Written before the newline that closes a torn tail, so that the torn record can never become valid. */
export const TORN_MARK = 33
/** Longer than any line we write: a part of a batch is at most 1 MiB of operations. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

const MAX_PART_BYTES = 1024 * 1024 - 4096
const TAIL_BYTES = ',"crc":"00000000"}'.length
const TAIL = /^,"crc":"([0-9a-f]{8})"\}$/
const HEAD =
  /^\{"v":1,"dev":"([0-9A-Za-z_-]{1,64})","seq":(\d{1,15}),"hlc":"([0-9a-f]{16})","kind":"(?:(?:written|seen|conflict|moved|root)"|edit","batch":"([0-9A-Za-z_-]{1,64})"(?:,"part":(\d{1,9}))?(,"end":true)?,"ops":)/

/** The line of a record, with its newline. */
export function encodeRecord(record: JournalRecord): Buffer {
  const { v, dev, seq, hlc, kind, ...rest } = record
  return seal(JSON.stringify({ v, dev, seq, hlc, kind, ...orderEdit(rest) }))
}

function orderEdit(rest: object): object {
  if (!('ops' in rest)) return rest
  const { ops, ...others } = rest
  const { batch, part, end } = others as Partial<EditRecord>
  return { batch, ...(part !== undefined && { part }), ...(end && { end }), ops }
}

function seal(text: string): Buffer {
  const body = Buffer.from(text.slice(0, -1))
  const crc = crc32(body).toString(16).padStart(8, '0')
  return Buffer.concat([body, Buffer.from(`,"crc":"${crc}"}\n`)])
}

/** Divides a batch's operations into parts whose lines stay below 1 MiB (one huge operation may be a part alone). */
export function* splitOperations(ops: readonly Operation[]): Generator<readonly Operation[]> {
  let start = 0
  let bytes = 0
  for (const [index, op] of ops.entries()) {
    // Subtle: a character is at most 3 bytes; counting exactly only where it matters keeps this cheap.
    const text = JSON.stringify(op)
    const size = 1 + (text.length * 3 < 4096 ? text.length * 3 : Buffer.byteLength(text))
    if (index > start && bytes + size > MAX_PART_BYTES) {
      yield ops.slice(start, index)
      start = index
      bytes = 0
    }
    bytes += size
  }
  yield ops.slice(start)
}

/** Checks a line (without its newline) and reads where it belongs, or says why it is not a record. */
export function readHead(line: Buffer): LineHead | LineFault {
  if (line.at(-1) === TORN_MARK) return 'torn'
  if (!isIntact(line)) return 'damaged'
  const match = HEAD.exec(line.toString('latin1', 0, 320))
  if (!match) return readOddHead(line)
  const [, dev = '', seq = '', hlc = '', batch = null, part = '0', end] = match
  if (!isHlc(hlc)) return 'damaged'
  return { dev, seq: Number(seq), hlc, batch, part: Number(part), isEnd: end !== undefined, crc: crcOf(line) }
}

/** Members in another order than ours, or a kind that we do not know. */
function readOddHead(line: Buffer): LineHead | LineFault {
  const record = decodeRecord(line)
  if (typeof record === 'string') return record
  const { dev, seq, hlc } = record
  const isEdit = record.kind === 'edit'
  return {
    dev,
    seq,
    hlc,
    batch: isEdit ? record.batch : null,
    part: isEdit ? (record.part ?? 0) : 0,
    isEnd: isEdit && record.end === true,
    crc: crcOf(line),
  }
}

function crcOf(line: Buffer): string {
  return line.toString('latin1', line.length - 10, line.length - 2)
}

/** Reads a line (without its newline). */
export function decodeRecord(line: Buffer): JournalRecord | LineFault {
  if (line.at(-1) === TORN_MARK) return 'torn'
  if (!isIntact(line)) return 'damaged'
  try {
    const value: unknown = JSON.parse(`${line.toString('utf8', 0, line.length - TAIL_BYTES)}}`)
    return isJournalRecord(value) ? value : 'newer'
  } catch {
    return 'damaged'
  }
}

function isIntact(line: Buffer): boolean {
  const end = line.length - TAIL_BYTES
  if (end < 2) return false
  const match = TAIL.exec(line.toString('latin1', end))
  return match !== null && Number.parseInt(match[1]!, 16) === crc32(line.subarray(0, end))
}
