/** What the columns know about keys, tags and values: counts, types, examples. Kept until the column changes. */
import type { Scalar } from '../../../shared/domain/scalar.ts'
import { compareText } from '../../../shared/lib/text.ts'
import type { Column } from './column.ts'
import { KIND, scalarAt, type Dictionary } from './dictionary.ts'
import type { Steps } from './lane.ts'
import { columnOf, type Table } from './table.ts'
import { search } from './text-search.ts'
import { needleOf, textAt } from './texts.ts'
import type { KeyStat, TagStat } from './types.ts'

export type ValueCount = { readonly text: string; readonly images: number }

/** Keys beyond the most frequent so many are not listed. */
const MOST_KEYS = 10_000
const EXAMPLES = 3

const keysKept = new WeakMap<Table, { readonly revision: number; readonly stats: KeyStat[] }>()

/** Keys that images have, the most frequent first. */
export function* keyStats(table: Table): Steps<readonly KeyStat[]> {
  const known = keysKept.get(table)
  if (known?.revision === table.revision) return known.stats
  const stats: KeyStat[] = []
  for (const [key, column] of table.keys) {
    yield
    if (column.count > 0) stats.push(yield* keyStat(key, column))
  }
  const { keys } = table.rare
  for (const code of frequentRare(table)) {
    yield
    const key = textAt(keys.texts, keys.refs[code]!)
    stats.push(yield* keyStat(key, columnOf(table, key)))
  }
  stats.sort((a, b) => b.images - a.images || compareText(a.key, b.key))
  keysKept.set(table, { revision: table.revision, stats: stats.slice(0, MOST_KEYS) })
  return stats.slice(0, MOST_KEYS)
}

/** Codes of the rare keys with the most images; there may be a million keys, but none has many images. */
function frequentRare({ rare: { keys } }: Table): number[] {
  const codes: number[] = []
  for (let code = 1; code <= keys.count; code += 1) if (keys.totals[code] !== 0) codes.push(code)
  return mostFrequent(codes, keys.totals, MOST_KEYS)
}

/** Tags that images have, the most frequent first. */
export function tagStats(table: Table): TagStat[] {
  const { dictionary } = table.tag
  const totals = memberTotals(table.tag)
  const stats: TagStat[] = []
  for (let code = 1; code <= dictionary.count; code += 1) {
    if (dictionary.kinds[code] !== KIND.text || totals[code] === 0) continue
    stats.push({ tag: textAt(dictionary.texts, dictionary.refs[code]!), images: totals[code]! })
  }
  return stats.sort((a, b) => b.images - a.images || compareText(a.tag, b.tag))
}

/** The most frequent scalars of a column as JSON texts; with `needle` only texts that hold it and all other kinds. */
export function* topValues(column: Column, limit: number, needle = ''): Steps<ValueCount[]> {
  const { dictionary } = column
  const totals = memberTotals(column)
  const hits = needle === '' ? null : yield* search(dictionary.texts, needleOf(needle))
  const found: number[] = []
  for (let code = 1; code <= dictionary.count; code += 1) {
    const kind = dictionary.kinds[code]
    if (kind === KIND.list || totals[code] === 0) continue
    if (kind === KIND.text && hits !== null && hits[dictionary.refs[code]!] === 0) continue
    found.push(code)
  }
  return mostFrequent(found, totals, limit).map((code) => ({
    text: scalarText(scalarAt(dictionary, code)),
    images: totals[code]!,
  }))
}

/** The codes with the highest totals, highest first; equal ones by code. */
export function mostFrequent(codes: number[], totals: Uint32Array, limit: number): number[] {
  const best = codes.length > 4 * limit ? upTo(limit, codes, totals) : codes
  return best.sort((a, b) => totals[b]! - totals[a]! || a - b).slice(0, limit)
}

const totalsKept = new WeakMap<Column, { readonly version: number; readonly totals: Uint32Array }>()

/** By code how many images have the scalar, alone or in a list. */
function memberTotals(column: Column): Uint32Array {
  const known = totalsKept.get(column)
  if (known?.version === column.version) return known.totals
  const totals = column.dictionary.totals.slice(0, column.dictionary.count + 1)
  spreadLists(column.dictionary, totals)
  totalsKept.set(column, { version: column.version, totals })
  return totals
}

/** Adds the count of every list to its members. */
export function spreadLists(dictionary: Dictionary, counts: Uint32Array): void {
  if (dictionary.listCount === 0) return
  const { kinds, refs, listStarts, members, count } = dictionary
  for (let code = 1; code <= count; code += 1) {
    if (kinds[code] !== KIND.list || counts[code] === 0) continue
    const end = listStarts[refs[code]! + 1]!
    for (let i = listStarts[refs[code]!]!; i < end; i += 1) counts[members[i]!]! += counts[code]!
  }
}

export function scalarText(value: Scalar): string {
  if (typeof value === 'object') return value.digits
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

const statsKept = new WeakMap<Column, { readonly version: number; readonly stat: KeyStat }>()

function* keyStat(key: string, column: Column): Steps<KeyStat> {
  const known = statsKept.get(column)
  if (known?.version === column.version) return known.stat
  const stat = { key, images: column.count, types: typesOf(column), examples: yield* examplesOf(column) }
  statsKept.set(column, { version: column.version, stat })
  return stat
}

const TYPE_NAMES = { 1: 'boolean', 2: 'number', 3: 'number', 4: 'string', 5: 'list' } as const

function typesOf({ dictionary, count }: Column): KeyStat['types'] {
  const types: Partial<Record<'string' | 'number' | 'boolean' | 'list', number>> = {}
  let inDictionary = 0
  for (let code = 1; code <= dictionary.count; code += 1) {
    const total = dictionary.totals[code]!
    if (total === 0) continue
    const name = TYPE_NAMES[dictionary.kinds[code] as 1 | 2 | 3 | 4 | 5]
    types[name] = (types[name] ?? 0) + total
    inDictionary += total
  }
  if (count > inDictionary) types.number = (types.number ?? 0) + count - inDictionary
  return types
}

function* examplesOf(column: Column): Steps<string[]> {
  const examples = (yield* topValues(column, EXAMPLES)).map(({ text }) => text)
  for (const value of column.floats ?? []) {
    if (examples.length >= EXAMPLES) break
    if (!Number.isNaN(value) && !examples.includes(String(value))) examples.push(String(value))
  }
  return examples
}

/** The codes with the highest totals in their order, those that tie with the last one as far as there is room. */
function upTo(limit: number, codes: readonly number[], totals: Uint32Array): number[] {
  const sorted = new Uint32Array(codes.length)
  for (let i = 0; i < codes.length; i += 1) sorted[i] = totals[codes[i]!]!
  sorted.sort()
  const least = sorted[sorted.length - limit]!
  let room = limit
  for (let i = sorted.length - 1; i >= 0 && sorted[i]! > least; i -= 1) room -= 1
  return codes.filter((code) => {
    if (totals[code] !== least) return totals[code]! > least
    room -= 1
    return room >= 0
  })
}
