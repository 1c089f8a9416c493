import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkQuery, complete, matches, type CompletionSource } from '../../../shared/query/index.ts'
import { queryText } from './arbitraries.ts'
import { makeRecord } from './records.ts'

const VALUES: Record<string, [text: string, images: number][]> = {
  'metadata.camera_id': [
    ['"cam001"', 4],
    ['"95"', 1],
    ['95', 1],
    ['["a b","cam001"]', 2],
    ['"x\\"*"', 1],
  ],
  split: [['"train"', 7]],
  root: [['"captures"', 9]],
}
const source: CompletionSource = {
  keys: () => [
    { key: 'capture.temperature', images: 5, types: { number: 5 } },
    { key: 'camera_id', images: 10, types: { string: 10 } },
  ],
  tags: () => [
    { tag: 'night shift', images: 2 },
    { tag: 'reviewed', images: 3 },
  ],
  values: (field) => (VALUES[field] ?? []).map(([text, images]) => ({ text, images })),
}

/** Completions at `^`, shown as the text they give and their count. */
function offers(marked: string, limit = 6): string[] {
  const at = marked.indexOf('^')
  const text = marked.replace('^', '')
  return complete(text, at, source)
    .slice(0, limit)
    .map(({ from, to, text: inserted, count }) => {
      return text.slice(0, from) + inserted + text.slice(to) + (count === undefined ? '' : ` ${count}`)
    })
}

test.each<[marked: string, offered: string[]]>([
  ['cam^', ['metadata.camera_id 10', 'metadata.capture.temperature 5']],
  ['temp^', ['metadata.capture.temperature 5']],
  ['wid^', ['width', 'min-width', 'max-width']],
  ['width^', ['min-width', 'max-width', 'width:', 'width>', 'width>=', 'width<']],
  ['wi^>5', ['width>5', 'min-width>5', 'max-width>5']],
  ['a AND -spl^ b', ['a AND -split b']],
  ['(spl^', ['(split']],
  ['metadata.cap^', ['metadata.capture.temperature 5']],
  ['metadata:cap^', ['metadata.capture.temperature 5']],
  ['metadata.camera_id^', ['metadata.camera_id:', 'metadata.camera_id=', 'metadata.camera_id!=']],
  [
    'metadata.camera_id:^',
    [
      'metadata.camera_id:cam001 6',
      'metadata.camera_id:"a b" 2',
      'metadata.camera_id:"95" 1',
      'metadata.camera_id:95 1',
      'metadata.camera_id:"x\\"\\*" 1',
    ],
  ],
  ['metadata.camera_id:CA^ x', ['metadata.camera_id:cam001 x 6']],
  ['metadata.camera_id:c^xm x', ['metadata.camera_id:cam001 x 6']],
  ['metadata.camera_id:"a^ AND x', ['metadata.camera_id:"a b" AND x 2', 'metadata.camera_id:cam001 AND x 6']],
  ['tag:^', ['tag:reviewed 3', 'tag:"night shift" 2']],
  ['tag:(reviewed OR n^', ['tag:(reviewed OR "night shift" 2']],
  ['tag:reviewed|^', ['tag:reviewed|reviewed 3', 'tag:reviewed|"night shift" 2']],
  ['tag!="night^"', ['tag!="night shift" 2']],
  ['revi^', ['tag:reviewed 3']],
  ['root:^', ['root:captures 9']],
  ['project:c^', ['project:captures 9']],
  ['split:^', ['split:train 7', 'split:valid', 'split:test']],
  ['is:un^', ['is:untagged', 'is:unwritten']],
  ['is:dup^', []],
  ['has:ca^', ['has:metadata.camera_id 10', 'has:metadata.capture.temperature 5']],
  ['taken>^', ['taken>today', 'taken>yesterday', 'taken>-1h', 'taken>-7d', 'taken>-1mo']],
  ['sort:-ta^', ['sort:-tag', 'sort:-tags', 'sort:-taken']],
  ['sort:cam^', ['sort:metadata.camera_id 10', 'sort:metadata.capture.temperature 5']],
  ['class:^', []],
  ['"a"^', []],
  ['zzz^', []],
])('%s', (marked, offered) => {
  expect(offers(marked, Math.max(offered.length, 1))).toEqual(offered)
})

test('where a term may stand, fields come first, then keys', () => {
  const all = complete('tag:a ', 6, source)
  expect(all.map(({ kind }) => kind).filter((kind, index, kinds) => kind !== kinds[index - 1])).toEqual([
    'field',
    'key',
  ])
  expect(all.every(({ from, to }) => from === 6 && to === 6)).toBe(true)
})

test('an offered value finds exactly the image that has it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 8 }), (value) => {
      const only: CompletionSource = { ...source, values: () => [{ text: JSON.stringify(value), images: 1 }] }
      const [offer] = complete('metadata.k:', 11, only)
      const result = checkQuery(`metadata.k:${offer?.text}`, { now: 0 })
      const find = (scalar: string | number | boolean) =>
        result.ok && matches(result.query.where, makeRecord({ path: 'a', metadata: { k: scalar } }))
      expect([find(value), find(`${value}x`), find(Number(value)), find(value === 'true')]).toEqual([
        true,
        false,
        false,
        false,
      ])
    }),
    { numRuns: 500, examples: [['true'], ['95'], ['1..2'], ['*'], ['OR'], [''], ['-5'], ['a|b'], ['\\']] },
  )
})

test('completes any text at any place without failing, inside the text', () => {
  const deep = fc.constantFrom('('.repeat(4000), '-('.repeat(1000), 'tag:('.repeat(100), 'x'.repeat(5000))
  fc.assert(
    fc.property(fc.oneof({ weight: 50, arbitrary: queryText }, deep), fc.nat(), (text, place) => {
      const at = place % (text.length + 1)
      const outside = complete(text, at, source).filter(({ from, to }) => from > at || to < at || to > text.length)
      expect(outside).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
