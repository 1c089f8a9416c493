/** How many images a query may concern although what it asks about them is not measured yet. */
import type { CheckedQuery, Predicate, SortKey } from '../../../shared/query/predicate.ts'
import { matchParts } from '../../../shared/query/glob.ts'
import { FLAGS } from '../db/index.ts'
import { andInto, countBits, wordsFor, type Bits } from './bits.ts'
import { evaluate } from './evaluate.ts'
import { MEASURED_FIELDS, MEASURED_WORDS } from './fields.ts'
import { scanCodes } from './kernels.ts'
import type { Steps } from './lane.ts'
import { liveBits, type Table } from './table.ts'

/** Counts them among the images that fulfil all other top-level terms; 0 for a query that needs no measuring. */
export function* countUnmeasured(table: Table, query: CheckedQuery, within: Bits | null): Steps<number> {
  const terms = query.where.kind === 'and' ? query.where.of : [query.where]
  const others = terms.filter((term) => !isMeasured(term))
  if (others.length === terms.length && !query.order.some(isMeasuredKey)) return 0
  const bits = unmeasuredBits(table)
  if (within) andInto(bits, within)
  if (countBits(bits) === 0) return 0
  andInto(bits, yield* evaluate(table, { kind: 'and', of: others }))
  return countBits(bits)
}

/** Live images that no codec has measured. */
export function unmeasuredBits(table: Table): Bits {
  const { dictionary, codes } = table.fields.flags
  const pass = new Uint8Array(dictionary.count + 1)
  for (let code = 1; code < pass.length; code += 1) {
    pass[code] = Number((dictionary.numbers[dictionary.refs[code]!]! & FLAGS.measured) === 0)
  }
  const bits = new Uint32Array(wordsFor(table.count))
  scanCodes(codes, pass, bits, table.count)
  andInto(bits, liveBits(table))
  return bits
}

function isMeasured(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of.some(isMeasured)
    case 'not':
      return isMeasured(predicate.of)
    case 'present':
      return predicate.source.kind === 'field' && isMeasuredField(predicate.source.name)
    case 'some':
      return predicate.source.kind === 'field' && isMeasuredTest(predicate.source.name, predicate)
    default:
      return false
  }
}

function isMeasuredTest(field: string, { tests }: Extract<Predicate, { kind: 'some' }>): boolean {
  if (field !== 'is' && field !== 'has') return MEASURED_FIELDS.includes(field)
  return tests.some((test) => {
    if (test.kind === 'text') return MEASURED_WORDS.includes(test.text)
    return test.kind === 'pattern' && MEASURED_WORDS.some((word) => matchParts(test.parts, word))
  })
}

function isMeasuredField(name: string): boolean {
  return name === 'is' || name === 'has' || MEASURED_FIELDS.includes(name)
}

function isMeasuredKey({ source }: SortKey): boolean {
  return source.kind === 'field' && MEASURED_FIELDS.includes(source.name)
}
