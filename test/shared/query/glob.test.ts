import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText } from '../../../shared/lib/text.ts'
import { matchGlob, matchParts, parsePathGlob } from '../../../shared/query/glob.ts'
import { timed } from './timing.ts'

test.each<[glob: string, matching: string[], other: string[]]>([
  [
    '2026/site-3/',
    ['2026/site-3/a.jpg', '2026/SITE-3/b/c.jpg'],
    ['2026/site-3', '2026/site-30/a.jpg', 'x/2026/site-3/a'],
  ],
  ['2026/my site/**', ['2026/my site/a.jpg', '2026/my site/b/c.jpg'], ['2026/my site', '2026/my sites/a.jpg']],
  ['2026/site-3', ['2026/site-3'], ['2026/site-3/a.jpg']],
  ['*', ['a.jpg'], ['b/a.jpg']],
  ['**', ['a.jpg', 'b/a.jpg', 'b/c/a.jpg'], []],
  ['*/*.jpg', ['b/a.jpg'], ['a.jpg', 'b/c/a.jpg', 'b/a.png']],
  ['**/a?.jpg', ['a1.jpg', 'b/a2.jpg', 'b/c/aé.jpg', 'a😀.jpg'], ['a.jpg', 'b/a12.jpg', 'ba1.jpg']],
  ['2026/**/img.jpg', ['2026/img.jpg', '2026/a/img.jpg', '2026/a/b/img.jpg'], ['2026/a/ximg.jpg', '2025/img.jpg']],
  ['2026/**.jpg', ['2026/a.jpg', '2026/a/b.jpg', '2026/.jpg'], ['2026/a.png', 'a.jpg']],
  ['site**3/x', ['site3/x', 'site/a/b3/x'], ['site/x']],
  ['/2026//a.jpg', ['2026/a.jpg'], ['a.jpg']],
  ['/', ['a.jpg', 'b/a.jpg'], []],
  ['*/', ['b/a.jpg', 'b/c/a.jpg'], ['a.jpg']],
  ['a?b', ['axb'], ['a/b', 'ab']],
  ['2026/\\*\\?.jpg', ['2026/*?.jpg'], ['2026/ab.jpg']],
  ['É/*', ['e\u0301/a.jpg', 'é/a.jpg'], ['e/a.jpg']],
])('path:%s', (glob, matching, other) => {
  const parsed = parsePathGlob(glob)
  expect([...matching, ...other].filter((path) => matchGlob(parsed, foldText(path)))).toEqual(matching)
})

test.each<[parts: (string | null | 1)[], matching: string[], other: string[]]>([
  [[], [''], ['a']],
  [[null], ['', 'a/b'], []],
  [[null, 'factory', null], ['factory', 'a factory b'], ['factor']],
  [
    ['a', 1, 'c'],
    ['abc', 'a/c', 'a😀c'],
    ['ac', 'abbc'],
  ],
  [
    [null, 'ab', null, 'b'],
    ['abb', 'xabxb', 'aabab b'],
    ['ab', 'abba'],
  ],
  [
    [null, 1, 'a', 1, null, 'z'],
    ['xayz', 'aaaaz'],
    ['ayz', 'xaz'],
  ],
])('%j', (parts, matching, other) => {
  expect([...matching, ...other].filter((text) => matchParts(parts, text))).toEqual(matching)
})

const alphabet = (characters: string) =>
  fc.array(fc.constantFrom(...Array.from(characters)), { maxLength: 12 }).map((all) => all.join(''))

test('a glob means what its regular expression means', () => {
  fc.assert(
    fc.property(alphabet('ab/*?'), alphabet('ab/'), (raw, path) => {
      const glob = parsePathGlob(raw)
      const source = glob.segments
        .map((segment, index) => {
          if (segment === 'any-depth') return '(?:[^]*/)?'
          const body = segment
            .map((part) => (part === null ? '[^/]*' : part === 1 ? '[^/]' : part === 2 ? '[^]*' : part))
            .join('')
          return body + (index < glob.segments.length - 1 ? '/' : '')
        })
        .join('')
      // Subtle: `**` between slashes skips whole folders, so what it skips starts the path or follows a slash.
      expect(matchGlob(glob, path)).toBe(new RegExp(`^${source}$`).test(path))
    }),
    { numRuns: 2000 },
  )
})

test('a pattern means what its regular expression means', () => {
  const part = fc.oneof(fc.constantFrom('a', 'ab', 'b'), fc.constant(null), fc.constant(1 as const))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), alphabet('ab'), (parts, text) => {
      const source = parts.map((part) => (part === null ? '.*' : part === 1 ? '.' : part)).join('')
      expect(matchParts(parts, text)).toBe(new RegExp(`^${source}$`).test(text))
    }),
    { numRuns: 2000 },
  )
})

test('patterns made to be slow are not', () => {
  const parts = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? null : 'a'))
  const { result, ms } = timed(
    () => [
      matchParts([...parts, 'b'], 'a'.repeat(4000)),
      matchGlob(parsePathGlob('**a*'.repeat(250) + 'b'), 'a/'.repeat(1000)),
      matchGlob(parsePathGlob('**/*a/'.repeat(250) + 'b'), 'a/'.repeat(1000)),
    ],
    500,
  )
  expect(result).toEqual([false, false, false])
  expect(ms).toBeLessThan(500)
})

test('an empty part ends like any other', () => {
  expect(matchParts([null, '', 'x'], 'aab')).toBe(false)
  expect(matchParts([null, ''], 'aab')).toBe(true)
})
