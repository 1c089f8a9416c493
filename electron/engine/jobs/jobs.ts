/** Long work that people can see and stop. */
import type { Job } from '../../../shared/contract/index.ts'
import type { Bus } from '../events/bus.ts'

export type Jobs = {
  /** Registers work; `update` tells how far it is, `end` takes it off the list. */
  start(job: Pick<Job, 'kind' | 'title'>): RunningJob
  list(): Job[]
  /** True if there was such a job; it ends when its work notices. */
  cancel(id: string): boolean
  /** Cancels everything, and whatever is started later: the library is closing. */
  close(): void
}

export type RunningJob = {
  readonly signal: AbortSignal
  update(done: number, total: number | null): void
  end(): void
}

export function createJobs(bus: Bus): Jobs {
  const running = new Map<string, { job: Job; controller: AbortController }>()
  let next = 1
  let isClosed = false
  const list = () => [...running.values()].map(({ job }) => job)
  const publish = () => bus.publish({ kind: 'jobs', jobs: list() })
  return {
    start({ kind, title }) {
      const id = `job-${next++}`
      const entry = { job: { id, kind, title, done: 0, total: null } as Job, controller: new AbortController() }
      if (isClosed) entry.controller.abort()
      running.set(id, entry)
      publish()
      return {
        signal: entry.controller.signal,
        update(done, total) {
          entry.job = { ...entry.job, done, total }
          publish()
        },
        end() {
          running.delete(id)
          publish()
        },
      }
    },
    list,
    cancel(id) {
      const entry = running.get(id)
      entry?.controller.abort()
      return entry !== undefined
    },
    close() {
      isClosed = true
      for (const { controller } of running.values()) controller.abort()
    },
  }
}
