import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slugFor } from '../../../../electron/engine/library/slug.ts'

test.each([
  ['Night shift', [], 'night-shift'],
  ['Ångström & söner', [], 'angstrom-soner'],
  ['images', [], 'images-folder'],
  ['日本', [], 'folder'],
  ['captures', ['captures', 'captures-2'], 'captures-3'],
])('%s beside %j is %s', (name, taken, slug) => {
  expect(slugFor(name, taken)).toBe(slug)
})

test('a slug is always legal, short and free', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.array(fc.string()), (name, others) => {
      const taken = [...others, slugFor(name, others)]
      const slug = slugFor(name, taken)
      expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(slug.length).toBeLessThanOrEqual(64)
      expect(taken).not.toContain(slug)
    }),
  )
})
