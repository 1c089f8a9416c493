/** The scans against the plainest code that says the same; sizes around the word and the width boundaries. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyCodes, widened } from '../../../../electron/engine/query/arrays.ts'
import { complementInto, countBits, hasBit, slotsOf, walk, wordsFor } from '../../../../electron/engine/query/bits.ts'
import { countCodes, scanCodes, scanFloats } from '../../../../electron/engine/query/kernels.ts'
import { mergeSorted, sortSlots } from '../../../../electron/engine/query/merge-sort.ts'
import { sortByDoubles, sortByKeys } from '../../../../electron/engine/query/radix.ts'
import type { Steps } from '../../../../electron/engine/query/lane.ts'

function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

const members = (bits: Uint32Array, slots: number) =>
  Array.from({ length: slots }, (_, i) => i).filter((i) => hasBit(bits, i))

describe.each([200, 300, 70_000])('codes up to %i', (highest) => {
  const codes = fc.array(fc.oneof(fc.integer({ min: 0, max: highest }), fc.constantFrom(0, 1, highest)), {
    maxLength: 140,
  })

  test('scan finds the codes that pass', () => {
    fc.assert(
      fc.property(codes, fc.nat(4), (list, rest) => {
        const pass = Uint8Array.from({ length: highest + 1 }, (_, code) => Number(code > 0 && code % 5 === rest))
        const own = emptyCodes(list.length, highest)
        own.set(list)
        const bits = new Uint32Array(wordsFor(list.length))
        scanCodes(own, pass, bits, list.length)
        const expected = list.flatMap((code, slot) => (pass[code] === 1 ? [slot] : []))
        expect(members(bits, list.length)).toEqual(expected)
        expect(countBits(bits)).toBe(expected.length)
        expect([...slotsOf(bits, expected.length)]).toEqual(expected)
      }),
    )
  })

  test('counts codes at slots', () => {
    fc.assert(
      fc.property(codes, fc.array(fc.nat(1000), { maxLength: 50 }), (list, wanted) => {
        fc.pre(list.length > 0)
        const own = emptyCodes(list.length, highest)
        own.set(list)
        const slots = Uint32Array.from(wanted, (n) => n % list.length)
        const counts = new Uint32Array(highest + 1)
        countCodes(own, slots, counts)
        const expected = new Uint32Array(highest + 1)
        for (const slot of slots) expected[list[slot]!]! += 1
        expect(counts).toEqual(expected)
      }),
    )
  })
})

test('codes widen without changing', () => {
  const codes = Uint8Array.of(1, 2, 255)
  expect(widened(codes, 255)).toBe(codes)
  expect(widened(codes, 256)).toEqual(Uint16Array.of(1, 2, 255))
  expect(widened(widened(codes, 256), 65_536)).toEqual(Uint32Array.of(1, 2, 255))
})

test('floats in inclusive ranges, NaN in none', () => {
  const value = fc.oneof(fc.constantFrom(Number.NaN, -1, 0, 1, 2, Infinity, -Infinity), fc.double())
  const range = fc.tuple(value, value)
  fc.assert(
    fc.property(fc.array(value, { maxLength: 80 }), fc.array(range, { maxLength: 2 }), (list, ranges) => {
      const bits = new Uint32Array(wordsFor(list.length))
      scanFloats(Float64Array.from(list), ranges, bits, list.length)
      const expected = list.flatMap((one, slot) =>
        ranges.some(([low, high]) => one >= low && one <= high) ? [slot] : [],
      )
      expect(members(bits, list.length)).toEqual(expected)
    }),
  )
})

test('walking a permutation keeps its order', () => {
  const permutation = Uint32Array.of(5, 3, 0, 4, 1, 2)
  const bits = Uint32Array.of(0b101011)
  expect([...walk(permutation, bits, 4)]).toEqual([5, 3, 0, 1])
  complementInto(bits, Uint32Array.of(0b011111))
  expect(bits).toEqual(Uint32Array.of(0b010100))
})

test('merge sort is stable, and merging in keeps it so', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 300 }), fc.array(fc.nat(30), { maxLength: 20 }), (first, second) => {
      const keys = [...first, ...second]
      const compare = (a: number, b: number) => keys[a]! - keys[b]!
      const slots = (from: number, length: number) => Uint32Array.from({ length }, (_, i) => from + i)
      const sorted = finish(sortSlots(slots(0, first.length), compare))
      const added = finish(sortSlots(slots(first.length, second.length), compare))
      const expected = Array.from(slots(0, keys.length)).sort((a, b) => compare(a, b) || a - b)
      expect([...finish(mergeSorted(sorted, added, compare))]).toEqual(expected)
    }),
  )
})

test('radix sorts are stable over the whole range of keys', () => {
  const key = fc.oneof(fc.nat(5), fc.nat(70_000), fc.nat(0xfffffffe))
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      const slots = Uint32Array.from(keys, (_, i) => i)
      const expected = [...slots].sort((a, b) => keys[a]! - keys[b]! || a - b)
      expect([...sortByKeys(slots, Uint32Array.from(keys), Math.max(0, ...keys))]).toEqual(expected)
    }),
  )
})

test('doubles sort both ways, equal ones in their order', () => {
  const value = fc.oneof(fc.constantFrom(0, 1, -1, 5e-324, -5e-324, Infinity, -Infinity), fc.double({ noNaN: true }))
  fc.assert(
    fc.property(
      fc.array(
        value.map((one) => one + 0),
        { maxLength: 100 },
      ),
      fc.boolean(),
      (values, isDescending) => {
        const slots = Uint32Array.from(values, (_, i) => i)
        const sign = isDescending ? -1 : 1
        const order = (a: number, b: number) =>
          values[a]! < values[b]! ? -sign : values[a]! > values[b]! ? sign : a - b
        const expected = [...slots].sort(order)
        expect([...finish(sortByDoubles(slots, Float64Array.from(values), isDescending))]).toEqual(expected)
      },
    ),
  )
})
