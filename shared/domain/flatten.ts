/**
 * The text of one sidecar → its layer: nested objects flattened with dots, under the caps of semantics.md §2.
 *
 * Values keep their source text. What is odd but usable is a finding beside the layer; what breaks a cap or is not
 * strict JSON refuses the whole file. Keys only ever live in Maps, so `__proto__` is a key like any other.
 */
import {
  ARRAY,
  END,
  MAX_DEPTH,
  NEXT,
  NULL,
  NUMBER,
  OBJECT,
  START,
  STRIDE,
  STRING,
  findOverridden,
  nameOf,
  scanJson,
} from '../lib/json-scan.ts'
import { foldText } from '../lib/text.ts'
import { checkKey } from './key.ts'
import type { ValueText } from './layer.ts'
import type { Problem, ProblemKind } from './problem.ts'
import { checkTag } from './tag.ts'
import { listValue } from './value.ts'

const MAX_ENTRIES = 4096
const MAX_KEY_BYTES = 512
const MAX_VALUE_BYTES = 65_536
/** More findings than anyone reads in one file; a hostile one could hold a hundred thousand. */
const MAX_FINDINGS = 50

const TOP_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.]*$/
const LATER_NAME = /^[A-Za-z0-9_.]*$/

/** A problem in a file whose name the caller knows. */
type Finding = Omit<Problem, 'file'>

export type Refusal = {
  readonly ok: false
  readonly kind: ProblemKind
  readonly reason: string
  /** True where the text is not JSON (yet): it may be half-written. */
  readonly isIncomplete: boolean
}

export type FlatFile = {
  readonly ok: true
  /** By key, in no particular order. */
  readonly values: ReadonlyMap<string, ValueText>
  /** Tags as written, without repeats that differ only in case; null = the file has no list of tags. */
  readonly tags: readonly string[] | null
  /** Keys that are there without a value (`null`, or not indexed): in a full-name sidecar they hide the other file's. */
  readonly nulls: readonly string[]
  readonly findings: readonly Finding[]
}

/** Reads a sidecar's text into values and tags, or says why the whole file is refused. Never throws. */
export function flatten(text: string): FlatFile | Refusal {
  const scan = scanJson(text)
  if (!scan.ok) return refuseScan(text, scan)
  const { nodes, length } = scan
  if (nodes[0] !== OBJECT) return refuse('json', 'The file does not hold an object in braces at its top level.')
  const walk = startWalk(text, nodes, length)
  walkNodes(walk)
  if (walk.refusal) return walk.refusal
  if (!walk.hasRepeats) return finish(walk)
  const again = { ...startWalk(text, nodes, length), overridden: findOverridden(text, nodes, length) }
  walkNodes(again)
  return again.refusal ?? finish(again)
}

/** Marks in Walk.values for members that have no value; none is a value's text. */
const IS_NULL = 'null'
const NOT_INDEXED = ''
const IS_TAGS = 'tags'

type Walk = {
  readonly text: string
  readonly nodes: Int32Array
  readonly length: number
  /** Only where something repeats: what does not count any more. Null on the first, fast pass. */
  readonly overridden: ReadonlySet<number> | null
  readonly isWellFormed: boolean
  readonly values: Map<string, ValueText>
  readonly objects: Set<string>
  readonly findings: Finding[]
  tags: string[] | null
  entries: number
  hasMarks: boolean
  hasRepeats: boolean
  refusal: Refusal | null
}

function startWalk(text: string, nodes: Int32Array, length: number): Walk {
  return {
    text,
    nodes,
    length,
    overridden: null,
    isWellFormed: text.isWellFormed(),
    values: new Map(),
    objects: new Set(),
    findings: [],
    tags: null,
    entries: 0,
    hasMarks: false,
    hasRepeats: false,
    refusal: null,
  }
}

function finish({ values, tags, findings, hasMarks }: Walk): FlatFile {
  const nulls: string[] = []
  if (hasMarks) {
    for (const [key, value] of values) {
      if (value === IS_NULL || value === NOT_INDEXED) nulls.push(key)
      if (value === IS_NULL || value === NOT_INDEXED || value === IS_TAGS) values.delete(key)
    }
  }
  return { ok: true, values, tags, nulls, findings }
}

/** Goes through the nodes in document order; a stack of prefixes stands in for recursion. */
function walkNodes(walk: Walk): void {
  const { nodes, length } = walk
  const ends: number[] = [length]
  const prefixes: string[] = ['']
  let node = STRIDE
  while (node < length) {
    while (node >= ends[ends.length - 1]!) {
      ends.pop()
      prefixes.pop()
    }
    const prefix = prefixes[prefixes.length - 1]!
    const key = readKey(walk, node, prefix)
    if (walk.refusal) return
    if (key !== null && nodes[node] === OBJECT) {
      enterObject(walk, key)
      ends.push(nodes[node + NEXT]!)
      prefixes.push(`${key}.`)
      node += STRIDE
      continue
    }
    if (key !== null) readMember(walk, node, key)
    if (walk.refusal) return
    if (walk.hasRepeats && walk.overridden === null) return
    node = nodes[node + NEXT]!
  }
}

