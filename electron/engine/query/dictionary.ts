/**
 * The distinct values of a column: code 1, 2, 3 … for booleans, numbers, big integers, texts and lists of those.
 *
 * A list is an entry like any other, whose members are codes below its own; so a column needs one code an image, and
 * a test on a list is a look at its members' results. All in typed arrays with one open-addressed hash table: a
 * million distinct values cost their bytes, not a million objects. Codes never change; unused ones (total 0) go when
 * the column is recoded.
 */
import type { BigInteger, Scalar } from '../../../shared/domain/scalar.ts'
import { grown } from './arrays.ts'
import { bytesOfTexts, commitText, createTexts, stageText, textAt, type Texts } from './texts.ts'

/** What a key holds on one image. */
export type Value = Scalar | readonly Scalar[]

export const KIND = { boolean: 1, number: 2, big: 3, text: 4, list: 5 } as const

export type Dictionary = {
  /** Highest code. */
  count: number
  kinds: Uint8Array
  /** By code: 0 or 1; index in `numbers`, `texts` (big integers: their digits), or `listStarts`. */
  refs: Uint32Array
  /** How many images have exactly this code. */
  totals: Uint32Array
  hashes: Uint32Array
  table: Uint32Array
  texts: Texts
  numbers: Float64Array
  numberCount: number
  members: Uint32Array
  listStarts: Uint32Array
  listCount: number
}

export function createDictionary(): Dictionary {
  return {
    count: 0,
    kinds: new Uint8Array(2),
    refs: new Uint32Array(2),
    totals: new Uint32Array(2),
    hashes: new Uint32Array(2),
    table: new Uint32Array(8),
    texts: createTexts(),
    numbers: new Float64Array(0),
    numberCount: 0,
    members: new Uint32Array(0),
    listStarts: new Uint32Array(1),
    listCount: 0,
  }
}

/** The code of a scalar, added where it is new. */
export function addScalar(dictionary: Dictionary, value: Scalar): number {
  if (typeof value === 'string') return addText(dictionary, KIND.text, value)
  // Subtle: + 0 turns -0 into 0.
  if (typeof value === 'number') return addNumber(dictionary, value + 0)
  if (typeof value === 'boolean') return addBoolean(dictionary, value)
  return addText(dictionary, KIND.big, value.digits)
}

/** The code of a text, 0 = not there. */
export function findText(dictionary: Dictionary, text: string): number {
  const end = stageText(dictionary.texts, text)
  const hash = hashOf(dictionary.texts.bytes, dictionary.texts.starts[dictionary.texts.count]!, end, KIND.text)
  return findStaged(dictionary, KIND.text, end, hash)
}

/** The code of a scalar or a list, added where it is new; 0 for an empty list. */
export function addValue(dictionary: Dictionary, value: Value): number {
  if (!isList(value)) return addScalar(dictionary, value)
  return addList(
    dictionary,
    value.map((member) => addScalar(dictionary, member)),
  )
}

/** The code that another dictionary's code has in this one, added where it is new. */
export function addFrom(dictionary: Dictionary, other: Dictionary, code: number): number {
  if (other.kinds[code] !== KIND.list) return addScalar(dictionary, scalarAt(other, code))
  return addList(
    dictionary,
    Array.from(membersOf(other, code), (member) => addScalar(dictionary, scalarAt(other, member))),
  )
}

/** The code of a list of scalar codes, added where it is new; an empty one is 0. Repeats are dropped. */
export function addList(dictionary: Dictionary, codes: readonly number[]): number {
  const members = codes.length > 1 ? [...new Set(codes)] : codes
  if (members.length === 0) return 0
  let hash = 5
  for (const member of members) hash = Math.imul(hash ^ member, 0x01000193)
  hash = mixed(hash)
  const found = find(dictionary, hash, (code) => isSameList(dictionary, code, members))
  if (found !== 0) return found
  const index = dictionary.listCount
  const start = dictionary.listStarts[index]!
  dictionary.members = grown(dictionary.members, start + members.length)
  dictionary.members.set(members, start)
  dictionary.listStarts = grown(dictionary.listStarts, index + 2)
  dictionary.listStarts[index + 1] = start + members.length
  dictionary.listCount = index + 1
  return append(dictionary, KIND.list, index, hash)
}

/** The scalar of a code that is no list. */
export function scalarAt(dictionary: Dictionary, code: number): Scalar {
  const ref = dictionary.refs[code]!
  switch (dictionary.kinds[code]) {
    case KIND.boolean:
      return ref === 1
    case KIND.number:
      return dictionary.numbers[ref]!
    case KIND.big:
      return { digits: textAt(dictionary.texts, ref) } satisfies BigInteger
    default:
      return textAt(dictionary.texts, ref)
  }
}

/** The scalar codes of a code: its members, or itself. */
export function membersOf(dictionary: Dictionary, code: number): Uint32Array {
  if (dictionary.kinds[code] !== KIND.list) return Uint32Array.of(code)
  const ref = dictionary.refs[code]!
  return dictionary.members.subarray(dictionary.listStarts[ref], dictionary.listStarts[ref + 1])
}

export function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value)
}

