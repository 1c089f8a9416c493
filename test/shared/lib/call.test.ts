import { MessageChannel } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { CallError, createCaller, Moved, serve } from '../../../shared/lib/call.ts'

type Api = { add(input: { a: number; b: number }): number; fail(): never; bytes(input: { size: number }): Uint8Array }

let channel: MessageChannel | undefined
afterEach(() => channel?.port1.close())

function connect() {
  channel = new MessageChannel()
  serve(channel.port2, {
    add: ({ a, b }: { a: number; b: number }) => Promise.resolve(a + b),
    fail: () => {
      throw Object.assign(new Error('no such thing'), { code: 'ROOT_UNKNOWN', data: { suggestion: 'x' } })
    },
    bytes: ({ size }: { size: number }) => {
      const data = new Uint8Array(size).fill(7)
      return new Moved(data, [data.buffer])
    },
  })
  return createCaller<Api>(channel.port1)
}

test('calls cross a port, in any order, and buffers are moved', async () => {
  const { remote } = connect()
  const sums = await Promise.all([1, 2, 3].map((a) => remote.add({ a, b: 10 })))
  expect(sums).toEqual([11, 12, 13])
  expect(await remote.bytes({ size: 3 })).toEqual(new Uint8Array([7, 7, 7]))
})

test('an error keeps its message, code and data', async () => {
  const { remote } = connect()
  const error = await remote.fail().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(CallError)
  expect(error).toMatchObject({ message: 'no such thing', code: 'ROOT_UNKNOWN', data: { suggestion: 'x' } })
})

test('a name that is not in the table is refused, also one that every object has', async () => {
  const { remote } = connect()
  const other = remote as unknown as Record<string, (input: unknown) => Promise<unknown>>
  await expect(other['toString']?.({})).rejects.toThrow('No call named toString.')
})

test('a table of calls can itself be what a promise resolves with', async () => {
  const { remote } = connect()
  const later = await Promise.resolve(remote)
  expect(await later.add({ a: 1, b: 1 })).toBe(2)
})

test('when the other side dies, open and later calls fail with its reason', async () => {
  channel = new MessageChannel()
  const { remote, fail } = createCaller<Api>(channel.port1)
  const open = remote.add({ a: 1, b: 2 })
  fail(new Error('the thread stopped'))
  await expect(open).rejects.toThrow('the thread stopped')
  await expect(remote.add({ a: 1, b: 2 })).rejects.toThrow('the thread stopped')
})
