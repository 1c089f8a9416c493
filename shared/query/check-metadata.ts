/**
 * Values of metadata keys: one key may hold strings, numbers and booleans, so a word asks for all it can mean.
 *
 * `95` asks for the number and the string, `"95"` for the string only; comparisons and ranges take numbers or dates.
 */
import { METADATA_PREFIX } from '../domain/fields.ts'
import { readDateLiteral, type Interval } from '../lib/time.ts'
import type { Filter, Operator, Value } from './ast.ts'
import { checkKey, type Context } from './check-names.ts'
import { fail } from './failure.ts'
import { readInstantTest, readNumberTest, readNumberText, splitRange } from './literals.ts'
import type { Predicate, Source, Test } from './predicate.ts'
import { combine, isAnything, isComparison, meantValue, noteEmpty, textTest, type Wanted } from './values.ts'
import { readPlain } from './word.ts'

type ReadDate = (word: string) => Interval | null

/** The predicate of `metadata.KEY op value`, `!=` taken for `=`. */
export function checkMetadata(key: string, filter: Filter, context: Context): Predicate {
  const { operator, fieldSpan, values } = filter
  const from = Math.min(fieldSpan.to, fieldSpan.from + METADATA_PREFIX.length)
  const source = checkKey(key, { from, to: fieldSpan.to }, context)
  const readDate: ReadDate = (word) => readDateLiteral(word, context.now)
  const wanted = values.map((value) => {
    if (isComparison(operator)) return [readComparison(operator, value, readDate, context)]
    return readEqual(source, value, readDate, context)
  })
  return combine(source, wanted)
}

function readComparison(operator: Operator, value: Value, readDate: ReadDate, context: Context): Test {
  const number = value.isQuoted ? null : readNumberTest(operator, value.raw, readNumberText)
  const date = value.isQuoted ? (readPlain(value) ?? '') : value.raw
  const test = number ?? readInstantTest(operator, date, readDate)
  if (test) return test
  const shown = context.text.slice(value.from, value.to)
  return fail(value, `After ${operator} comes a number or a date; ${shown} is neither.`, meantValue(value))
}

function readEqual(source: Source, value: Value, readDate: ReadDate, context: Context): Wanted {
  if (isAnything(value)) return { kind: 'present', source }
  if (value.isQuoted) return [textTest(value)]
  const { raw } = value
  const number = readNumberTest(':', raw, readNumberText)
  if (number?.kind === 'number') return [number, textTest(value)]
  if (/^(true|false)$/i.test(raw)) return [{ kind: 'boolean', value: raw.toLowerCase() === 'true' }, textTest(value)]
  const range = number ?? readDateRange(value, readDate)
  return [range ? noteEmpty(range, value, context) : textTest(value)]
}

function readDateRange(value: Value, readDate: ReadDate): Test | null {
  const bounds = splitRange(value.raw)
  if (!bounds) return null
  const test = readInstantTest(':', value.raw, readDate)
  const isReadable = (bound: string) => bound !== '' && (readNumberText(bound) !== null || readDate(bound) !== null)
  if (!test && bounds.every(isReadable)) fail(value, 'A range goes from number to number or from date to date.')
  return test
}
