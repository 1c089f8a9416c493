/**
 * Tests of a predicate (shared/query/predicate.ts) made ready for columns: texts as bytes, numbers as inclusive ranges.
 * A test runs once per dictionary entry and gives `pass` by code; a scan then only looks codes up.
 */
import { compareNumbers, readNumber, type BigInteger } from '../../../shared/domain/scalar.ts'
import { readInstant } from '../../../shared/lib/time.ts'
import type { Bound, Test } from '../../../shared/query/predicate.ts'
import { KIND, numberAt, type Dictionary } from './dictionary.ts'
import { byteParts, equalsBytes, matchBytes, type BytePart } from './text-match.ts'
import { search } from './text-search.ts'
import { createSpan, needleOf, spanOf, textAt, type Texts } from './texts.ts'
import type { Steps } from './lane.ts'

type Range = readonly [low: number, high: number]

export type CompiledTests = {
  readonly texts: readonly Uint8Array[]
  readonly patterns: readonly (readonly BytePart[])[]
  /** Needles of patterns that are nothing but `*needle*`. */
  readonly needles: readonly Uint8Array[]
  /** [from, to) for date strings. */
  readonly dates: readonly Range[]
  /** Inclusive, for plain numbers. */
  readonly ranges: readonly Range[]
  /** The same for integers that only digits can hold. */
  readonly passesBig: (value: BigInteger) => boolean
  readonly booleans: readonly boolean[]
}

/** Instants are numbers in fields such as `taken`, and date strings in metadata. */
export function compileTests(tests: readonly Test[], areInstantsNumbers: boolean): CompiledTests {
  const of = <K extends Test['kind']>(kind: K) => tests.filter((test) => test.kind === kind) as (Test & { kind: K })[]
  const instants = of('instant').map(({ from = -Infinity, to = Infinity }): Range => [from, to])
  const numeric = [...of('range'), ...of('number').map(exactly)]
  const patterns = of('pattern').map(({ parts }) => byteParts(parts))
  return {
    texts: of('text').map(({ text }) => needleOf(text)),
    patterns: patterns.filter((parts) => needleIn(parts) === null),
    needles: patterns.map(needleIn).filter((needle) => needle !== null),
    dates: areInstantsNumbers ? [] : instants,
    ranges: [
      ...numeric.map(({ from, to }): Range => [lowest(from), highest(to)]),
      ...(areInstantsNumbers ? instants.map(([from, to]): Range => [from, nextBelow(to)]) : []),
    ],
    passesBig: (value) => numeric.some(({ from, to }) => isAbove(value, from) && isBelow(value, to)),
    booleans: of('boolean').map(({ value }) => value),
  }
}

/** By code 1 if the entry passes, a list if any member does; pass[0] = 0. */
export function* passesOf(dictionary: Dictionary, compiled: CompiledTests): Steps<Uint8Array> {
  const { kinds, refs, count } = dictionary
  const pass = new Uint8Array(count + 1)
  const textHits = hasTextTests(compiled) ? yield* textPasses(dictionary.texts, compiled) : null
  for (let code = 1; code <= count; code += 1) {
    const kind = kinds[code]
    if (kind === KIND.text) {
      if (textHits !== null) pass[code] = textHits[refs[code]!]!
    } else if (kind !== KIND.list) pass[code] = Number(passesOther(dictionary, code, compiled))
  }
  passLists(dictionary, pass)
  return pass
}

/** Gives lists what their members have. */
export function passLists({ kinds, refs, count, members, listStarts, listCount }: Dictionary, pass: Uint8Array): void {
  if (listCount === 0) return
  for (let code = 1; code <= count; code += 1) {
    if (kinds[code] !== KIND.list) continue
    const end = listStarts[refs[code]! + 1]!
    for (let i = listStarts[refs[code]!]!; i < end; i += 1) pass[code]! |= pass[members[i]!]!
  }
}

