/**
 * Reaches a library: opens it in this process if nobody holds it, else talks to the program that does, over the
 * private local socket that only this user can open. Either way the caller gets the same client.
 *
 * Tried both ways for ten seconds, because the holder may be just starting, just ending, or a short command that
 * does not answer others.
 */
import { connect as connectTo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { WebSocket } from 'ws'
import type { Client } from '../../shared/contract/index.ts'
import { Failure, interruption } from './failure.ts'

/** `brief` asks or changes something; `working` may take long and answers other programs meanwhile; `live` also watches. */
export type Mode = 'brief' | 'working' | 'live'

export type Connection = { readonly client: Client; close(): Promise<void> }

export type ConnectOptions = {
  /** The library folder. */
  readonly directory: string
  readonly mode: Mode
  readonly signal: AbortSignal
  /** How long to try; only tests shorten it. */
  readonly patienceMs?: number
}
export type Connect = (options: ConnectOptions) => Promise<Connection>

const RETRY_MS = 150
const LARGEST_MESSAGE = 1024 ** 3

/** Connects, or throws LIBRARY_LOCKED when the library is held by a program that does not answer. */
export async function connect({ directory, mode, signal, patienceMs = 10_000 }: ConnectOptions): Promise<Connection> {
  const [{ openHost }, { socketPathOf }] = await Promise.all([import('../hosts/node.ts'), import('../engine/index.ts')])
  const deadline = Date.now() + patienceMs
  for (;;) {
    if (signal.aborted) throw interruption()
    try {
      return await openHost({ directory, isLive: mode === 'live', isServing: mode !== 'brief' })
    } catch (error) {
      if (Object(error).code !== 'LIBRARY_LOCKED') throw error
    }
    const remainingMs = deadline - Date.now()
    const connection = await connectToOwner(socketPathOf(directory), Math.max(remainingMs, 0))
    if (connection) return connection
    if (remainingMs <= RETRY_MS) throw locked()
    await sleep(RETRY_MS)
  }
}

/** Connects to the owner behind a socket; null if nobody answers there in time. */
export async function connectToOwner(path: string, withinMs: number): Promise<Connection | null> {
  // Subtle: not a `ws+unix:` URL, because there a blank or a colon in the path would be read as part of the URL.
  const socket = new WebSocket('ws://localhost/', {
    createConnection: () => connectTo(path),
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
  })
  socket.on('error', () => {})
  const client: Client = createORPCClient(
    new RPCLink({ websocket: socket as never, interceptors: [({ next }) => explainLoss(socket, next())] }),
  )
  const isThere = await answersWithin(client.library.status(), withinMs)
  if (!isThere) {
    socket.terminate()
    return null
  }
  return {
    client,
    close: async () => {
      if (socket.readyState === WebSocket.CLOSED) return
      const isClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.close()
      await isClosed
    },
  }
}

/** A call that ends because the owner went away may have been carried out or not: we must not claim either. */
async function explainLoss<T>(socket: WebSocket, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof ORPCError || socket.readyState === WebSocket.OPEN) throw error
    throw lost()
  }
}

/** The failure of a call whose owner went away before it answered. */
export function lost(): Failure {
  return new Failure(
    'OUTCOME_UNKNOWN',
    'The program that holds the library ended before it answered, so the outcome is unknown. Look at the result, and run the command again if it is not as wanted.',
  )
}

async function answersWithin(call: Promise<unknown>, ms: number): Promise<boolean> {
  const controller = new AbortController()
  const isAnswered = call.then(
    () => true,
    () => false,
  )
  const isLate = sleep(ms, false, { signal: controller.signal }).catch(() => false)
  try {
    return await Promise.race([isAnswered, isLate])
  } finally {
    controller.abort()
  }
}

function locked(): Failure {
  return new Failure(
    'LIBRARY_LOCKED',
    'Another program holds this library and does not answer. Wait until it is done or end it, then try again; or name another library with --library.',
  )
}
