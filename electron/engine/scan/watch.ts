/** The watcher from the loop's side: says which folders of which roots to look at. A hint only: the scan is the truth. */
import { Worker } from 'node:worker_threads'
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { Log } from '../platform.ts'
import type { WatchMessage, WatchRequest } from './watch-protocol.ts'

export type WatchParts = {
  readonly log: Log
  /** `all` = look at the whole root. */
  readonly onDirty: (rootId: RootId, dirs: readonly RootPath[] | 'all') => void
  /** One sentence for people; changes are seen later, not lost. */
  readonly onProblem: (rootId: RootId, reason: string) => void
}

export type Watch = {
  /** Watches a root, or watches it anew; `files` is about how many it holds. Resolves when changes are seen. */
  add(root: { readonly id: RootId; readonly path: string; readonly files: number }): Promise<void>
  remove(rootId: RootId): void
  close(): Promise<void>
}

type Watched = { readonly request: WatchRequest & { kind: 'watch' }; ready(): void }

const ENTRY = new URL('./watcher.ts', import.meta.url)
const RESTART_MS = 1000

export function createWatch({ log, onDirty, onProblem }: WatchParts): Watch {
  const roots = new Map<RootId, Watched>()
  let worker: Worker | undefined
  let isClosed = false

  return {
    add: ({ id, path, files }) =>
      new Promise((ready) => {
        roots.get(id)?.ready()
        const request = { kind: 'watch', rootId: id, path, files } as const
        roots.set(id, { request, ready })
        worker ??= start()
        worker.postMessage(request)
      }),
    remove(rootId) {
      roots.get(rootId)?.ready()
      roots.delete(rootId)
      worker?.postMessage({ kind: 'unwatch', rootId } satisfies WatchRequest)
    },
    async close() {
      isClosed = true
      for (const { ready } of roots.values()) ready()
      await worker?.terminate()
    },
  }

  function start(): Worker {
    const worker = new Worker(ENTRY)
    worker.unref()
    worker.on('message', take)
    worker.on('error', (error) => log.error('the watcher failed', { stack: error.stack }))
    worker.on('exit', restart)
    return worker
  }

  function take(message: WatchMessage): void {
    const root = roots.get(message.rootId)
    if (!root || isClosed) return
    if (message.kind === 'dirty') onDirty(message.rootId, message.dirs)
    else if (message.kind === 'problem') onProblem(message.rootId, message.reason)
    else root.ready()
  }

  /** Whatever happened while nobody watched is found by looking at everything. */
  function restart(): void {
    worker = undefined
    if (isClosed) return
    setTimeout(() => {
      if (isClosed || roots.size === 0) return
      worker ??= start()
      for (const [rootId, { request }] of roots) {
        worker.postMessage(request)
        onDirty(rootId, 'all')
      }
    }, RESTART_MS).unref()
  }
}
