/** The contract over WebSocket connections. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import type { Engine } from '../engine/index.ts'

const LARGEST_MESSAGE = 16 * 1024 * 1024

/** Serves the engine to every WebSocket that upgrades on this server; returns what ends all connections. */
export function serveWebSockets(server: Server, engine: Engine): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE })
  const handler = new RPCHandler(engine.router)
  let next = 1
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      void handler.upgrade(socket, { context: engine.connect(`socket-${next++}`) })
    })
  })
  return () => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  }
}
