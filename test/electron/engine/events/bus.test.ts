import { expect, test } from 'vitest'
import { createBus } from '../../../../electron/engine/events/bus.ts'
import type { Event } from '../../../../shared/contract/index.ts'

test('a slow client gets the newest value of each kind, not a queue', async () => {
  const bus = createBus()
  const events = bus.subscribe()
  const first = events.next()
  bus.publish({ kind: 'index', revision: 1 })
  expect(await first).toEqual({ done: false, value: { kind: 'index', revision: 1 } })
  for (let revision = 2; revision <= 10_000; revision += 1) bus.publish({ kind: 'index', revision })
  bus.publish({ kind: 'roots', revision: 3 })
  const rest: unknown[] = [(await events.next()).value, (await events.next()).value]
  expect(rest).toEqual([
    { kind: 'index', revision: 10_000 },
    { kind: 'roots', revision: 3 },
  ])
  await events.return()
})

test('ending the signal or the bus ends a waiting client', async () => {
  const bus = createBus()
  const controller = new AbortController()
  const waiting = [bus.subscribe(controller.signal), bus.subscribe()].map((events) => events.next())
  controller.abort()
  expect((await waiting[0])?.done).toBe(true)
  bus.close()
  expect((await waiting[1])?.done).toBe(true)
})

test('notices are kept one by one, the oldest go when nobody reads', async () => {
  const bus = createBus()
  const events = bus.subscribe()
  const first = events.next()
  bus.publish({ kind: 'notice', text: 'hello' })
  await first
  for (let n = 1; n <= 30; n += 1) bus.publish({ kind: 'notice', text: `notice ${n}` })
  const texts: string[] = []
  while (texts.length < 20) texts.push(((await events.next()).value as Event & { text: string }).text)
  expect(texts[0]).toBe('notice 11')
  expect(texts.at(-1)).toBe('notice 30')
  await events.return()
})
