/**
 * The query thread from the loop's side: started at the first question, because a command that only edits one image
 * need not load a million. Restarted with the next question if it dies.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { createCaller, type Remote } from '../../shared/lib/call.ts'
import type { Log } from './platform.ts'
import type { QueryApi } from './query/types.ts'

export type QueryThread = {
  remote(): Promise<Remote<QueryApi>>
  /** What the columns were made from when the thread was started; null = it is not running. */
  started(): Promise<Started> | null
  close(): Promise<void>
}

type Started = { readonly revision: number; readonly images: number; readonly hydratedFrom: 'blobs' | 'rows' }

export type QueryThreadParts = {
  readonly directory: string
  readonly log: Log
  /** Connects the index thread's feed of changes to the port. */
  readonly feedChanges: (port: MessagePort) => void
}

const ENTRY = new URL('./query/thread.ts', import.meta.url)

export function createQueryThread({ directory, log, feedChanges }: QueryThreadParts): QueryThread {
  let running: { worker: Worker; started: Promise<Started>; remote: Promise<Remote<QueryApi>> } | undefined
  const start = () => {
    const worker = new Worker(ENTRY)
    const caller = createCaller<QueryApi>(worker)
    const { port1, port2 } = new MessageChannel()
    feedChanges(port1)
    worker.postMessage({ kind: 'changes', port: port2 }, [port2])
    worker.on('error', (error) => log.error('query thread failed', { stack: error.stack }))
    worker.on('exit', () => {
      caller.fail(new Error('The query thread stopped. Ask again.'))
      if (running?.worker === worker) running = undefined
    })
    const started = caller.remote.start({ directory })
    const remote = started.then(() => caller.remote)
    running = { worker, started, remote }
    return remote
  }
  return {
    remote: () => running?.remote ?? start(),
    started: () => running?.started ?? null,
    async close() {
      const worker = running?.worker
      running = undefined
      await worker?.terminate()
    },
  }
}
