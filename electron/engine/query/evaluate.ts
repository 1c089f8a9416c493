/**
 * Runs a checked query on the columns: every leaf gives a bitset over slots, AND OR NOT work on words.
 *
 * What it means is said by shared/query/match.ts, its oracle. A generator, so that the caller can let other work in
 * between steps; the table must not change meanwhile.
 */
import {
  IS_WORDS,
  HAS_WORDS,
  type FieldName,
  type Predicate,
  type Source,
  type Test,
} from '../../../shared/query/predicate.ts'
import { PROBLEM_KINDS } from '../../../shared/domain/problem.ts'
import { andInto, complementInto, countBits, orInto, wordsFor, type Bits } from './bits.ts'
import { addPresent, type Column } from './column.ts'
import { compileTests, passesOf, passLists, textPasses, type CompiledTests } from './compiled-tests.ts'
import { addList, addScalar, createDictionary, KIND, type Dictionary } from './dictionary.ts'
import { hasWords, isWords, problemWords, type ColumnField } from './fields.ts'
import { scanCodes, scanFloats, scanSparse } from './kernels.ts'
import { folderBits, globBits, pathTextBits } from './path-tests.ts'
import { columnOf, liveBits, rootOfFolder, type Table } from './table.ts'
import { search } from './text-search.ts'
import { needleOf, textAt } from './texts.ts'
import type { Steps } from './lane.ts'

/** The live images the predicate holds for. */
export function* evaluate(table: Table, predicate: Predicate): Steps<Bits> {
  const bits = yield* evaluateAny(table, predicate)
  andInto(bits, liveBits(table))
  return bits
}

/** As evaluate, but dead slots may be in the set. */
function* evaluateAny(table: Table, predicate: Predicate): Steps<Bits> {
  switch (predicate.kind) {
    case 'all':
      return liveBits(table).slice()
    case 'and':
    case 'or':
      return yield* evaluateJunction(table, predicate.kind, predicate.of)
    case 'not': {
      const bits = yield* evaluateAny(table, predicate.of)
      complementInto(bits, liveBits(table))
      return bits
    }
    default:
      yield
      return yield* evaluateLeaf(table, predicate)
  }
}

function* evaluateJunction(table: Table, kind: 'and' | 'or', of: readonly Predicate[]): Steps<Bits> {
  const [first, ...others] = of
  if (!first) return kind === 'and' ? liveBits(table).slice() : emptyBits(table)
  const bits = yield* evaluateAny(table, first)
  for (const other of others) {
    if (kind === 'or') orInto(bits, yield* evaluateAny(table, other))
    else if (countBits(bits) === 0) return bits
    else andInto(bits, yield* evaluateAny(table, other))
  }
  return bits
}

type Leaf = Extract<Predicate, { kind: 'some' | 'present' | 'presentBelow' | 'path' | 'text' }>

function* evaluateLeaf(table: Table, leaf: Leaf): Steps<Bits> {
  switch (leaf.kind) {
    case 'path':
      return yield* globBits(table, leaf.glob)
    case 'text':
      return yield* textBits(table, leaf.needle)
    case 'presentBelow':
      return presentBelowBits(table, leaf.key)
    case 'present':
      return presentBits(table, leaf.source)
    case 'some':
      return yield* someBits(table, leaf.source, leaf.tests)
  }
}

function* someBits(table: Table, source: Source, tests: readonly Test[]): Steps<Bits> {
  const compiled = compileTests(tests, source.kind === 'field')
  if (source.kind === 'metadata') return yield* columnBits(table, columnOf(table, source.key), compiled)
  switch (source.name) {
    case 'filename': {
      const hits = yield* textPasses(table.names, compiled)
      const bits = emptyBits(table)
      scanCodes(hits, Uint8Array.of(0, 1), bits, table.count)
      return bits
    }
    case 'root':
      return yield* rootBits(table, compiled)
    case 'is':
    case 'has':
    case 'problem': {
      const all = wordsOf(source.name)
      const pass = yield* passesOf(all, compiled)
      return wordBits(table, source.name, new Set(wordList(source.name).filter((_, i) => pass[i + 1] === 1)))
    }
    default:
      return yield* columnBits(table, fieldColumn(table, source.name), compiled)
  }
}

/** Slots of which a value passes. */
function* columnBits(table: Table, column: Column, compiled: CompiledTests): Steps<Bits> {
  const bits = emptyBits(table)
  const pass = yield* passesOf(column.dictionary, compiled)
  addPassing(table, column, pass, bits)
  if (column.floats) scanFloats(column.floats, compiled.ranges, bits, table.count)
  return bits
}

function addPassing(table: Table, column: Column, pass: Uint8Array, bits: Bits): void {
  if (!pass.includes(1)) return
  if (column.slots) scanSparse(column.slots, column.codes, column.count, pass)(bits)
  else scanCodes(column.codes, pass, bits, table.count)
}

function presentBits(table: Table, source: Source): Bits {
  const bits = emptyBits(table)
  if (source.kind === 'metadata') addPresent(columnOf(table, source.key), bits, table.count)
  else if (source.name === 'filename' || source.name === 'root') return liveBits(table).slice()
  else if (source.name === 'is' || source.name === 'has' || source.name === 'problem')
    return wordBits(table, source.name, new Set(wordList(source.name)))
  else addPresent(fieldColumn(table, source.name), bits, table.count)
  return bits
}

