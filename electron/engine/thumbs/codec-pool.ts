/**
 * The codec processes as one service: what people look at first, one task per process, and no file that can do more
 * harm than to itself (reliability.md 2.8, 2.9).
 *
 * A process that dies is started again, later and later while it keeps dying (0.25 s … 30 s). The file it was working
 * on is tried once more; after two deaths it is quarantined. Processes that die before they are ready blame no file:
 * after five in a row the tasks are answered `unavailable`.
 */
import { rmSync } from 'node:fs'
import type { Clock, CodecLauncher, Log } from '../platform.ts'
import { CODEC_LIMITS, startChild, type ChildEnd, type CodecChild, type CodecLimits } from './codec-child.ts'
import type { CodecAnswer, CodecFailure } from './codec-protocol.ts'
import { createJobQueue, type CodecWork, type Job, type JobQueue, type Priority } from './codec-queue.ts'
import { createQuarantine, type Quarantine } from './quarantine.ts'

type AnswerTo<W> = W extends { kind: infer K } ? Extract<CodecAnswer, { ok: true; kind: K }> | CodecFailure : never

export type CodecJob<W extends CodecWork = CodecWork> = {
  /** Never rejects: failures are answers. Null if cancelled or if the pool was closed. */
  readonly answer: Promise<AnswerTo<W> | null>
  setPriority(priority: Priority): void
  /** Takes the job back; what a process is doing for it already is thrown away. */
  cancel(): void
}

type RunOptions = {
  /** Default: rest. */
  readonly priority?: Priority
  /** What a death is counted against: the file and its version. Default: the file. */
  readonly subject?: string
  /** Time limit in ms. Default: 10 s. */
  readonly limitMs?: number
}

export type CodecPool = {
  /** Processes at most. */
  readonly size: number
  /** Tasks not yet given to a process. */
  readonly waiting: number
  run<W extends CodecWork>(work: W, options?: RunOptions): CodecJob<W>
  /** Ends all processes; open jobs are answered null. Resolves when every process is gone. */
  close(): Promise<void>
}

type PoolOptions = {
  readonly launch: CodecLauncher
  /** Processes at most; about the number of cores. */
  readonly size: number
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<CodecLimits>
}

type Slot = { readonly child: CodecChild; job: Job | null }
type State = PoolOptions & {
  readonly queue: JobQueue
  readonly quarantine: Quarantine
  readonly slots: Set<Slot>
  nextTask: number
  deathsInARow: number
  startFailures: number
  delay: NodeJS.Timeout | null
  checks: NodeJS.Timeout | null
  onClosed: (() => void) | null
}

const CHECK_MS = 200
const FIRST_DELAY_MS = 250
const LAST_DELAY_MS = 30_000
const START_FAILURES = 5

/** Makes the pool; processes are started when there is work for them. */
export function createCodecPool(options: PoolOptions): CodecPool {
  const state: State = {
    ...options,
    queue: createJobQueue(),
    quarantine: createQuarantine(),
    slots: new Set(),
    nextTask: 1,
    deathsInARow: 0,
    startFailures: 0,
    delay: null,
    checks: null,
    onClosed: null,
  }
  return {
    size: options.size,
    get waiting() {
      return state.queue.size
    },
    run(work, { priority = 'rest', subject, limitMs = null } = {}) {
      const { promise, resolve } = Promise.withResolvers<CodecAnswer | null>()
      const blamed = subject ?? ('file' in work ? work.file : work.kind)
      const job: Job = { work, subject: blamed, limitMs, priority, isCancelled: false, settle: resolve }
      if (state.onClosed) resolve(null)
      else state.queue.add(job)
      queueMicrotask(() => pump(state))
      return {
        answer: promise as never,
        setPriority: (priority) => state.queue.setPriority(job, priority),
        cancel() {
          state.queue.remove(job)
          job.isCancelled = true
          resolve(null)
        },
      }
    },
    close: () => close(state),
  }
}

function pump(state: State): void {
  if (state.onClosed) return
  for (const slot of state.slots) give(state, slot)
  while (state.queue.size > 0 && state.slots.size < state.size && state.delay === null) give(state, start(state))
  watch(state)
}

function give(state: State, slot: Slot): void {
  while (slot.job === null && slot.child.isIdle) {
    const job = state.queue.next()
    if (!job) return
    if (job.isCancelled) continue
    const verdict = state.quarantine.verdict(job.subject)
    if (verdict) job.settle({ task: 0, ...verdict })
    else {
      slot.job = job
      slot.child.send({ ...job.work, task: state.nextTask++ }, job.limitMs)
    }
  }
}

function start(state: State): Slot {
  const slot: Slot = {
    job: null,
    child: startChild({
      launch: state.launch,
      limits: { ...CODEC_LIMITS, ...state.limits },
      now: () => state.clock.now(),
      onReady: () => {
        state.startFailures = 0
      },
      onAnswer: (answer) => {
        state.deathsInARow = 0
        const { job } = slot
        slot.job = null
        if (job?.isCancelled) discard(job.work)
        job?.settle(answer)
        pump(state)
      },
      onEnd: (end) => onEnd(state, slot, end),
    }),
  }
  state.slots.add(slot)
  return slot
}

// What was made for somebody who is gone.
function discard(work: CodecWork): void {
  if (work.kind === 'thumbnail') rmSync(work.out, { force: true })
}

function onEnd(state: State, slot: Slot, end: ChildEnd): void {
  state.slots.delete(slot)
  const { job } = slot
  slot.job = null
  if (state.onClosed) {
    job?.settle(null)
    if (state.slots.size === 0) state.onClosed()
    return
  }
  if (end.cause !== 'retired') onDeath(state, job, end)
  else if (job) state.queue.addFirst(job)
  pump(state)
}

function onDeath(state: State, job: Job | null, end: ChildEnd): void {
  state.log.warn('A codec process ended.', { ...end })
  const failure = job && end.wasReady ? state.quarantine.strike(job.subject, end.cause) : null
  if (failure) job?.settle({ task: 0, ...failure })
  else if (job) state.queue.addFirst(job)
  delayStart(state)
  if (end.wasReady) return
  state.startFailures += 1
  if (state.startFailures < START_FAILURES) return
  state.log.error('Codec processes do not start.', { reason: end.reason })
  const reason = 'The program that reads pictures does not start.'
  for (let job = state.queue.next(); job; job = state.queue.next()) {
    job.settle({ task: 0, ok: false, code: 'unavailable', reason })
  }
}

function delayStart(state: State): void {
  const delayMs = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(20, state.deathsInARow))
  state.deathsInARow += 1
  state.delay ??= setTimeout(() => {
    state.delay = null
    pump(state)
  }, delayMs)
}

// The look at the limits runs only while processes have something to do.
function watch(state: State): void {
  const isBusy = [...state.slots].some((slot) => slot.job !== null)
  if (isBusy) {
    state.checks ??= setInterval(() => {
      for (const slot of state.slots) slot.child.check()
    }, CHECK_MS)
  } else if (state.checks) {
    clearInterval(state.checks)
    state.checks = null
  }
}

function close(state: State): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (state.delay) clearTimeout(state.delay)
  if (state.checks) clearInterval(state.checks)
  const earlier = state.onClosed
  state.onClosed = () => {
    earlier?.()
    resolve()
  }
  for (let job = state.queue.next(); job; job = state.queue.next()) job.settle(null)
  for (const slot of state.slots) slot.child.stop('retired', 'closing')
  if (state.slots.size === 0) state.onClosed()
  return promise
}
