/** Jobs that wait for a codec process: what is on screen first, then what is near it, then the rest, each in turn. */
import type { CodecAnswer, CodecFailure, CodecTask } from './codec-protocol.ts'

const PRIORITIES = ['visible', 'near', 'rest'] as const
export type Priority = (typeof PRIORITIES)[number]

type WithoutNumber<T> = T extends unknown ? Omit<T, 'task'> : never
export type CodecWork = WithoutNumber<CodecTask>
export type Failure = Omit<CodecFailure, 'task'>

export type Job = {
  readonly work: CodecWork
  /** What a crash is counted against. */
  readonly subject: string
  /** Time limit of its own, in ms; null = the pool's. */
  readonly limitMs: number | null
  priority: Priority
  /** Nobody waits for it any more. */
  isCancelled: boolean
  /** Answers the job; only the first call counts. */
  settle(answer: CodecAnswer | null): void
}

export type JobQueue = {
  readonly size: number
  add(job: Job): void
  /** Puts back a job whose process died under it. */
  addFirst(job: Job): void
  remove(job: Job): void
  setPriority(job: Job, priority: Priority): void
  next(): Job | null
}

/** Makes an empty queue. */
export function createJobQueue(): JobQueue {
  const waiting = { visible: new Set<Job>(), near: new Set<Job>(), rest: new Set<Job>() }
  return {
    get size() {
      return waiting.visible.size + waiting.near.size + waiting.rest.size
    },
    add: (job) => void waiting[job.priority].add(job),
    addFirst(job) {
      waiting[job.priority] = new Set([job, ...waiting[job.priority]])
    },
    remove: (job) => void waiting[job.priority].delete(job),
    setPriority(job, priority) {
      const wasWaiting = waiting[job.priority].delete(job)
      job.priority = priority
      if (wasWaiting) waiting[priority].add(job)
    },
    next() {
      for (const priority of PRIORITIES) {
        for (const job of waiting[priority]) {
          waiting[priority].delete(job)
          return job
        }
      }
      return null
    },
  }
}