function presentBelowBits(table: Table, key: string): Bits {
  const bits = emptyBits(table)
  const below = `${key}.`
  for (const [name, column] of table.keys) {
    if (name === key || name.startsWith(below)) addPresent(column, bits, table.count)
  }
  const { keys } = table.rare
  const start = needleOf(key)
  for (let code = 1; code <= keys.count; code += 1) {
    if (keys.totals[code] === 0 || !startsWith(keys, code, start)) continue
    const name = textAt(keys.texts, keys.refs[code]!)
    if (name === key || name.startsWith(below)) addPresent(columnOf(table, name), bits, table.count)
  }
  return bits
}

/** Whether a key's bytes begin so, without making a string of it, because there may be a million rare keys. */
function startsWith({ texts, refs }: Dictionary, code: number, start: Uint8Array): boolean {
  const from = texts.starts[refs[code]!]!
  for (let i = 0; i < start.length; i += 1) if (texts.bytes[from + i] !== start[i]) return false
  return true
}

/** Free text: file name, path, tags, and text values of every key. */
function* textBits(table: Table, needle: string): Steps<Bits> {
  const bits = yield* pathTextBits(table, needle)
  const bytes = needleOf(needle)
  for (const column of [table.tag, ...table.keys.values()]) {
    yield
    addPassing(table, column, yield* textCodes(column.dictionary, bytes), bits)
  }
  const { rare } = table
  const pass = yield* textCodes(rare.values, bytes)
  scanSparse(rare.rowSlots, rare.rowCodes, rare.rows, pass)(bits)
  return bits
}

/** By code 1 if the entry is a text that holds the needle, or a list with one. */
function* textCodes(dictionary: Dictionary, needle: Uint8Array): Steps<Uint8Array> {
  const pass = new Uint8Array(dictionary.count + 1)
  if (dictionary.texts.count === 0) return pass
  const hits = yield* search(dictionary.texts, needle)
  const { kinds, refs } = dictionary
  for (let code = 1; code < pass.length; code += 1) if (kinds[code] === KIND.text) pass[code] = hits[refs[code]!]!
  passLists(dictionary, pass)
  return pass
}

function* rootBits(table: Table, compiled: CompiledTests): Steps<Bits> {
  const names = createDictionary()
  const codes = new Map(
    [...table.roots.values()].map(({ row, name, slug }) => [
      row,
      addList(names, [addScalar(names, name), addScalar(names, slug)]),
    ]),
  )
  const passing = yield* passesOf(names, compiled)
  return rootSetBits(table, (root) => passing[codes.get(root) ?? 0] === 1)
}

/** Images in the roots that the test accepts. */
export function rootSetBits(table: Table, isIn: (root: number) => boolean): Bits {
  const pass = new Uint8Array(table.folders.count + 1)
  for (let folder = 1; folder < pass.length; folder += 1) pass[folder] = Number(isIn(rootOfFolder(table, folder)))
  return folderBits(table, pass)
}

type WordField = 'is' | 'has' | 'problem'

function wordList(field: WordField): readonly string[] {
  return field === 'is' ? IS_WORDS : field === 'has' ? HAS_WORDS : PROBLEM_KINDS
}

function wordsOf(field: WordField): Dictionary {
  const words = createDictionary()
  for (const word of wordList(field)) addScalar(words, word)
  return words
}

function wordBits(table: Table, field: WordField, wanted: ReadonlySet<string>): Bits {
  const bits = emptyBits(table)
  const { flags, problems, tags, taken } = table.fields
  const has = (words: readonly string[]) => words.some((word) => wanted.has(word))
  if (field === 'problem') {
    addNumbers(table, problems, bits, (mask) => has(problemWords(mask)))
    return bits
  }
  addNumbers(table, flags, bits, (mask) => has(field === 'is' ? isWords(mask, 1, undefined) : hasWords(mask, 0, false)))
  if (field === 'is' && wanted.has('untagged')) addNumbers(table, tags, bits, (count) => count === 0)
  if (field === 'is' && wanted.has('offline'))
    orInto(
      bits,
      rootSetBits(table, (root) => table.roots.get(root)?.isOffline === true),
    )
  if (field === 'has' && wanted.has('tag')) addNumbers(table, tags, bits, (count) => count > 0)
  if (field === 'has' && wanted.has('taken')) addPresent(taken, bits, table.count)
  return bits
}

/** Adds the slots whose number passes, for columns with few different ones. */
function addNumbers(table: Table, column: Column, bits: Bits, test: (value: number) => boolean): void {
  const { numbers, refs, count } = column.dictionary
  const pass = new Uint8Array(count + 1)
  for (let code = 1; code <= count; code += 1) pass[code] = Number(test(numbers[refs[code]!]!))
  addPassing(table, column, pass, bits)
  if (!column.floats) return
  for (let slot = 0; slot < table.count; slot += 1) {
    if (test(column.floats[slot]!)) bits[slot >>> 5]! |= 1 << (slot & 31)
  }
}

/** The column of a field that has one under its own name. */
export function fieldColumn(table: Table, name: Exclude<FieldName, 'filename' | 'root' | WordField>): Column {
  return name === 'tag' ? table.tag : table.fields[name satisfies ColumnField]
}

function emptyBits(table: Table): Bits {
  return new Uint32Array(wordsFor(table.count))
}
