import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atOf, compareAt, createClock, deviceOf, hlcToMs, isHlc } from '../../../shared/domain/clock.ts'

test('text order is time order, whatever the wall clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer(), fc.double(), fc.constant(2 ** 60))), (times) => {
      let wall = 0
      const clock = createClock({ now: () => wall })
      const ticks = times.map((time) => {
        wall = time
        return clock.tick()
      })
      expect(ticks.every(isHlc)).toBe(true)
      expect(new Set(ticks).size).toBe(ticks.length)
      expect([...ticks].sort()).toEqual(ticks)
    }),
  )
})

test('devices with clocks hours apart keep cause before effect', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 40 }), (steps) => {
      let time = 1_700_000_000_000
      const offsets = [0, 3_600_000 * 5, -3_600_000 * 7]
      const clocks = offsets.map((offset) => createClock({ now: () => time + offset }))
      let last = ''
      for (const [from, to] of steps) {
        time += 1
        const sent = clocks[from]!.tick()
        clocks[to]!.observe(sent)
        last = clocks[to]!.tick()
        expect(last > sent).toBe(true)
      }
    }),
  )
})

test('it goes on from the last moment known and ignores damage', () => {
  const first = createClock({ now: () => 1000 }).tick()
  expect(hlcToMs(first)).toBe(1000)
  const clock = createClock({ now: () => 5, last: first })
  clock.observe('ffffffffffffffff')
  clock.observe('nonsense')
  const next = clock.tick()
  expect(next > first).toBe(true)
  expect(hlcToMs(next)).toBe(1000)
})

test('more moments than the counter holds within one millisecond move on to the next', () => {
  const clock = createClock({ now: () => 7 })
  let last = ''
  for (let i = 0; i < 70_000; i += 1) {
    const next = clock.tick()
    if (next <= last) expect.fail(`${next} after ${last}`)
    last = next
  }
  expect(hlcToMs(last)).toBe(8)
})

test('places are ordered by moment, device, number and index', () => {
  const at = (hlc: string, dev: string, seq: number, index: number) => atOf({ hlc, dev, seq }, index)
  const [h1, h2] = ['0000000000010000', '0000000000020000']
  const ordered = [at(h1, 'a', 2, 0), at(h1, 'a', 10, 2), at(h1, 'a', 10, 10), at(h1, 'b', 1, 0), at(h2, 'a', 1, 0)]
  expect([...ordered].reverse().sort(compareAt)).toEqual(ordered)
  expect(deviceOf(ordered[3]!)).toBe('b')
})
