import { expect, test } from 'vitest'
import { checkKey } from '../../../shared/domain/key.ts'
import { checkTag, sameTag } from '../../../shared/domain/tag.ts'

test.each([
  'a',
  'capture.temperature',
  '_x',
  '0',
  'a..b',
  'a.',
  '__proto__',
  'constructor.prototype.x',
  'tags.x',
  'Tags',
])('key %j is allowed', (key) => {
  expect(checkKey(key)).toEqual({ ok: true })
})

test.each([
  ['quality score', 'quality_score'],
  ['a/b', 'a.b'],
  ['.hidden', 'hidden'],
  ['größe', 'gro_e'],
  ['temp°C', 'temp_C'],
  ['x'.repeat(513), 'x'.repeat(512)],
  ['-', undefined],
  ['', undefined],
  ['/', undefined],
])('key %j is refused with a suggestion', (key, suggestion) => {
  const checked = checkKey(key)
  expect(checked).toEqual({
    ok: false,
    reason: expect.any(String),
    ...(suggestion !== undefined && { suggestion }),
  })
  if (suggestion !== undefined) expect(checkKey(suggestion)).toEqual({ ok: true })
})

test('tags is refused as a key', () => {
  expect(checkKey('tags')).toEqual({ ok: false, reason: expect.stringContaining('use tags') })
})

test.each([
  ['  Blurry ', 'Blurry'],
  ['u\u0308ber', 'über'],
  ['x'.repeat(256), 'x'.repeat(256)],
  ['-TAG', '-TAG'],
  ['two words', 'two words'],
])('tag %j is kept as %j', (text, tag) => {
  expect(checkTag(text)).toEqual({ ok: true, tag })
})

test.each(['', '   ', 'x'.repeat(257), 'a\tb', 'a\nb', 'a\0', '\u0085x\u0085', '\ud800'])(
  'tag %j is refused',
  (text) => {
    expect(checkTag(text)).toEqual({ ok: false, reason: expect.any(String) })
  },
)

test('tags are compared without case', () => {
  expect(sameTag('Blurry', 'bLURRY')).toBe(true)
  expect(sameTag('ÜBER', 'u\u0308ber')).toBe(true)
  expect(sameTag('blurry', 'blurred')).toBe(false)
})
