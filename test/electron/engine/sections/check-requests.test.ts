import { expect, test } from 'vitest'
import { checkRequests } from '../../../../electron/engine/sections/check-requests.ts'

test('good requests pass, tags trimmed', () => {
  const requests = [
    { kind: 'set', key: 'a.b', value: ' [1.10, "x  \\" y"] ' },
    { kind: 'unset', key: 'c' },
    { kind: 'tag', tag: ' Seen ' },
  ] as const
  expect(checkRequests([...requests])).toEqual([
    { kind: 'set', key: 'a.b', to: '[1.10,"x  \\" y"]' },
    { kind: 'unset', key: 'c' },
    { kind: 'tag', tag: 'Seen' },
  ])
})

test.each([
  [{ kind: 'set', key: 'a b', value: '1' }, 'KEY_INVALID'],
  [{ kind: 'unset', key: 'tags' }, 'KEY_INVALID'],
  [{ kind: 'set', key: 'a', value: '{}' }, 'VALUE_INVALID'],
  [{ kind: 'set', key: 'a', value: 'nonsense' }, 'VALUE_INVALID'],
  [{ kind: 'set', key: 'a', value: 'tr ue' }, 'VALUE_INVALID'],
  [{ kind: 'tag', tag: '  ' }, 'TAG_INVALID'],
] as const)('%j is refused as %s', (request, code) => {
  expect(() => checkRequests([request])).toThrow(expect.objectContaining({ code }))
})

test('one subject twice in an edit is refused, tags without regard to case', () => {
  const refused = expect.objectContaining({ code: 'REQUEST_INVALID' })
  expect(() =>
    checkRequests([
      { kind: 'unset', key: 'a' },
      { kind: 'set', key: 'a', value: '1' },
    ]),
  ).toThrow(refused)
  expect(() =>
    checkRequests([
      { kind: 'tag', tag: 'A' },
      { kind: 'untag', tag: 'a' },
    ]),
  ).toThrow(refused)
})
