/**
 * How often every value of every field stands among the images of a result.
 *
 * Where more than half of all images match, the others are counted and taken from the totals. Slots are visited in
 * ascending order, whatever the order of the result, because that is the order of the columns in memory.
 */
import type { Codes } from './arrays.ts'
import { andInto, complementInto, countBits, hasBit, slotsOf, wordsFor, type Bits } from './bits.ts'
import type { Column } from './column.ts'
import { KIND, scalarAt } from './dictionary.ts'
import { COLUMN_FIELDS } from './fields.ts'
import { countCodes } from './kernels.ts'
import type { Steps } from './lane.ts'
import { mostFrequent, scalarText, spreadLists } from './stats.ts'
import { columnOf, liveBits, rootOfFolder, type Table } from './table.ts'
import { textAt } from './texts.ts'
import type { Facet } from './types.ts'

/** Most frequent values listed of a field. */
const MOST_VALUES = 100
/** Keys looked at where no fields are named: the most frequent ones. */
const MOST_KEYS = 100
const BINS = 255
const SLOTS_PER_SLICE = 200_000

const FIELDS = [...COLUMN_FIELDS.filter((name) => name !== 'flags' && name !== 'problems'), 'tag', 'root'] as const

/** Facets of a set of images; without `fields` those of all fields and the most frequent keys. */
export function* countFacets(table: Table, hits: Bits, fields?: readonly string[]): Steps<Facet[]> {
  const counted = countedSlots(table, hits)
  const facets: Facet[] = []
  for (const field of fields ?? defaultFields(table)) {
    yield
    const facet = field === 'root' ? countRoots(table, counted) : yield* countField(table, field, counted)
    if (facet) facets.push(facet)
  }
  return facets
}

type Counted = {
  readonly bits: Bits
  readonly slots: Uint32Array
  /** True if these are the images that are not in the result. */
  readonly isComplement: boolean
}

function countedSlots(table: Table, hits: Bits): Counted {
  const live = liveBits(table)
  const bits = new Uint32Array(wordsFor(table.count))
  // Subtle: the set is of when the result was opened; slots may have been added since.
  bits.set(hits)
  andInto(bits, live)
  let total = countBits(bits)
  const isComplement = total * 2 > table.alive
  if (isComplement) {
    complementInto(bits, live)
    total = table.alive - total
  }
  return { bits, slots: slotsOf(bits, total), isComplement }
}

function defaultFields(table: Table): string[] {
  const keys = [...table.keys].sort(([, a], [, b]) => b.count - a.count).slice(0, MOST_KEYS)
  const names: string[] = [...FIELDS, ...keys.map(([key]) => `metadata.${key}`)]
  const { keys: rare } = table.rare
  for (let code = 1; code <= rare.count && names.length < FIELDS.length + MOST_KEYS; code += 1) {
    if (rare.totals[code] !== 0) names.push(`metadata.${textAt(rare.texts, rare.refs[code]!)}`)
  }
  return names
}

function* countField(table: Table, field: string, counted: Counted): Steps<Facet | null> {
  const column = facetColumn(table, field)
  if (!column || column.count === 0) return null
  const { dictionary } = column
  const counts = countColumn(table, column, counted)
  const bins = column.floats ? yield* countBins(column, counted) : []
  let present = bins.reduce((sum, bin) => sum + bin.images, 0)
  for (let code = 1; code < counts.length; code += 1) present += counts[code]!
  if (present === 0) return null
  spreadLists(dictionary, counts)
  const codes: number[] = []
  for (let code = 1; code < counts.length; code += 1) {
    if (counts[code] !== 0 && dictionary.kinds[code] !== KIND.list) codes.push(code)
  }
  const distinct = codes.length
  const values = mostFrequent(codes, counts, MOST_VALUES).map((code) => ({
    text: scalarText(scalarAt(dictionary, code)),
    images: counts[code]!,
  }))
  return { field, present, distinct, values, bins: bins.filter((bin) => bin.images > 0) }
}

/** By code how many of the result's images have it. */
function countColumn(table: Table, column: Column, counted: Counted): Uint32Array {
  const { totals, count } = column.dictionary
  const counts = new Uint32Array(count + 1)
  if (isConstant(table, column)) counts[column.codes[firstLive(table)]!] = counted.slots.length
  else if (column.slots) countSparse(column, counted.bits, counts)
  else countCodes(column.codes, counted.slots, counts)
  counts[0] = 0
  if (!counted.isComplement) return counts
  return counts.map((images, code) => totals[code]! - images)
}

