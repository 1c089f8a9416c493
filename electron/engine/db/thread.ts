/**
 * Entry of the index thread: the one writer of the database.
 *
 * Its parent calls IndexApi over the thread's own port, and may send `{ kind: 'changes', port }` (port transferred):
 * every commit that somebody could notice is then posted to that port as an IndexChange, in commit order and before
 * the call that made it is answered. A port counts until it is closed; changes from before it came are not repeated.
 */
import { type MessagePort, parentPort } from 'node:worker_threads'
import { serve } from '../../../shared/lib/call.ts'
import { createIndexApi } from './index-api.ts'

/** Work that was put off is done in short pieces once no call has come for this long. */
const IDLE_MS = 100

const ports = new Set<MessagePort>()
const { api, fillKeys } = createIndexApi({
  hasListeners: () => ports.size > 0,
  post: (change) => {
    for (const port of ports) port.postMessage(change)
  },
})

let idle: NodeJS.Timeout | undefined
const workWhenIdle = (delayMs: number) => {
  clearTimeout(idle)
  idle = setTimeout(() => {
    if (fillKeys()) workWhenIdle(0)
  }, delayMs)
  idle.unref()
}

if (parentPort) {
  serve(parentPort, api)
  parentPort.on('message', (message: { kind?: unknown; port?: MessagePort }) => {
    workWhenIdle(IDLE_MS)
    const { port } = message
    if (message.kind !== 'changes' || !port) return
    ports.add(port)
    port.on('close', () => ports.delete(port))
  })
}
