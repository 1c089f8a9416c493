/**
 * Strict JSON to a flat table of nodes with their places in the text: no recursion, no copies, no objects per value.
 *
 * The sidecar reader flattens from it and the editor edits by it, so both see the same members at the same places,
 * duplicates included. Deep input is refused here, before any recursive parser could see it (reliability.md 2.4).
 * A leading byte order mark is skipped. Comments, trailing commas, NaN and the like are refused.
 */

/** What a node is: the first field of its row. */
export const OBJECT = 1
export const ARRAY = 2
export const STRING = 3
export const NUMBER = 4
export const TRUE = 5
export const FALSE = 6
export const NULL = 7

/** Fields of a node, from its first: what it is, its first and past-the-end place, its name's places, the next node. */
export const STRIDE = 6
export const START = 1
export const END = 2
/** Place of the opening quote of the member's name; -1 where there is none (elements, the document itself). */
export const NAME_START = 3
export const NAME_END = 4
/** Offset of the first node after this one's whole subtree. */
export const NEXT = 5

export const MAX_DEPTH = 64

export type Scan =
  | { readonly ok: true; readonly nodes: Int32Array; readonly length: number }
  | { readonly ok: false; readonly isTooDeep: boolean; readonly at: number; readonly reason: string }

// Subtle: the scanner's state lives in the module, because a state object per small file costs more than the scan.
let source = ''
let at = 0
let nodes = new Int32Array(STRIDE * 1024)
let length = 0
let depth = 0
let reason = ''
const open = new Int32Array(MAX_DEPTH)

/** Reads one JSON document. The node table is reused: it holds until the next call. */
export function scanJson(text: string): Scan {
  source = text
  at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  length = 0
  depth = 0
  reason = ''
  const isRead = readDocument()
  source = ''
  if (isRead) return { ok: true, nodes, length }
  return { ok: false, isTooDeep: depth > MAX_DEPTH, at: Math.min(at, text.length), reason }
}

function readDocument(): boolean {
  skipBlanks()
  if (!readValue(-1, -1)) return false
  for (;;) {
    if (depth === 0) break
    if (!readNext()) return false
  }
  skipBlanks()
  return at === source.length || fail('there is more text after its end')
}

/** Reads the next member or element of the innermost open container, or its end. */
function readNext(): boolean {
  const container = open[depth - 1]!
  const isObject = nodes[container] === OBJECT
  skipBlanks()
  if (source.charCodeAt(at) === (isObject ? 125 : 93)) return close(container)
  const isFirst = length === container + STRIDE
  if (!isFirst) {
    if (source.charCodeAt(at) !== 44) return fail(isObject ? 'a comma or } is missing' : 'a comma or ] is missing')
    at += 1
    skipBlanks()
  }
  return isObject ? readMember() : readValue(-1, -1)
}

function close(container: number): boolean {
  at += 1
  depth -= 1
  nodes[container + END] = at
  nodes[container + NEXT] = length
  return true
}

function readMember(): boolean {
  const start = at
  if (source.charCodeAt(at) !== 34) return fail('a name in double quotes is missing')
  if (!readString()) return false
  const end = at
  skipBlanks()
  if (source.charCodeAt(at) !== 58) return fail('a colon is missing')
  at += 1
  skipBlanks()
  return readValue(start, end)
}

function readValue(nameStart: number, nameEnd: number): boolean {
  const start = at
  const kind = kindAt(source.charCodeAt(at))
  if (kind <= ARRAY) return openContainer(kind, nameStart, nameEnd)
  if (kind === STRING ? !readString() : kind === NUMBER ? !readNumber() : !readWord(kind)) return false
  add(kind, start, nameStart, nameEnd)
  return true
}

function kindAt(code: number): number {
  if (code === 34) return STRING
  if (code === 45 || (code >= 48 && code <= 57)) return NUMBER
  if (code === 123) return OBJECT
  if (code === 91) return ARRAY
  return code === 116 ? TRUE : code === 102 ? FALSE : NULL
}