/** Whether all images have the same value, as formats and sizes often are: there is nothing to count. */
function isConstant(table: Table, { dictionary, slots, codes }: Column): boolean {
  return slots === null && table.alive > 0 && dictionary.totals[codes[firstLive(table)]!] === table.alive
}

function firstLive(table: Table): number {
  let word = 0
  while (table.live[word] === 0) word += 1
  return (word << 5) + 31 - Math.clz32(table.live[word]! & -table.live[word]!)
}

function facetColumn(table: Table, field: string): Column | null {
  if (field.startsWith('metadata.')) return columnOf(table, field.slice('metadata.'.length))
  if (field === 'tag') return table.tag
  const name = FIELDS.find((known) => known === field)
  return name === undefined || name === 'tag' || name === 'root' ? null : table.fields[name]
}

function countSparse(column: Column, bits: Bits, counts: Uint32Array): void {
  const slots = column.slots!
  for (let i = 0; i < column.count; i += 1) if (hasBit(bits, slots[i]!)) counts[column.codes[i]!]! += 1
}

function countRoots(table: Table, counted: Counted): Facet | null {
  const counts = new Uint32Array(table.folders.count + 1)
  countCodes(table.folderOf, counted.slots, counts)
  const images = new Map<number, number>()
  for (let folder = 1; folder < counts.length; folder += 1) {
    const count = counted.isComplement ? table.folders.totals[folder]! - counts[folder]! : counts[folder]!
    const root = rootOfFolder(table, folder)
    if (count > 0) images.set(root, (images.get(root) ?? 0) + count)
  }
  const values = Array.from(images, ([root, count]) => ({
    text: JSON.stringify(table.roots.get(root)?.name ?? ''),
    images: count,
  })).sort((a, b) => b.images - a.images)
  const present = values.reduce((sum, value) => sum + value.images, 0)
  return present === 0 ? null : { field: 'root', present, distinct: values.length, values, bins: [] }
}

type Binned = {
  readonly version: number
  readonly low: number
  readonly width: number
  /** Bin from 1 by slot, 0 = no number. */
  readonly codes: Codes
  readonly totals: Uint32Array
}

const binsKept = new WeakMap<Column, Binned>()

/** Counts of plain numbers in bins of equal width over all images. */
function* countBins(column: Column, counted: Counted): Steps<Facet['bins'][number][]> {
  const { low, width, codes, totals } = yield* binsOf(column)
  const counts = new Uint32Array(BINS + 1)
  countCodes(codes, counted.slots, counts)
  return Array.from({ length: BINS }, (_, bin) => ({
    from: low + bin * width,
    to: low + (bin + 1) * width,
    images: counted.isComplement ? totals[bin + 1]! - counts[bin + 1]! : counts[bin + 1]!,
  }))
}

function* binsOf(column: Column): Steps<Binned> {
  const known = binsKept.get(column)
  if (known?.version === column.version) return known
  const floats = column.floats!
  const { low, high } = spread(floats)
  const width = (high - low) / BINS || 1
  const codes = new Uint8Array(floats.length)
  const totals = new Uint32Array(BINS + 1)
  for (let from = 0; from < floats.length; from += SLOTS_PER_SLICE) {
    yield
    const to = Math.min(from + SLOTS_PER_SLICE, floats.length)
    fillBins(codes.subarray(from, to), floats.subarray(from, to), low, width)
  }
  for (let slot = 0; slot < codes.length; slot += 1) totals[codes[slot]!]! += 1
  const binned = { version: column.version, low, width, codes, totals }
  binsKept.set(column, binned)
  return binned
}

function spread(floats: Float64Array): { low: number; high: number } {
  let low = Infinity
  let high = -Infinity
  for (let slot = 0; slot < floats.length; slot += 1) {
    const value = floats[slot]!
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}

function fillBins(bins: Uint8Array, floats: Float64Array, low: number, width: number): void {
  for (let i = 0; i < floats.length; i += 1) {
    const value = floats[i]!
    if (value === value) bins[i] = 1 + Math.min(BINS - 1, Math.floor((value - low) / width))
  }
}
