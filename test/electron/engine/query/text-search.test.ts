/** Searching bytes gives what searching strings gives, whichever way it goes. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compareNaturalSpans,
  equalsBytes,
  matchBytes,
  byteParts,
} from '../../../../electron/engine/query/text-match.ts'
import { search } from '../../../../electron/engine/query/text-search.ts'
import { createSpan, createTexts, needleOf, pushText, spanOf, textAt } from '../../../../electron/engine/query/texts.ts'
import { compareNatural } from '../../../../shared/lib/natural.ts'
import { foldText } from '../../../../shared/lib/text.ts'
import { matchParts } from '../../../../shared/query/index.ts'

const letters = fc.constantFrom(
  'a',
  'A',
  'b',
  'z',
  'é',
  'e\u0301',
  'É',
  'İ',
  'Σ',
  'ς',
  '🚀',
  '\ue000',
  '1',
  '0',
  '9',
  '/',
  '.',
  ' ',
)
const text = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(''))

function arenaOf(all: readonly string[]) {
  const texts = createTexts()
  for (const one of all) pushText(texts, one)
  return texts
}

function hitsOf(all: readonly string[], needle: string): Uint8Array {
  const steps = search(arenaOf(all), needleOf(needle))
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

test('texts come back as they were, lone surrogates too', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.string({ unit: 'binary' }), fc.constant('x\ud800y'))), (all) => {
      const texts = arenaOf(all)
      expect(all.map((_, i) => textAt(texts, i))).toEqual(all)
    }),
  )
})

test('finds what String.includes finds in folded texts', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), text, (all, raw) => {
      const needle = foldText(raw)
      expect([...hitsOf(all, needle)]).toEqual(all.map((one) => Number(foldText(one).includes(needle))))
    }),
    { numRuns: 500 },
  )
})

test('finds the same in many texts, where seldom bytes are searched for natively', () => {
  const all = Array.from({ length: 3000 }, (_, i) => `IMG_${i}.JPG`)
  all[17] = 'IMG_XQ.jpg'
  all[18] = 'q.JPG'
  all[2999] = 'imgxq'
  for (const needle of ['q', 'xq', 'gxq', 'jpgi', 'gi', 'img', '99', '.jpg', 'img_2999', 'zzz', '0.jpg', 'gimg_']) {
    const expected = all.map((one) => Number(one.toLowerCase().includes(needle)))
    expect([needle, ...hitsOf(all, needle)]).toEqual([needle, ...expected])
  }
})

test('patterns, equality and natural order are those of strings', () => {
  // A literal part is never empty (readParts of the checker).
  const literal = text.map(foldText).filter((part) => part !== '')
  const parts = fc.array(fc.oneof(literal, fc.constant(null), fc.constant(1 as const)), { maxLength: 5 })
  fc.assert(
    fc.property(text, text, parts, (a, b, parts) => {
      const texts = arenaOf([a, b])
      const [spanA, spanB] = [spanOf(texts, 0, createSpan()), spanOf(texts, 1, createSpan())]
      expect(matchBytes(byteParts(parts), spanA)).toBe(matchParts(parts, foldText(a)))
      expect(equalsBytes(spanA, needleOf(foldText(b)))).toBe(foldText(a) === foldText(b))
      const order = compareNaturalSpans(spanA, spanB)
      if (order !== 0) expect(Math.sign(order)).toBe(Math.sign(compareNatural(a, b)))
      else expect(Math.abs(compareNatural(a, b)) > 0).toBe(a !== b)
    }),
    { numRuns: 2000 },
  )
})
