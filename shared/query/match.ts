/**
 * What a checked query means, for one image at a time: the plain reference that the column engine is tested against.
 *
 * Order: the sort keys, values missing last in both directions, a list by its first element; then root and path, both
 * natural, whatever the direction.
 */
import { compareNumbers, compareScalars, readNumber, type Scalar } from '../domain/scalar.ts'
import { compareNatural } from '../lib/natural.ts'
import { foldText } from '../lib/text.ts'
import { readInstant } from '../lib/time.ts'
import { matchGlob, matchParts } from './glob.ts'
import type { Predicate, SortKey, Source, Test } from './predicate.ts'
import type { MatchRecord } from './record.ts'

/** Whether the image fulfils the predicate. */
export function matches(where: Predicate, record: MatchRecord): boolean {
  switch (where.kind) {
    case 'all':
      return true
    case 'and':
      return where.of.every((member) => matches(member, record))
    case 'or':
      return where.of.some((member) => matches(member, record))
    case 'not':
      return !matches(where.of, record)
    case 'present':
      return valuesOf(where.source, record).length > 0
    case 'some':
      return valuesOf(where.source, record).some((value) =>
        where.tests.some((test) => passes(test, value, where.source)),
      )
    case 'presentBelow':
      return record.values
        .entries()
        .some(([key, values]) => (key === where.key || key.startsWith(`${where.key}.`)) && values.length > 0)
    case 'path':
      return matchGlob(where.glob, foldText(record.path))
    case 'text':
      return searchedTexts(record).some((text) => foldText(text).includes(where.needle))
  }
}

/** Orders two images; negative, zero or positive. */
export function compareRecords(order: readonly SortKey[], a: MatchRecord, b: MatchRecord): number {
  for (const { source, isDescending } of order) {
    const result = compareBy(source, isDescending, a, b)
    if (result !== 0) return result
  }
  return compareNatural(a.root, b.root) || compareNatural(a.path, b.path)
}

function compareBy(source: SortKey['source'], isDescending: boolean, a: MatchRecord, b: MatchRecord): number {
  const sign = isDescending ? -1 : 1
  if (source.kind === 'path') return sign * compareNatural(a.path, b.path)
  const [x] = valuesOf(source, a)
  const [y] = valuesOf(source, b)
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
  return sign * compareScalars(x, y)
}

function valuesOf(source: Source, record: MatchRecord): readonly Scalar[] {
  return source.kind === 'field' ? record.fields[source.name] : (record.values.get(source.key) ?? [])
}

function searchedTexts({ path, fields, values }: MatchRecord): string[] {
  const scalars = [...fields.filename, ...fields.tag, ...[...values.values()].flat()]
  return [path, ...scalars.filter((value) => typeof value === 'string')]
}

function passes(test: Test, value: Scalar, source: Source): boolean {
  switch (test.kind) {
    case 'text':
      return typeof value === 'string' && foldText(value) === test.text
    case 'pattern':
      return typeof value === 'string' && matchParts(test.parts, foldText(value))
    case 'boolean':
      return value === test.value
    case 'number':
      return isNumber(value) && compareNumbers(value, readNumber(test.text)) === 0
    case 'range':
      return isNumber(value) && isInRange(test, value)
    case 'instant':
      return isInside(test, instantOf(value, source))
  }
}

function isNumber(value: Scalar): value is Exclude<Scalar, string | boolean> {
  return typeof value === 'number' || typeof value === 'object'
}

function isInRange({ from, to }: Extract<Test, { kind: 'range' }>, value: Exclude<Scalar, string | boolean>): boolean {
  const above = from ? compareNumbers(value, readNumber(from.text)) : 1
  const below = to ? compareNumbers(value, readNumber(to.text)) : -1
  return (
    (above > 0 || (above === 0 && from?.isInclusive === true)) &&
    (below < 0 || (below === 0 && to?.isInclusive === true))
  )
}

/** Fields hold instants as numbers, metadata holds them as ISO texts; null = no instant. */
function instantOf(value: Scalar, source: Source): number | null {
  if (source.kind === 'field') return typeof value === 'number' ? value : null
  return typeof value === 'string' ? (readInstant(value)?.from ?? null) : null
}

function isInside({ from = -Infinity, to = Infinity }: { from?: number; to?: number }, at: number | null): boolean {
  return at !== null && at >= from && at < to
}