/** By text 1 if it passes one of the text tests. */
export function* textPasses(texts: Texts, compiled: CompiledTests): Steps<Uint8Array> {
  const hits = new Uint8Array(texts.count)
  for (const needle of compiled.needles) {
    const found = yield* search(texts, needle)
    for (let i = 0; i < hits.length; i += 1) hits[i]! |= found[i]!
  }
  if (compiled.texts.length + compiled.patterns.length + compiled.dates.length === 0) return hits
  const dates = compiled.dates.length > 0 ? yield* datesOf(texts) : null
  const span = createSpan()
  for (let i = 0; i < hits.length; i += 1) {
    if ((i & 0x3fff) === 0x3fff) yield
    spanOf(texts, i, span)
    if (
      compiled.texts.some((text) => equalsBytes(span, text)) ||
      compiled.patterns.some((parts) => matchBytes(parts, span)) ||
      (dates !== null && compiled.dates.some(([from, to]) => dates[i]! >= from && dates[i]! < to))
    )
      hits[i] = 1
  }
  return hits
}

type DateCache = { readonly count: number; readonly dates: Float64Array }
const dateCache = new WeakMap<Texts, DateCache>()

/** Start of every text that is an ISO date, in epoch ms; NaN for all others. Remembered, because reading dates is slow. */
function* datesOf(texts: Texts): Steps<Float64Array> {
  const known = dateCache.get(texts)
  if (known?.count === texts.count) return known.dates
  const dates = new Float64Array(texts.count)
  if (known) dates.set(known.dates)
  for (let i = known?.count ?? 0; i < texts.count; i += 1) {
    if ((i & 0xfff) === 0xfff) yield
    dates[i] = startsWithDigit(texts, i) ? (readInstant(textAt(texts, i))?.from ?? Number.NaN) : Number.NaN
  }
  dateCache.set(texts, { count: texts.count, dates })
  return dates
}

function startsWithDigit({ bytes, starts }: Texts, index: number): boolean {
  const first = bytes[starts[index]!]!
  return starts[index + 1]! > starts[index]! && first >= 48 && first <= 57
}

function hasTextTests({ texts, patterns, needles, dates }: CompiledTests): boolean {
  return texts.length + patterns.length + needles.length + dates.length > 0
}

function passesOther(dictionary: Dictionary, code: number, { booleans, ranges, passesBig }: CompiledTests): boolean {
  if (dictionary.kinds[code] === KIND.boolean) return booleans.includes(dictionary.refs[code] === 1)
  const value = numberAt(dictionary, code)
  if (typeof value === 'object') return value !== null && passesBig(value)
  return ranges.some(([low, high]) => value >= low && value <= high)
}

function exactly({ text }: { text: string }): { from: Bound; to: Bound } {
  return { from: { text, isInclusive: true }, to: { text, isInclusive: true } }
}

function needleIn(parts: readonly BytePart[]): Uint8Array | null {
  const [first, needle, last] = parts
  return parts.length === 3 && first === null && last === null && needle instanceof Uint8Array ? needle : null
}

function lowest(bound: Bound | undefined): number {
  if (!bound) return -Infinity
  const value = readNumber(bound.text)
  // Past every plain number: a range from there on holds none (NaN), or all.
  if (typeof value === 'object') return value.digits.startsWith('-') ? -Infinity : Number.NaN
  return bound.isInclusive ? value : nextAbove(value)
}

function highest(bound: Bound | undefined): number {
  if (!bound) return Infinity
  const value = readNumber(bound.text)
  if (typeof value === 'object') return value.digits.startsWith('-') ? Number.NaN : Infinity
  return bound.isInclusive ? value : nextBelow(value)
}

function isAbove(value: BigInteger, bound: Bound | undefined): boolean {
  if (!bound) return true
  const order = compareNumbers(value, readNumber(bound.text))
  return bound.isInclusive ? order >= 0 : order > 0
}

function isBelow(value: BigInteger, bound: Bound | undefined): boolean {
  if (!bound) return true
  const order = compareNumbers(value, readNumber(bound.text))
  return bound.isInclusive ? order <= 0 : order < 0
}

const double = new Float64Array(1)
const doubleBits = new BigInt64Array(double.buffer)

/** The next larger double. */
function nextAbove(value: number): number {
  if (value === Infinity || Number.isNaN(value)) return Number.NaN
  if (value === 0) return Number.MIN_VALUE
  double[0] = value
  doubleBits[0]! += value > 0 ? 1n : -1n
  return double[0]
}

function nextBelow(value: number): number {
  // Subtle: an open end stays open.
  return value === Infinity ? Infinity : -nextAbove(-value)
}
