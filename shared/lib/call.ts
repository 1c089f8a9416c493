/**
 * Calls between the threads of the engine: one typed function table on each side of a message port.
 *
 * Private to the engine (the contract with clients is shared/contract). No back-pressure and no streams: whoever
 * calls waits for the answer. An error crosses as its message, code and data, never as a class.
 */
export type PortLike = {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

type AnyFunction = (input: never) => unknown
export type Table = Record<string, AnyFunction>

/** The same functions as seen from the other thread: every answer is a promise. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...input: infer I) => infer R ? (...input: I) => Promise<Awaited<R>> : never
}

type Request = { call: number; name: string; input: unknown }
type Answer = { answer: number; value?: unknown; error?: WireError }
type WireError = { message: string; code?: string; data?: unknown; stack?: string }

/** Raised on the calling side with what the other thread threw. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: string | undefined
  readonly data: unknown
  constructor(wire: WireError) {
    super(wire.message)
    this.code = wire.code
    this.data = wire.data
    if (wire.stack !== undefined) this.stack = wire.stack
  }
}

/** An answer whose buffers are moved, not copied, to the caller. */
export class Moved<T> {
  readonly value: T
  readonly transfer: readonly ArrayBuffer[]
  constructor(value: T, transfer: readonly ArrayBuffer[]) {
    this.value = value
    this.transfer = transfer
  }
}

/** Answers calls that arrive on the port with the functions of the table. */
export function serve(port: PortLike, table: Table): void {
  port.on('message', (message) => {
    if (isRequest(message)) void answer(port, table, message)
  })
}

/** Makes the other side's table callable; `fail` rejects everything still open, for when that side has died. */
export function createCaller<T>(port: PortLike): { remote: Remote<T>; fail(error: Error): void } {
  const open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let next = 1
  let dead: Error | undefined
  port.on('message', (message) => {
    if (!isAnswer(message)) return
    const waiting = open.get(message.answer)
    open.delete(message.answer)
    if (message.error === undefined) waiting?.resolve(message.value)
    else waiting?.reject(new CallError(message.error))
  })
  const send = (name: string, input: unknown) =>
    new Promise((resolve, reject) => {
      if (dead) return reject(dead)
      const call = next++
      open.set(call, { resolve, reject })
      port.postMessage({ call, name, input } satisfies Request)
    })
  const remote = new Proxy(
    {},
    {
      // Subtle: a promise that resolves with this table asks it for `then`; it must not look like a promise.
      get: (_, name) =>
        typeof name === 'symbol' || name === 'then' ? undefined : (input: unknown) => send(name, input),
    },
  ) as Remote<T>
  return {
    remote,
    fail(error) {
      dead = error
      for (const waiting of open.values()) waiting.reject(error)
      open.clear()
    },
  }
}

async function answer(port: PortLike, table: Table, { call, name, input }: Request): Promise<void> {
  try {
    const run = Object.hasOwn(table, name) ? table[name] : undefined
    if (!run) throw new Error(`No call named ${name}.`)
    const value = await run(input as never)
    if (value instanceof Moved) port.postMessage({ answer: call, value: value.value } satisfies Answer, value.transfer)
    else port.postMessage({ answer: call, value } satisfies Answer)
  } catch (error) {
    port.postMessage({ answer: call, error: toWire(error) } satisfies Answer)
  }
}

function isRequest(message: unknown): message is Request {
  return typeof message === 'object' && message !== null && typeof (message as Request).call === 'number'
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && typeof (message as Answer).answer === 'number'
}

function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, data } = error as Error & { code?: unknown; data?: unknown }
  return {
    message: error.message,
    ...(typeof code === 'string' && { code }),
    ...(data !== undefined && { data }),
    ...(error.stack !== undefined && { stack: error.stack }),
  }
}
