/** One filter of the tree as a predicate: its field decides how its values are read. */
import { findField, isLaterWord, METADATA_PREFIX, operatorsOf, type Field } from '../domain/fields.ts'
import { foldText } from '../lib/text.ts'
import { readDateLiteral, readInstant } from '../lib/time.ts'
import type { Filter, Span, Value } from './ast.ts'
import { checkMetadata } from './check-metadata.ts'
import { checkKeyBelow, columnSource, failLater, failUnknownField, warn, type Context } from './check-names.ts'
import { fail } from './failure.ts'
import { matchParts, parsePathGlob } from './glob.ts'
import { meantDate, readInstantTest, readNumberTest, readNumberText, readSizeText } from './literals.ts'
import { nearest } from './nearest.ts'
import type { Predicate, Test } from './predicate.ts'
import { combine, either, isAnything, isComparison, meantValue, noteEmpty, textTest, type Wanted } from './values.ts'
import { foldParts, readParts, readPlain } from './word.ts'

/** The predicate of a filter; fails with the first thing wrong in it. */
export function checkFilter(filter: Filter, context: Context): Predicate {
  const found = findField(filter.field)
  if (!found) return failUnknownField(filter, context)
  if (found.kind === 'later') return failLater(found.name, filter.fieldSpan)
  const positive =
    found.kind === 'metadata' ? checkMetadata(found.key, filter, context) : checkField(found.field, filter, context)
  return filter.operator === '!=' ? { kind: 'not', of: positive } : positive
}

function checkField(field: Field, filter: Filter, context: Context): Predicate {
  const { operator, operatorSpan, values } = filter
  if (!(operatorsOf(field) as readonly string[]).includes(operator)) {
    fail(operatorSpan, `${field.name} takes ${operatorsOf(field).join(' and ')}, not ${operator}.`, ':')
  }
  if (field.kind === 'path') return either(values.map((value) => readPath(value, context)))
  const source = columnSource(field.column)
  if (field.kind === 'bound') return { kind: 'some', source, tests: [readBound(field, values)] }
  return combine(
    source,
    values.map((value) => readFieldValue(field, value, filter, context)),
  )
}

function readFieldValue(field: Field, value: Value, filter: Filter, context: Context): Wanted {
  const source = columnSource(field.column)
  if (isAnything(value) && filter.values.length >= 1 && !/[<>]/.test(filter.operator))
    return { kind: 'present', source }
  if (field.kind === 'word') return readFixedWord(field, value, filter, context)
  if (field.kind === 'instant') return [noteEmpty(readDate(field, value, filter, context), value, context)]
  if (field.kind === 'text') return readTextValue(field.name, value)
  return [noteEmpty(readAmount(field, value, filter), value, context)]
}

function readAmount(field: Field, value: Value, { operator }: Filter): Test {
  const test = value.isQuoted
    ? null
    : readNumberTest(operator, value.raw, field.kind === 'size' ? readSizeText : readNumberText)
  if (test) return test
  const examples = field.kind === 'size' ? 'a size such as 2MB or 1MB..2MB' : 'a number or a range such as 10..20'
  return fail(
    value,
    `${field.name} takes ${isComparison(operator) ? examples.replace(/ or .*/, '') : examples}.`,
    meantValue(value),
  )
}

function readBound(field: Field, values: Filter['values']): Test {
  const [value, second] = values
  if (second) fail(second, `${field.name} takes one number.`)
  const text = value.isQuoted ? null : readNumberText(value.raw)
  if (text === null) return fail(value, `${field.name} takes one number.`, meantValue(value))
  return { kind: 'range', [field.name.startsWith('min-') ? 'from' : 'to']: { text, isInclusive: true } }
}

function readDate(field: Field, value: Value, { operator }: Filter, context: Context): Test {
  const word = value.isQuoted ? (readPlain(value) ?? '') : value.raw
  const test = readInstantTest(operator, word, (text) => readDateLiteral(text, context.now))
  if (test) return test
  const meant = meantDate(word)
  const suggestion = meant !== undefined && (meant.startsWith('-') || readInstant(meant)) ? meant : undefined
  const range = isComparison(operator) ? '' : ' or a range such as 2026-05-01..2026-05-07'
  return fail(value, `${field.name} takes a date such as 2026-05-01, today or -2d${range}.`, suggestion)
}

const OTHER_NAMES: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff' }

function readTextValue(field: string, value: Value): Wanted {
  const test = textTest(value)
  if (test.kind !== 'text') return [test]
  if (field === 'ext') return [{ kind: 'text', text: test.text.replace(/^\./, '') }]
  const other = field === 'format' ? OTHER_NAMES[test.text] : undefined
  return other === undefined ? [test] : [test, { kind: 'text', text: other }]
}

function readFixedWord(field: Field, value: Value, filter: Filter, context: Context): Wanted {
  const words = (field.words ?? []).filter((word) => !isLaterWord(field.name, word))
  const plain = readPlain(value)
  const parts = foldParts(readParts(value))
  if (plain === null && words.some((word) => matchParts(parts, word))) return [{ kind: 'pattern', parts }]
  const word = foldText(plain ?? value.raw)
  if (words.includes(word)) return [{ kind: 'text', text: word }]
  if (isLaterWord(field.name, word)) failLater(`${field.name}:${word}`, { from: filter.from, to: value.to })
  const key = field.name === 'has' ? /^metadata[.:](.*)$/s.exec(plain ?? '')?.[1] : undefined
  return key === undefined ? failWord(field.name, word, words, value) : readKeyBelow(key, value, context)
}

function failWord(field: string, word: string, words: readonly string[], value: Value): never {
  const near = nearest(word, words) ?? words.find((known) => known.startsWith(word) || word.startsWith(known))
  const known = field === 'has' ? ['metadata.KEY', ...words] : words
  return fail(value, `${field} takes ${known.slice(0, -1).join(', ')} or ${known.at(-1)}.`, near)
}

function readKeyBelow(key: string, value: Value, context: Context): Predicate {
  const from = value.from + METADATA_PREFIX.length + (value.isQuoted ? 1 : 0)
  const span: Span = { from: Math.min(from, value.to), to: value.to - (value.isQuoted ? 1 : 0) }
  checkKeyBelow(key, span, context)
  return { kind: 'presentBelow', key }
}

function readPath(value: Value, context: Context): Predicate {
  // Subtle: between quotes a backslash before an ordinary character is a character (word.ts), to the glob an escape.
  const raw = value.isQuoted
    ? value.raw.replace(/\\(?!["\\*?])|\\./gs, (match) => (match === '\\' ? '\\\\' : match))
    : value.raw
  const glob = parsePathGlob(raw)
  const name = readPlain(value)
  if (name !== null && !name.endsWith('/') && !/\.[^./]+$/.test(name)) {
    const folder = value.isQuoted ? `"${value.raw}/"` : `${value.raw}/`
    warn(
      context,
      value,
      `This finds one file of exactly this name. For everything below a folder end it with /.`,
      folder,
    )
  }
  return { kind: 'path', glob }
}
