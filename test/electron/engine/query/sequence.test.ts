/** Pages of a sequence, read in any order, are slices of the whole. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countBits, hasBit, setBit, wordsFor } from '../../../../electron/engine/query/bits.ts'
import { createSequence, takeSlots } from '../../../../electron/engine/query/sequence.ts'

const COUNT = 40_000
const permutation = Uint32Array.from({ length: COUNT }, (_, i) => (i * 7919) % COUNT)

test('pages are slices of the whole, in whichever order they are read', () => {
  const page = fc.tuple(fc.nat(COUNT), fc.oneof(fc.nat(300), fc.constant(COUNT)))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(page, { minLength: 1, maxLength: 6 }), (step, pages) => {
      const bits = new Uint32Array(wordsFor(COUNT))
      for (let slot = 0; slot < COUNT; slot += step) setBit(bits, slot)
      const members = permutation.filter((slot) => hasBit(bits, slot))
      const total = countBits(bits)
      const many = createSequence({ permutation, bits, total, isFiltered: true })
      const few = createSequence({ permutation: members, bits, total, isFiltered: false })
      for (const [offset, limit] of pages) {
        const expected = members.slice(offset, offset + limit)
        expect(takeSlots(many, offset, limit)).toEqual(expected)
        expect(takeSlots(few, offset, limit)).toEqual(expected)
      }
    }),
    { numRuns: 60 },
  )
})
