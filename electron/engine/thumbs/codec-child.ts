/**
 * One codec process as the pool sees it: at most one task at a time, a time limit that starts once the process is
 * ready, and a memory limit. Any end of the process is told once, with the task it took down.
 */
import { readFileSync } from 'node:fs'
import type { CodecLauncher } from '../platform.ts'
import type { CodecAnswer, CodecReady, CodecTask } from './codec-protocol.ts'

export type CodecLimits = {
  /** A task that takes longer costs the process its life. */
  readonly taskMs: number
  /** Loading the decoders may take this long. */
  readonly startMs: number
  /** Above this much resident memory the process is killed at once. */
  readonly killBytes: number
  /** Above this much it is replaced after its task. */
  readonly recycleBytes: number
  /** After so many tasks it is replaced. */
  readonly recycleTasks: number
}

export const CODEC_LIMITS: CodecLimits = {
  taskMs: 10_000,
  startMs: 30_000,
  killBytes: 1_500_000_000,
  recycleBytes: 600_000_000,
  recycleTasks: 5_000,
}

export type ChildEnd = {
  /** Why: the system's words for the exit, or the limit that was passed. */
  readonly reason: string
  readonly cause: 'crash' | 'timeout' | 'memory' | 'retired'
  /** False if it died before its decoders were loaded. */
  readonly wasReady: boolean
}

export type CodecChild = {
  readonly isIdle: boolean
  /** Gives it a task, with a time limit of its own if not the usual one. */
  send(task: CodecTask, limitMs: number | null): void
  /** Ends the process; `retired` ends are nobody's fault. */
  stop(cause: ChildEnd['cause'], reason: string): void
  /** Looks at the limits; to be called a few times a second while a task runs. */
  check(): void
}

type ChildOptions = {
  readonly launch: CodecLauncher
  readonly limits: CodecLimits
  now(): number
  onAnswer(answer: CodecAnswer): void
  onReady(): void
  onEnd(end: ChildEnd): void
}

const RSS_CHECK_TASKS = 16

/** Starts a codec process. */
export function startChild({ launch, limits, now, onAnswer, onReady, onEnd }: ChildOptions): CodecChild {
  const child = launch()
  let running: number | null = null
  let since = now()
  let taskMs = limits.taskMs
  let isReady = false
  let tasksDone = 0
  let ended: Pick<ChildEnd, 'cause' | 'reason'> | null = null

  child.onMessage((message) => {
    const answer = message as CodecAnswer | CodecReady
    if ('kind' in answer && answer.kind === 'ready') {
      isReady = true
      since = now()
      onReady()
      return
    }
    if (!('task' in answer) || answer.task !== running || ended) return
    running = null
    tasksDone += 1
    onAnswer(answer)
    if (tasksDone >= limits.recycleTasks || isTooBig()) stop('retired', 'replaced by a fresh process')
  })
  child.onExit((reason) => onEnd({ cause: 'crash', reason, ...ended, wasReady: isReady }))

  function isTooBig(): boolean {
    return tasksDone % RSS_CHECK_TASKS === 0 && residentBytes(child.pid) > limits.recycleBytes
  }

  function stop(cause: ChildEnd['cause'], reason: string): void {
    if (ended) return
    ended = { cause, reason }
    child.kill()
  }

  return {
    get isIdle() {
      return running === null && ended === null
    },
    send(task, limitMs) {
      taskMs = limitMs ?? limits.taskMs
      running = task.task
      since = now()
      child.send(task)
    },
    stop,
    check() {
      const limitMs = isReady ? taskMs : limits.startMs
      if ((running !== null || !isReady) && now() - since > limitMs)
        stop('timeout', `no answer for ${limitMs / 1000} s`)
      else if (running !== null && residentBytes(child.pid) > limits.killBytes) stop('memory', 'used too much memory')
    },
  }
}

// Linux tells what a process holds; elsewhere the time limit has to do.
function residentBytes(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
    return Number(match?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
