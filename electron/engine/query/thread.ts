/**
 * Entry of the query thread. Before `start` is called, the loop posts `{ port }` with a MessagePort on which the index
 * thread sends every IndexChange in commit order; `start` then reads the index and applies what came after it.
 */
import { parentPort, type MessagePort } from 'node:worker_threads'
import { Moved, serve } from '../../../shared/lib/call.ts'
import { openReader, type IndexChange } from '../db/index.ts'
import { createQueryEngine } from './engine.ts'

if (!parentPort) throw new Error('The query thread must be started as a worker.')
const { change, tidy: _, ...engine } = createQueryEngine({ openReader: (directory) => openReader({ directory }) })

parentPort.on('message', (message: { port?: MessagePort }) => {
  message.port?.on('message', (event: IndexChange) => {
    if (event.kind === 'change') void change(event)
  })
})

serve(parentPort, {
  ...engine,
  async pack() {
    const packed = await engine.pack()
    return new Moved(
      packed,
      packed.blobs.map(({ data }) => data.buffer as ArrayBuffer),
    )
  },
})
