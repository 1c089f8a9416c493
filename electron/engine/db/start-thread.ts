/** Starts the index thread from whichever thread owns the engine. */
import { type MessagePort, Worker } from 'node:worker_threads'
import { createCaller, type Remote } from '../../../shared/lib/call.ts'
import type { IndexApi } from './types.ts'

export type IndexThread = {
  readonly remote: Remote<IndexApi>
  /** Posts every IndexChange to the port from now on (transferred), in commit order. */
  feedChanges(port: MessagePort): void
  /** Resolves when the thread has ended, with the reason if it was not asked to. */
  readonly ended: Promise<Error | null>
  /** Closes the index and ends the thread. */
  close(): Promise<void>
}

/** `workerUrl` is the thread's entry; a bundle passes its own. */
export function startIndexThread({ workerUrl = new URL('./thread.ts', import.meta.url) } = {}): IndexThread {
  const worker = new Worker(workerUrl, { resourceLimits: { maxYoungGenerationSizeMb: 96 } })
  const { remote, fail } = createCaller<IndexApi>(worker)
  let reason: Error | null = null
  worker.on('error', (error) => {
    reason = error instanceof Error ? error : new Error(String(error))
    fail(reason)
  })
  const ended = new Promise<Error | null>((resolve) => {
    worker.on('exit', () => {
      fail(new Error('The index thread has stopped.'))
      resolve(reason)
    })
  })
  return {
    remote,
    ended,
    feedChanges: (port) => worker.postMessage({ kind: 'changes', port }, [port]),
    async close() {
      try {
        await remote.close()
      } finally {
        await worker.terminate()
      }
    },
  }
}