/** A number or big integer entry, null for any other. */
export function numberAt(dictionary: Dictionary, code: number): number | BigInteger | null {
  const kind = dictionary.kinds[code]
  if (kind === KIND.number) return dictionary.numbers[dictionary.refs[code]!]!
  return kind === KIND.big ? { digits: textAt(dictionary.texts, dictionary.refs[code]!) } : null
}

export function bytesOfDictionary(dictionary: Dictionary): number {
  const { kinds, refs, totals, hashes, table, numbers, members, listStarts, texts } = dictionary
  const arrays = [kinds, refs, totals, hashes, table, numbers, members, listStarts]
  return arrays.reduce((sum, array) => sum + array.byteLength, bytesOfTexts(texts))
}

function addBoolean(dictionary: Dictionary, value: boolean): number {
  const ref = value ? 1 : 0
  const hash = mixed(ref + 1)
  const { kinds, refs } = dictionary
  return (
    find(dictionary, hash, (code) => kinds[code] === KIND.boolean && refs[code] === ref) ||
    append(dictionary, KIND.boolean, ref, hash)
  )
}

const scratch = new Float64Array(1)
const scratchWords = new Uint32Array(scratch.buffer)

function addNumber(dictionary: Dictionary, value: number): number {
  scratch[0] = value
  const hash = mixed(scratchWords[0]! ^ Math.imul(scratchWords[1]!, 0x9e3779b1))
  const mask = dictionary.table.length - 1
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const code = dictionary.table[at]!
    if (code === 0) break
    if (
      dictionary.hashes[code] === hash &&
      dictionary.kinds[code] === KIND.number &&
      dictionary.numbers[dictionary.refs[code]!] === value
    )
      return code
  }
  const index = dictionary.numberCount
  dictionary.numbers = grown(dictionary.numbers, index + 1)
  dictionary.numbers[index] = value
  dictionary.numberCount = index + 1
  return append(dictionary, KIND.number, index, hash)
}

function addText(dictionary: Dictionary, kind: number, text: string): number {
  const end = stageText(dictionary.texts, text)
  const hash = hashOf(dictionary.texts.bytes, dictionary.texts.starts[dictionary.texts.count]!, end, kind)
  const found = findStaged(dictionary, kind, end, hash)
  return found || append(dictionary, kind, commitText(dictionary.texts, text, end), hash)
}

/** The code of the text that was staged last, 0 = not there. */
function findStaged(dictionary: Dictionary, kind: number, end: number, hash: number): number {
  const { texts } = dictionary
  const length = end - texts.starts[texts.count]!
  const mask = dictionary.table.length - 1
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const code = dictionary.table[at]!
    if (code === 0) return 0
    if (
      dictionary.hashes[code] === hash &&
      dictionary.kinds[code] === kind &&
      isText(texts, dictionary.refs[code]!, length)
    )
      return code
  }
}

/** Whether a text equals the one staged behind the last, of the given length. */
function isText(texts: Texts, index: number, length: number): boolean {
  const from = texts.starts[index]!
  if (texts.starts[index + 1]! - from !== length) return false
  const staged = texts.starts[texts.count]!
  for (let i = 0; i < length; i += 1) if (texts.bytes[from + i] !== texts.bytes[staged + i]) return false
  return true
}

function isSameList(dictionary: Dictionary, code: number, members: readonly number[]): boolean {
  if (dictionary.kinds[code] !== KIND.list) return false
  const own = membersOf(dictionary, code)
  return own.length === members.length && members.every((member, i) => member === own[i])
}

function find(dictionary: Dictionary, hash: number, isSame: (code: number) => boolean): number {
  const mask = dictionary.table.length - 1
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const code = dictionary.table[at]!
    if (code === 0 || (dictionary.hashes[code] === hash && isSame(code))) return code
  }
}

function append(dictionary: Dictionary, kind: number, ref: number, hash: number): number {
  const code = dictionary.count + 1
  dictionary.kinds = grown(dictionary.kinds, code + 1)
  dictionary.refs = grown(dictionary.refs, code + 1)
  dictionary.totals = grown(dictionary.totals, code + 1)
  dictionary.hashes = grown(dictionary.hashes, code + 1)
  dictionary.kinds[code] = kind
  dictionary.refs[code] = ref
  dictionary.hashes[code] = hash
  dictionary.count = code
  if (code * 2 > dictionary.table.length) rehash(dictionary)
  else insert(dictionary.table, code, hash)
  return code
}

function rehash(dictionary: Dictionary): void {
  dictionary.table = new Uint32Array(dictionary.table.length * 2)
  for (let code = 1; code <= dictionary.count; code += 1) insert(dictionary.table, code, dictionary.hashes[code]!)
}

function insert(table: Uint32Array, code: number, hash: number): void {
  const mask = table.length - 1
  let at = hash & mask
  while (table[at] !== 0) at = (at + 1) & mask
  table[at] = code
}

function hashOf(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = from; i < to; i += 1) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return mixed(hash)
}

function mixed(hash: number): number {
  let mixing = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixing = Math.imul(mixing ^ (mixing >>> 13), 0xc2b2ae35)
  return (mixing ^ (mixing >>> 16)) >>> 0
}
