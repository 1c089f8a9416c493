/**
 * Words of a query read as numbers, sizes, dates and ranges of them, and made into tests.
 *
 * A range holds exactly one `..` and at least one bound; where a bound cannot be read the word is no range. A date is
 * an interval: `:` inside it, `>` after its end, `>=` from its start, `<` before its start, `<=` to its end. A moment
 * before now such as `-2d` has no length worth asking for, so after `:` it means since then.
 */
import { compareNumbers, readNumber } from '../domain/scalar.ts'
import { isRelativeDate, type Interval } from '../lib/time.ts'
import type { Operator } from './ast.ts'
import type { Bound, Test } from './predicate.ts'

type ReadNumber = (word: string) => string | null
type ReadDate = (word: string) => Interval | null

/** The word as JSON number text; null where JSON's grammar or the range of doubles does not allow it. */
export function readNumberText(word: string): string | null {
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(word) && Number.isFinite(Number(word)) ? word : null
}

const UNITS = new Map([
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
])

/** A number of bytes, plain or with a unit (`2MB`, `1.5GiB`), as JSON number text. */
export function readSizeText(word: string): string | null {
  const match = /^([^a-z]+)([kmg]?i?b)$/i.exec(word)
  const factor = UNITS.get(match?.[2]?.toLowerCase() ?? '')
  const number = readNumberText(match?.[1] ?? word)
  if (number === null || !match) return number
  return factor === undefined ? null : String(Number((Number(number) * factor).toPrecision(15)))
}

/** The test for a number or a range of numbers; null if the word is neither. */
export function readNumberTest(operator: Operator, word: string, read: ReadNumber): Test | null {
  const text = read(word)
  switch (operator) {
    case '>':
    case '>=':
      return text === null ? null : { kind: 'range', from: { text, isInclusive: operator === '>=' } }
    case '<':
    case '<=':
      return text === null ? null : { kind: 'range', to: { text, isInclusive: operator === '<=' } }
  }
  return text === null ? readNumberRange(word, read) : { kind: 'number', text }
}

function readNumberRange(word: string, read: ReadNumber): Test | null {
  const range = splitRange(word)
  if (!range) return null
  const [from, to] = range.map((bound) => (bound === '' ? undefined : read(bound)))
  if (from === null || to === null) return null
  const bound = (text: string): Bound => ({ text, isInclusive: true })
  return { kind: 'range', ...(from !== undefined && { from: bound(from) }), ...(to !== undefined && { to: bound(to) }) }
}

/** The test for a date or a range of dates; null if the word is neither. */
export function readInstantTest(operator: Operator, word: string, read: ReadDate): Test | null {
  const date = read(word)
  switch (operator) {
    case '>':
      return date && { kind: 'instant', from: date.to }
    case '>=':
      return date && { kind: 'instant', from: date.from }
    case '<':
      return date && { kind: 'instant', to: date.from }
    case '<=':
      return date && { kind: 'instant', to: date.to }
  }
  if (!date) return readInstantRange(word, read)
  return { kind: 'instant', from: date.from, ...(!isRelativeDate(word) && { to: date.to }) }
}

function readInstantRange(word: string, read: ReadDate): Test | null {
  const range = splitRange(word)
  if (!range) return null
  const [from, to] = range.map((bound) => (bound === '' ? undefined : read(bound)))
  if (from === null || to === null) return null
  return { kind: 'instant', ...(from && { from: from.from }), ...(to && { to: to.to }) }
}

/** The bounds of a word that may be a range (`10..20`, `10..`, `..20`); an open bound is ''. */
export function splitRange(word: string): [from: string, to: string] | null {
  const at = word.indexOf('..')
  if (at < 0 || word.length === 2 || at !== word.lastIndexOf('..')) return null
  return [word.slice(0, at), word.slice(at + 2)]
}

/** Whether no value can pass, because the range ends before it begins. */
export function isEmptyRange(test: Test): boolean {
  if (test.kind === 'instant') return test.from !== undefined && test.to !== undefined && test.from >= test.to
  if (test.kind !== 'range' || !test.from || !test.to) return false
  return compareNumbers(readNumber(test.from.text), readNumber(test.to.text)) > 0
}

/** The number a person most likely meant (`.5`, `+5`, `007`, `80%`), as text that can be read; else undefined. */
export function meantNumber(word: string): string | undefined {
  const digits = /^\+?(-?\d*\.?\d+)%?$/.exec(word)?.[1]
  return digits === undefined ? undefined : String(Number(digits))
}

/** The date a person most likely meant (`2026/5/1`, `2d`), as text that may be readable; else undefined. */
export function meantDate(word: string): string | undefined {
  if (isRelativeDate(`-${word}`)) return `-${word}`
  const match = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$/.exec(word)
  return match
    ?.slice(1)
    .filter(Boolean)
    .map((part) => part.padStart(2, '0'))
    .join('-')
}
