/**
 * The order of a dictionary's values: booleans, numbers, texts (compareScalars of shared/domain/scalar.ts); a list
 * stands where its first member does. Kept until the dictionary grows.
 */
import { compareNumbers, type BigInteger } from '../../../shared/domain/scalar.ts'
import { KIND, membersOf, numberAt, type Dictionary } from './dictionary.ts'
import { sortSlots, type Compare } from './merge-sort.ts'
import { compareFoldedSpans, compareSpelling } from './text-match.ts'
import { createSpan, spanOf } from './texts.ts'
import type { Steps } from './lane.ts'

export type Ranks = {
  readonly count: number
  /** By code, from 1; equal for a value and a list that begins with it. */
  readonly rank: Uint32Array
  readonly highest: number
}

const kept = new WeakMap<Dictionary, { readonly plain?: Ranks; readonly merged?: Ranks }>()

/** Ranks by code. With `areNumbersEqual` all plain numbers share one, for columns that hold their numbers apart. */
export function* ranksOfCodes(dictionary: Dictionary, areNumbersEqual: boolean): Steps<Ranks> {
  const name = areNumbersEqual ? 'merged' : 'plain'
  const known = kept.get(dictionary)?.[name]
  if (known?.count === dictionary.count) return known
  const ranks = yield* rankCodes(dictionary, areNumbersEqual)
  kept.set(dictionary, { ...kept.get(dictionary), [name]: ranks })
  return ranks
}

/** Rank of plain numbers where they are all equal: after booleans and negative big integers. */
export function rankOfNumbers(dictionary: Dictionary, ranks: Ranks): number {
  let below = 0
  for (let code = 1; code <= dictionary.count; code += 1) {
    const kind = dictionary.kinds[code]
    if (kind === KIND.boolean || isNegativeBig(dictionary, code)) below = Math.max(below, ranks.rank[code]!)
  }
  return below + 1
}

function* rankCodes(dictionary: Dictionary, areNumbersEqual: boolean): Steps<Ranks> {
  const { count, kinds } = dictionary
  const scalars = new Uint32Array(count)
  let length = 0
  for (let code = 1; code <= count; code += 1) if (kinds[code] !== KIND.list) scalars[length++] = code
  const compare = createCompare(dictionary, areNumbersEqual)
  const sorted = yield* sortSlots(scalars.subarray(0, length), compare)
  const rank = new Uint32Array(count + 1)
  let place = 0
  // A place stays free for plain numbers that only the floats hold.
  let hasNumbers = !areNumbersEqual
  for (let i = 0; i < length; i += 1) {
    const code = sorted[i]!
    if (i === 0 || compare(sorted[i - 1]!, code) !== 0) place += 1
    if (!hasNumbers && (kinds[code] === KIND.number || isAboveNumbers(dictionary, code))) {
      hasNumbers = true
      if (kinds[code] !== KIND.number) place += 1
    }
    rank[code] = place
  }
  for (let code = 1; code <= count; code += 1) {
    if (kinds[code] === KIND.list) rank[code] = rank[membersOf(dictionary, code)[0]!]!
  }
  return { count, rank, highest: place + 1 }
}

function createCompare(dictionary: Dictionary, areNumbersEqual: boolean): Compare {
  const { kinds, refs, texts } = dictionary
  const spanA = createSpan()
  const spanB = createSpan()
  return (a, b) => {
    const order = typeOf(kinds[a]!) - typeOf(kinds[b]!)
    if (order !== 0) return order
    if (kinds[a] === KIND.boolean) return refs[a]! - refs[b]!
    if (kinds[a] === KIND.text) {
      const folded = compareFoldedSpans(spanOf(texts, refs[a]!, spanA), spanOf(texts, refs[b]!, spanB))
      return folded || compareSpelling(texts, refs[a]!, refs[b]!)
    }
    if (areNumbersEqual && kinds[a] === KIND.number && kinds[b] === KIND.number) return 0
    return compareNumbers(
      numberAt(dictionary, a) as number | BigInteger,
      numberAt(dictionary, b) as number | BigInteger,
    )
  }
}

function typeOf(kind: number): number {
  return kind === KIND.boolean ? 0 : kind === KIND.text ? 2 : 1
}

function isAboveNumbers(dictionary: Dictionary, code: number): boolean {
  const kind = dictionary.kinds[code]
  return kind === KIND.text || (kind === KIND.big && !isNegativeBig(dictionary, code))
}

function isNegativeBig(dictionary: Dictionary, code: number): boolean {
  if (dictionary.kinds[code] !== KIND.big) return false
  return dictionary.texts.bytes[dictionary.texts.starts[dictionary.refs[code]!]!] === 45
}
