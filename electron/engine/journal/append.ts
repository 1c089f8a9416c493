/**
 * This device's journal of one root: answers when the records are forced to disk, and only then (reliability.md 2.1).
 *
 * One writer a file. Records that arrive together share one forced write. What could not be written is refused and never
 * comes back: a torn end is closed with a mark before anything follows it, and sequence numbers are not used twice.
 * A failed force is not tried again on the same file: the file is reopened and everything unacknowledged written anew.
 */
import { setImmediate as pause } from 'node:timers/promises'
import { hlcOf, type LogicalClock } from '../../../shared/domain/clock.ts'
import type { DeviceId, RootId } from '../../../shared/domain/ids.ts'
import type { JournalRecord, Operation } from '../../../shared/domain/operation.ts'
import type { Saved } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import type { Clock, Fs } from '../platform.ts'
import { type JournalFile, openJournalFile } from './file.ts'
import { codeOf, lastMoments } from './files.ts'
import { type Apply, createFeed } from './feed.ts'
import { type Draft, encodeRecord, splitOperations } from './record.ts'

/** Records as they stand in the file, forced to disk; `saved` tells when they are in the index. */
type Appended = { readonly records: readonly JournalRecord[]; readonly saved: Promise<Saved> }

export type Journal = {
  /**
   * Appends records, at most one edit among them, whole or not at all; resolves once they are safe, and hands them on
   * to the index. Fails with DISK_FULL, READ_ONLY, ROOT_OFFLINE or NOT_CONFIRMED.
   */
  append(drafts: readonly Draft[]): Promise<Appended>
  /** Waits for what is under way, then lets go of the file. */
  close(): Promise<void>
}

export type JournalOptions = {
  readonly fs: Fs
  /** Made when first needed; the folder above it must be there. */
  readonly directory: string
  readonly rootId: RootId
  readonly device: DeviceId
  readonly clock: LogicalClock
  /** Plain time, for the names of copies. */
  readonly wallClock: Clock
  readonly apply: Apply
  /** The last sequence number used elsewhere: numbers go on from it. */
  readonly afterSeq?: number
  /** Size at which a file is followed by a next one. */
  readonly sealBytes?: number
}

type Request = {
  readonly drafts: readonly Draft[]
  readonly records: JournalRecord[]
  readonly lines: Buffer[]
  /** End of its last line in the file. */
  end: number
  resolve(appended: Appended): void
  reject(error: Error): void
}

type Writer = JournalOptions & {
  readonly feed: ReturnType<typeof createFeed>
  file: JournalFile | null
  /** The last sequence number given out, written or not. */
  seq: number
  /** Set once the disk failed twice: nothing is accepted any more. */
  broken: EngineError | null
}

const SEAL_BYTES = 64 * 1024 * 1024

export function createJournal(options: JournalOptions): Journal {
  const writer: Writer = {
    ...options,
    feed: createFeed(options.apply),
    file: null,
    seq: options.afterSeq ?? 0,
    broken: null,
  }
  const queue: Request[] = []
  let draining: Promise<void> | null = null
  let isClosed = false

  const drain = async (): Promise<void> => {
    // Subtle: a turn later, so that what arrives together shares one forced write.
    await pause()
    while (queue.length > 0) await writeGroup(writer, queue.splice(0))
    draining = null
  }

  return {
    append: (drafts) =>
      new Promise((resolve, reject) => {
        if (drafts.filter(({ kind }) => kind === 'edit').length > 1) throw new Error('One edit at a time.')
        if (isClosed) return reject(new EngineError('READ_ONLY', 'The library is closing, so the edit was not made.'))
        queue.push({ drafts, records: [], lines: [], end: 0, resolve, reject })
        draining ??= drain()
      }),
    close: async () => {
      isClosed = true
      await draining
      writer.file?.close()
      writer.file = null
    },
  }
}

async function writeGroup(writer: Writer, requests: readonly Request[]): Promise<void> {
  const group: Group = { written: [], isLost: false }
  let refusal: Error | null = null
  for (const request of requests) {
    // Subtle: what follows a refused edit in its group is refused with it, so that edits never overtake each other.
    refusal ??= await writeRequest(writer, group, request)
    if (refusal) request.reject(refusal)
  }
  confirm(writer, group)
  for (const request of group.written) {
    if (writer.broken) request.reject(writer.broken)
    else request.resolve(handOn(writer, request))
  }
}

/** Requests of one group that stand in the file, or (`isLost`) must be written again because the disk failed. */
type Group = { readonly written: Request[]; isLost: boolean }

