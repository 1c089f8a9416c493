import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isValueText, listValue, readTyped, sameValue, toValueText } from '../../../shared/domain/value.ts'

test.each([
  ['true', 'true'],
  ['false', 'false'],
  ['True', '"True"'],
  ['null', '"null"'],
  ['95', '95'],
  ['"95"', '"95"'],
  [' 95 ', '95'],
  ['1.10', '1.10'],
  ['-0', '-0'],
  ['9007199254740993', '9007199254740993'],
  ['1e3', '1e3'],
  ['1E-2', '1E-2'],
  ['007', '"007"'],
  ['+5', '"+5"'],
  ['0x10', '"0x10"'],
  ['.5', '".5"'],
  ['5.', '"5."'],
  ['1_000', '"1_000"'],
  ['NaN', '"NaN"'],
  ['Infinity', '"Infinity"'],
  ['-Infinity', '"-Infinity"'],
  ['1e400', '"1e400"'],
  ['-1e400', '"-1e400"'],
  ['""', '""'],
  ['" a "', '" a "'],
  ['  warehouse 3\t', '"warehouse 3"'],
  ['"true"', '"true"'],
  ['"C:\\new"', '"C:\\\\new"'],
  ['"she said \\"hi\\""', '"she said \\"hi\\""'],
  ['"', '"\\""'],
  ['"a" and "b"', '"\\"a\\" and \\"b\\""'],
  ['[1,2]', '"[1,2]"'],
  ['{"a":1}', '"{\\"a\\":1}"'],
  ['Zürich', '"Zürich"'],
])('typed %j becomes %s', (typed, value) => {
  expect(readTyped(typed)).toEqual({ ok: true, value })
})

test.each(['', '   ', '\t\n'])('typed %j is refused', (typed) => {
  expect(readTyped(typed)).toEqual({ ok: false, reason: expect.stringContaining('""') })
})

test('a value of more than 64 KB is refused, in bytes', () => {
  expect(readTyped('x'.repeat(65_536)).ok).toBe(true)
  expect(readTyped('x'.repeat(65_537)).ok).toBe(false)
  expect(readTyped('ü'.repeat(32_768)).ok).toBe(true)
  expect(readTyped('ü'.repeat(32_769)).ok).toBe(false)
})

test('whatever is typed is a value text, unless it is empty', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.double().map(String), fc.json()), (typed) => {
      const read = readTyped(typed)
      expect(read.ok).toBe(typed.trim() !== '')
      if (read.ok) expect(isValueText(read.value)).toBe(true)
    }),
  )
})

test('values of an API keep their type', () => {
  expect(
    [1.5, -0, 'a"b', true, '\ud800', [], ['a', 1, false, 1], null, NaN, {}, [[1]], [null]].map(toValueText),
  ).toEqual(['1.5', '-0', '"a\\"b"', 'true', '"\\ud800"', '[]', '["a",1,false]', null, null, null, null, null])
})

test('a list counts equal elements once and keeps their first spelling', () => {
  expect(listValue(['1.0', '1', '"1"', '"a"', '"\\u0061"', '9007199254740993', '9007199254740992'])).toBe(
    '[1.0,"1","a",9007199254740993,9007199254740992]',
  )
})

test.each(['[1, 2]', ' 1', '1 ', '[1,null]', 'null', '[[1]]', '{}', '1e400', '[ ]', '"a', '', '["a"]x', '01'])(
  '%j is no value text',
  (text) => {
    expect(isValueText(text)).toBe(false)
  },
)

test('values are the same by content for texts, by spelling for numbers', () => {
  expect(sameValue('"\\u0061"', '"a"')).toBe(true)
  expect(sameValue('["\\u0061",1]', '["a",1]')).toBe(true)
  expect(sameValue('1.0', '1')).toBe(false)
  expect(sameValue('"1"', '1')).toBe(false)
  expect(sameValue(null, null)).toBe(true)
  expect(sameValue(null, '"a"')).toBe(false)
})