/** The flattened key of a member, or null where the member is to be skipped with all that is in it. */
function readKey(walk: Walk, node: number, prefix: string): string | null {
  const name = nameOf(walk.text, walk.nodes, node)
  const key = prefix + name
  if (key.length > MAX_KEY_BYTES / 3 && utf8Length(key) > MAX_KEY_BYTES) {
    walk.refusal = refuse('size', `A key is longer than ${MAX_KEY_BYTES} bytes, so the file is not used.`)
    return null
  }
  if (!(prefix === '' ? TOP_NAME : LATER_NAME).test(name)) {
    addBadKey(walk, key)
    return null
  }
  if (walk.overridden?.has(node)) {
    find(walk, { kind: 'value', key, reason: 'This name occurs more than once in the file; the last one counts.' })
    return null
  }
  return key
}

function addBadKey(walk: Walk, key: string): void {
  const checked = checkKey(key)
  const why = checked.ok ? 'This is no valid key.' : checked.reason
  const advice =
    checked.ok || checked.suggestion === undefined ? '' : ` Rename it, for example to ${checked.suggestion}.`
  const reason = `${why} This one is skipped.${advice}`
  find(walk, { kind: 'key', key, reason })
}

function enterObject(walk: Walk, key: string): void {
  if (walk.objects.has(key) || walk.values.has(key)) walk.hasRepeats = true
  walk.objects.add(key)
}

function readMember(walk: Walk, node: number, key: string): void {
  const { nodes, values } = walk
  const kind = nodes[node]!
  if (values.has(key) || (walk.objects.size > 0 && walk.objects.has(key))) {
    walk.hasRepeats = true
    if (walk.overridden === null) return
    if (values.has(key)) {
      find(walk, { kind: 'value', key, reason: 'This key is spelled in two ways in the file; the last one counts.' })
    }
  }
  if (kind === NULL) {
    walk.hasMarks = true
    values.set(key, IS_NULL)
  } else if (kind === ARRAY) readList(walk, node, key)
  else {
    values.set(key, readScalarNode(walk, node, key))
    countEntry(walk)
  }
}

function countEntry(walk: Walk): void {
  walk.entries += 1
  if (walk.entries > MAX_ENTRIES) {
    walk.refusal = refuse('size', `The file holds more than ${MAX_ENTRIES} values, so it is not used.`)
  }
}

function readScalarNode(walk: Walk, node: number, key: string): ValueText {
  const { text, nodes } = walk
  const kind = nodes[node]!
  const value = text.slice(nodes[node + START], nodes[node + END])
  if (value.length > MAX_VALUE_BYTES / 3 && utf8Length(value) > MAX_VALUE_BYTES + 2) {
    walk.refusal = refuse('size', `The value of ${key} is longer than 64 KB, so the file is not used.`)
  }
  if (kind === NUMBER && value.length > 4 && !Number.isFinite(Number(value))) {
    find(walk, { kind: 'value', key, reason: 'This number is too large to compare, so it is kept as text.' })
    return `"${value}"`
  }
  // Subtle: only a text that did not come from UTF-8 can hold a raw half of a surrogate pair.
  return kind === STRING && !walk.isWellFormed ? JSON.stringify(JSON.parse(value)) : value
}

function readList(walk: Walk, node: number, key: string): void {
  const { nodes } = walk
  const end = nodes[node + NEXT]!
  let areTexts = true
  for (let item = node + STRIDE; item < end; item += STRIDE) {
    if (nodes[item]! <= ARRAY) {
      find(walk, { kind: 'array', key, reason: 'This list holds lists or objects, so it is not searched.' })
      walk.values.set(key, NOT_INDEXED)
      walk.hasMarks = true
      return
    }
    areTexts &&= nodes[item] === STRING
  }
  const items: ValueText[] = []
  for (let item = node + STRIDE; item < end && !walk.refusal; item += STRIDE) {
    countEntry(walk)
    if (nodes[item] !== NULL) items.push(readScalarNode(walk, item, key))
  }
  if (key === 'tags' && areTexts) {
    walk.tags = readTags(walk, items)
    walk.values.set(key, IS_TAGS)
    walk.hasMarks = true
    return
  }
  if (key === 'tags') {
    find(walk, { kind: 'value', key, reason: 'The list of tags holds more than texts, so it is read as a plain list.' })
  }
  walk.values.set(key, listValue(items))
}

function readTags(walk: Walk, texts: readonly ValueText[]): string[] {
  const byFold = new Map<string, string>()
  for (const text of texts) {
    const checked = checkTag(JSON.parse(text) as string)
    if (!checked.ok) {
      find(walk, { kind: 'value', key: 'tags', reason: `${checked.reason} One in the file is left out.` })
      continue
    }
    const fold = foldText(checked.tag)
    if (!byFold.has(fold)) byFold.set(fold, checked.tag)
  }
  return [...byFold.values()]
}

function find(walk: Walk, finding: Finding): void {
  if (walk.findings.length < MAX_FINDINGS) walk.findings.push(finding)
}

function refuse(kind: ProblemKind, reason: string): Refusal {
  return { ok: false, kind, reason, isIncomplete: false }
}

function refuseScan(text: string, scan: { isTooDeep: boolean; at: number; reason: string }): Refusal {
  if (scan.isTooDeep) {
    return refuse('size', `The file is nested more than ${MAX_DEPTH} levels deep, so it is not used.`)
  }
  if (text.trim() === '') return { ok: false, kind: 'json', reason: 'The file is empty.', isIncomplete: true }
  const before = text.slice(0, scan.at).split('\n')
  const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`
  return {
    ok: false,
    kind: 'json',
    reason: `The file is not valid JSON: at ${place}, ${scan.reason}.`,
    isIncomplete: true,
  }
}

function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    // Subtle: half of a surrogate pair counts two, the pair four.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
  }
  return bytes
}
