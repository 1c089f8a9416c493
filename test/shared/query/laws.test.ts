import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Scalar } from '../../../shared/domain/scalar.ts'
import { checkQuery, matches, parseQuery, printQuery } from '../../../shared/query/index.ts'
import { queryText, queryTree } from './arbitraries.ts'
import { makeRecord } from './records.ts'
import { timed } from './timing.ts'

const NOW = new Date(2026, 4, 10).getTime()

function withoutPositions(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) =>
      ['from', 'to', 'fieldSpan', 'operatorSpan'].includes(key) ? undefined : value,
    ),
  )
}

function reparse(text: string): unknown {
  const result = parseQuery(text)
  return result.ok ? withoutPositions(result.query) : result.error
}

test('a printed tree parses to the same tree', () => {
  fc.assert(
    fc.property(queryTree, (tree) => {
      const text = printQuery(tree)
      fc.pre(text.length < 3000)
      expect(reparse(text)).toEqual(withoutPositions(tree))
    }),
    { numRuns: 2000 },
  )
})

test('a text that parses prints to a text with the same tree, and positions lie in the text', () => {
  let parsed = 0
  fc.assert(
    fc.property(queryText, (text) => {
      const result = parseQuery(text)
      if (!result.ok) return
      parsed += 1
      expect(reparse(printQuery(result.query))).toEqual(withoutPositions(result.query))
      JSON.stringify(result.query, (key, value: unknown) => {
        if (key === 'from' || key === 'to') expect(value).toSatisfy((at: number) => at >= 0 && at <= text.length)
        return value
      })
    }),
    { numRuns: 3000 },
  )
  expect(parsed).toBeGreaterThan(100)
})

test('every text up to 4 KB gets an answer or one error inside the text, fast', () => {
  const characters = fc.constantFrom(
    ...Array.from('ab1 \t"\\()|:=!<>-*?./é😀\u2028\u0000'),
    '\ud800',
    'AND ',
    'tag:',
    '..',
  )
  const long = fc.array(characters, { maxLength: 1300, size: 'max' }).map((parts) => parts.join(''))
  const repeated = fc.tuple(queryText, fc.integer({ min: 1, max: 200 })).map(([text, times]) => text.repeat(times))
  fc.assert(
    fc.property(fc.oneof(fc.string(), queryText, long, repeated), (text) => {
      const options = { now: NOW, keys: ['k', 'camera_id'], sort: ['-metadata.k'].slice(text.length % 2) }
      const { result, ms } = timed(() => checkQuery(text, options), 50)
      expect(ms).toBeLessThan(50)
      const found = result.ok ? result.warnings : [result.error]
      expect(found.filter(({ from, to }) => from < 0 || to < from || to > text.length)).toEqual([])
      if (result.ok) return
      const { from, to, suggestion } = result.error
      if (suggestion === undefined) return
      const mended = checkQuery(text.slice(0, from) + suggestion + text.slice(to), { now: NOW })
      expect(mended.ok || mended.error.from > from + suggestion.length).toBe(true)
    }),
    { numRuns: 1500 },
  )
})

const scalar: fc.Arbitrary<Scalar> = fc.constantFrom<Scalar>(
  'a',
  'A',
  'b',
  '5',
  5,
  0,
  9.5,
  true,
  false,
  'true',
  '2026-05-01',
)
const record = fc
  .record({
    path: fc.constantFrom('a.jpg', 'x/b.jpg', 'x/y/A5.png'),
    metadata: fc.dictionary(fc.constantFrom('k', 'k.sub', 'm'), fc.array(scalar, { minLength: 1, maxLength: 3 })),
    tag: fc.subarray(['a', 'B', 'true']),
    width: fc.subarray([5, 640], { maxLength: 1 }),
    is: fc.subarray(['untagged', 'edited']),
  })
  .map(makeRecord)
const TERMS = [
  'a',
  'tag:a',
  'tag:*',
  'metadata.k:5',
  'metadata.k>4',
  'metadata.k:a|true',
  'metadata.k:*',
  'has:metadata.k',
]
const MORE_TERMS = ['path:x/', 'width:5..700', 'metadata.k>2026-04', 'is:edited', '*', 'metadata.k:"5"', 'filename:a*']
const term = fc.constantFrom(...TERMS, ...MORE_TERMS)

test('NOT, AND and OR are those of sets', () => {
  fc.assert(
    fc.property(term, term, term, record, (a, b, c, record) => {
      const is = (text: string) => {
        const result = checkQuery(text, { now: NOW })
        if (!result.ok) throw new Error(`${text}: ${result.error.message}`)
        return matches(result.query.where, record)
      }
      expect({
        not: is(`-${a}`),
        notWord: is(`NOT ${a}`),
        and: is(`${a} ${b}`),
        or: is(`${a} OR ${b}`),
        deMorgan: is(`-(${a} ${b})`),
        distributive: is(`${a} (${b} OR ${c})`),
        precedence: is(`${a} OR ${b} ${c}`),
      }).toEqual({
        not: !is(a),
        notWord: !is(a),
        and: is(a) && is(b),
        or: is(a) || is(b),
        deMorgan: is(`-${a} OR -${b}`),
        distributive: is(`${a} ${b} OR ${a} ${c}`),
        precedence: is(a) || (is(b) && is(c)),
      })
    }),
    { numRuns: 500 },
  )
})

test('-FIELD:x and FIELD!=x are the same, and with FIELD:x they part all images', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('metadata.k', 'tag', 'width'),
      fc.constantFrom('5', '640'),
      record,
      (field, value, record) => {
        const is = (text: string) => {
          const result = checkQuery(text, { now: NOW })
          return result.ok && matches(result.query.where, record)
        }
        expect(is(`${field}!=${value}`)).toBe(is(`-${field}:${value}`))
        expect(is(`${field}!=${value}`)).toBe(!is(`${field}:${value}`))
      },
    ),
  )
})
