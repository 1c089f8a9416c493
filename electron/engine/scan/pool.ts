/**
 * A few threads for synchronous file work, four for a cold disk's sake.
 *
 * Started when first needed and ended after a while of idleness, because each costs some 10 MB. Each does one task at
 * a time; one that dies fails its task with the reason and is replaced at the next one.
 */
import { Worker } from 'node:worker_threads'
import { createCaller, type Remote } from '../../../shared/lib/call.ts'
import type { IoApi } from './io-api.ts'

/** Code of the error a task gets whose thread died under it. */
export const THREAD_DIED = 'THREAD_DIED'

type Call<K extends keyof IoApi> = Parameters<IoApi[K]>[0]
type Answer<K extends keyof IoApi> = ReturnType<IoApi[K]>

export type IoPool = {
  readonly size: number
  /** Runs one call of the threads' table; rejects with what it throws, or if the thread dies or the pool is closed. */
  run<K extends keyof IoApi>(name: K, input: Call<K>): Promise<Answer<K>>
  isClosed(): boolean
  /** Ends all threads; open tasks are rejected. */
  close(): Promise<void>
}

export type IoPoolOptions = {
  readonly size: number
  /** The library folder. */
  readonly directory: string
  readonly idleMs?: number
  /** The threads' entry; tests supply another one. */
  readonly entry?: URL
}

type Thread = {
  readonly worker: Worker
  readonly remote: Remote<IoApi>
  isBusy: boolean
  idle?: NodeJS.Timeout
}

type Task = { start(thread: Thread): void; fail(error: Error): void }

const ENTRY = new URL('./thread.ts', import.meta.url)
const IDLE_MS = 30_000
/** Room for short-lived objects: left to itself each thread takes three times as much and is no faster. */
const YOUNG_MB = 24

export function createIoPool({ size, directory, idleMs = IDLE_MS, entry = ENTRY }: IoPoolOptions): IoPool {
  const threads = new Set<Thread>()
  const waiting: Task[] = []
  let isClosed = false

  return {
    size,
    run: (name, input) =>
      new Promise((resolve, reject) => {
        waiting.push({
          fail: reject,
          start(thread) {
            const answer = (thread.remote[name] as (input: unknown) => Promise<never>)(input)
            void answer.then(resolve, reject).finally(() => release(thread))
          },
        })
        dispatch()
      }),
    isClosed: () => isClosed,
    async close() {
      isClosed = true
      dispatch()
      await Promise.all([...threads].map((thread) => end(thread)))
    },
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      if (isClosed) {
        waiting.shift()?.fail(closed())
        continue
      }
      const thread = [...threads].find(({ isBusy }) => !isBusy) ?? (threads.size < size ? start() : undefined)
      if (!thread) return
      clearTimeout(thread.idle)
      thread.isBusy = true
      thread.worker.ref()
      waiting.shift()?.start(thread)
    }
  }

  function start(): Thread {
    const thread = startThread(entry, directory, (gone) => {
      threads.delete(gone)
      dispatch()
    })
    threads.add(thread)
    return thread
  }

  function release(thread: Thread): void {
    if (!threads.has(thread)) return
    thread.isBusy = false
    // An idle thread must not keep the process alive.
    thread.worker.unref()
    thread.idle = setTimeout(() => void end(thread), idleMs).unref()
    dispatch()
  }

  async function end(thread: Thread): Promise<void> {
    threads.delete(thread)
    clearTimeout(thread.idle)
    await thread.worker.terminate()
  }
}

/** `onGone` is called when the thread takes no more tasks, before its open one is rejected. */
function startThread(entry: URL, directory: string, onGone: (thread: Thread) => void): Thread {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
  const worker = new Worker(entry, { workerData: { directory }, resourceLimits })
  const caller = createCaller<IoApi>(worker)
  const thread: Thread = { worker, remote: caller.remote, isBusy: false }
  const stop = (reason: string) => {
    onGone(thread)
    caller.fail(Object.assign(new Error(reason), { code: THREAD_DIED }))
  }
  worker.on('error', (error) => stop(`A file thread failed: ${error.message}`))
  worker.on('exit', () => stop('A file thread stopped before it was done.'))
  return thread
}

function closed(): Error {
  return new Error('The file threads are closed.')
}