async function writeRequest(writer: Writer, group: Group, request: Request): Promise<Error | null> {
  if (writer.broken) return writer.broken
  try {
    prepare(writer)
  } catch (error) {
    return explain(error)
  }
  await encode(writer, request)
  try {
    for (const line of group.isLost ? [] : request.lines) {
      writer.file!.write(line)
      if (request.lines.length > 1) await pause()
    }
    request.end = writer.file!.size
  } catch (error) {
    if (isFull(error)) return explain(error)
    group.isLost = true
  }
  group.written.push(request)
  return null
}

/** Opens the file, or opens it anew where it was replaced, shortened or removed under us. */
function prepare(writer: Writer): void {
  const sealBytes = writer.sealBytes ?? SEAL_BYTES
  if (writer.file && writer.file.size < sealBytes && writer.file.isCurrent()) return
  closeQuietly(writer)
  writer.file = openJournalFile({ ...writer, sealBytes })
  writer.seq = Math.max(writer.seq, writer.file.lastSeq)
  writer.clock.observe(writer.file.lastHlc)
  // Subtle: whoever edits has seen what the others wrote, so no clock may be behind them, also after a restart.
  for (const hlc of lastMoments(writer.fs, writer.directory)) writer.clock.observe(hlc)
}

async function encode(writer: Writer, { drafts, records, lines }: Request): Promise<void> {
  for (const draft of drafts) {
    for (const content of divide(draft)) {
      writer.seq += 1
      if (draft.kind === 'edit') observeSeen(writer.clock, draft.ops)
      const record = {
        v: 1,
        dev: writer.device,
        seq: writer.seq,
        hlc: writer.clock.tick(),
        ...content,
      } as JournalRecord
      records.push(record)
      lines.push(encodeRecord(record))
      if (lines.length > 1) await pause()
    }
  }
}

/** An operation stands after those it was made upon, whatever the clock said when they were read. */
function observeSeen(clock: LogicalClock, ops: readonly Operation[]): void {
  for (const op of ops) {
    const seen = 'key' in op ? op.from && [op.from.at] : op.saw
    for (const at of seen ?? []) clock.observe(hlcOf(at))
  }
}

function* divide(draft: Draft): Generator<object> {
  if (draft.kind !== 'edit') return yield draft
  const { kind, batch, ops } = draft
  let part = 0
  let done = 0
  for (const some of splitOperations(ops)) {
    done += some.length
    yield { kind, batch, ...(part > 0 && { part }), ...(done === ops.length && { end: true }), ops: some }
    part += 1
  }
}

/** Forces the group to disk. If that fails, a second call could wrongly succeed: all of it is written anew, once. */
function confirm(writer: Writer, group: Group): void {
  if (group.written.length === 0) return
  if (!group.isLost) {
    try {
      return writer.file!.force()
    } catch {
      // Written anew below.
    }
  }
  try {
    closeQuietly(writer)
    prepare(writer)
    for (const request of group.written) {
      for (const line of request.lines) writer.file!.write(line)
      request.end = writer.file!.size
    }
    writer.file!.force()
  } catch (error) {
    const message = `The disk did not confirm the edit (${codeOf(error) || 'unknown error'}). Check the disk, then start again.`
    writer.broken = new EngineError('NOT_CONFIRMED', message)
    closeQuietly(writer)
  }
}

function handOn({ rootId, file, feed }: Writer, { records, lines, end }: Request): Appended {
  // Subtle: where somebody else has written to the file, our count is no place in it.
  const offset = file!.isCurrent() ? { rootId, file: file!.name, offset: end, headHash: file!.headHash(end) } : null
  const portions = records.map((record, index) => ({ record, bytes: lines[index]!.length }))
  const saved = feed(portions, offset)
  // Subtle: whoever does not wait for the index is not to fall over its failure.
  saved.catch(() => undefined)
  return { records, saved }
}

function closeQuietly(writer: Writer): void {
  try {
    writer.file?.close()
  } catch {
    // Subtle: what the system could not write when closing was never acknowledged.
  }
  writer.file = null
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error))
}

function explain(error: unknown): Error {
  const code = codeOf(error)
  if (isFull(error))
    return new EngineError('DISK_FULL', 'The disk is full, so the edit was not made. Free some space and try again.')
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENODEV' || code === 'ESTALE') {
    return new EngineError('ROOT_OFFLINE', 'The folder is not reachable now, so the edit was not made.')
  }
  return new EngineError(
    'READ_ONLY',
    `The journal cannot be written (${code || String(error)}), so the edit was not made.`,
  )
}