function openContainer(kind: number, nameStart: number, nameEnd: number): boolean {
  if (depth === MAX_DEPTH) {
    depth += 1
    return fail(`it is nested more than ${MAX_DEPTH} levels deep`)
  }
  open[depth] = length
  depth += 1
  add(kind, at, nameStart, nameEnd)
  at += 1
  return true
}

function add(kind: number, start: number, nameStart: number, nameEnd: number): void {
  if (length + STRIDE > nodes.length) grow()
  nodes[length] = kind
  nodes[length + START] = start
  nodes[length + END] = at
  nodes[length + NAME_START] = nameStart
  nodes[length + NAME_END] = nameEnd
  nodes[length + NEXT] = length + STRIDE
  length += STRIDE
}

function grow(): void {
  const larger = new Int32Array(nodes.length * 2)
  larger.set(nodes)
  nodes = larger
}

function readString(): boolean {
  at += 1
  for (;;) {
    const code = source.charCodeAt(at)
    if (code === 34) break
    if (code === 92) {
      if (!readEscape()) return false
    } else if (code >= 32) at += 1
    else return fail(at >= source.length ? 'a text does not end' : 'a text holds a raw control character')
  }
  at += 1
  return true
}

function readEscape(): boolean {
  const code = source.charCodeAt(at + 1)
  if (code === 117) {
    for (let i = at + 2; i < at + 6; i += 1) if (!isHex(source.charCodeAt(i))) return fail('a \\u escape is incomplete')
    at += 6
    return true
  }
  // The characters " \ / b f n r t
  if (![34, 92, 47, 98, 102, 110, 114, 116].includes(code)) return fail('a text holds an unknown escape')
  at += 2
  return true
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function readNumber(): boolean {
  if (source.charCodeAt(at) === 45) at += 1
  if (source.charCodeAt(at) === 48) at += 1
  else if (!readDigits()) return false
  if (source.charCodeAt(at) === 46) {
    at += 1
    if (!readDigits()) return false
  }
  const code = source.charCodeAt(at)
  if (code !== 101 && code !== 69) return true
  at += 1
  const sign = source.charCodeAt(at)
  if (sign === 43 || sign === 45) at += 1
  return readDigits()
}

function readDigits(): boolean {
  const start = at
  while (isDigit(source.charCodeAt(at))) at += 1
  return at > start || fail('a number is not complete')
}

function readWord(kind: number): boolean {
  const word = kind === TRUE ? 'true' : kind === FALSE ? 'false' : 'null'
  if (!source.startsWith(word, at)) return fail(at >= source.length ? 'it ends too early' : 'a value is missing')
  at += word.length
  return true
}

function skipBlanks(): void {
  for (;;) {
    const code = source.charCodeAt(at)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
    at += 1
  }
}

function fail(why: string): boolean {
  reason = why
  return false
}

/** The decoded name of a member. */
export function nameOf(text: string, nodes: Int32Array, node: number): string {
  const quoted = text.slice(nodes[node + NAME_START], nodes[node + NAME_END])
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

/** Members whose name comes again later in the same object: the last one counts, these do not. */
export function findOverridden(text: string, nodes: Int32Array, length: number): Set<number> {
  const overridden = new Set<number>()
  const levels: { end: number; byName: Map<string, number> }[] = []
  for (let node = 0; node < length; node += STRIDE) {
    while (levels.length > 0 && node >= levels.at(-1)!.end) levels.pop()
    if (nodes[node + NAME_START] !== -1) {
      const { byName } = levels.at(-1)!
      const name = nameOf(text, nodes, node)
      const earlier = byName.get(name)
      if (earlier !== undefined) overridden.add(earlier)
      byName.set(name, node)
    }
    if (nodes[node]! <= ARRAY) levels.push({ end: nodes[node + NEXT]!, byName: new Map() })
  }
  return overridden
}
