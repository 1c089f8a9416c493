/** The contract over WebSocket connections. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import type { Engine } from '../engine/index.ts'

const LARGEST_MESSAGE = 16 * 1024 * 1024

/** So long after its last answer a program has not asked on: it takes a few calls to make one edit. */
const QUIET_MS = 250

/**
 * Serves the engine to every WebSocket that upgrades on this server. The returned function ends all connections once
 * the calls under way are answered, because another program's edit must not end with its outcome unknown only because
 * we are done with ours. Streams of events are not waited for.
 */
export function serveWebSockets(server: Server, engine: Engine): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE })
  const asked = { calls: 0, at: performance.now() }
  const handler = new RPCHandler(engine.router, {
    rootInterceptors: [
      async ({ next }) => {
        asked.calls += 1
        try {
          return await next()
        } finally {
          asked.calls -= 1
          asked.at = performance.now()
        }
      },
    ],
  })
  let next = 1
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      asked.at = performance.now()
      void handler.upgrade(socket, { context: engine.connect(`socket-${next++}`) })
    })
  })
  return async () => {
    while (sockets.clients.size > 0 && (asked.calls > 0 || performance.now() - asked.at < QUIET_MS)) await sleep(20)
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  }
}
