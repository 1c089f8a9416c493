/** What typed text and API values become (semantics.md §3): value texts as in layer.ts. */
import type { ValueText } from './layer.ts'
import { readNumber, splitList } from './scalar.ts'

/** JSON's number grammar. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const MAX_VALUE_BYTES = 65_536
const MAX_ELEMENTS = 4096

export type TypedValue =
  | { readonly ok: true; readonly value: ValueText }
  | { readonly ok: false; readonly reason: string }

/** Reads what a person typed: `true` and `false`, finite numbers in JSON's grammar, all else text. */
export function readTyped(text: string): TypedValue {
  const typed = text.trim()
  if (typed === '') return { ok: false, reason: 'A value is needed. Type "" for the empty text.' }
  const value = isBoolean(typed) || isFiniteNumber(typed) ? typed : JSON.stringify(unquote(typed))
  return isTooLong(value) ? { ok: false, reason: 'A value is at most 64 KB long.' } : { ok: true, value }
}

/** The text of a JSON value as an API client sends it: a scalar or a flat list; null if it is neither. */
export function toValueText(value: unknown): ValueText | null {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  if (!Array.isArray(value)) return null
  const texts: ValueText[] = []
  for (const element of value as unknown[]) {
    const text = Array.isArray(element) ? null : toValueText(element)
    if (text === null) return null
    texts.push(text)
  }
  return listValue(texts)
}

/** The list of several values; equal elements count once. */
export function listValue(texts: readonly ValueText[]): ValueText {
  const elements = new Map<unknown, ValueText>()
  for (const text of texts.flatMap(splitList)) {
    const identity = identityOf(text)
    if (!elements.has(identity)) elements.set(identity, text)
  }
  return `[${[...elements.values()].join(',')}]`
}

/** True for the text of a scalar or of a flat list as this program writes it: no blanks, no null, within the caps. */
export function isValueText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    const elements = splitList(text)
    if (Array.isArray(value) && value.length !== elements.length) return false
    return elements.length <= MAX_ELEMENTS && elements.every(isScalarText)
  } catch {
    return false
  }
}

/** True if two value texts mean the same: texts by content, everything else by spelling. */
export function sameValue(a: ValueText | null | undefined, b: ValueText | null | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'string' || typeof b !== 'string') return false
  // Subtle: only a backslash gives one text two spellings.
  if (!a.includes('\\') && !b.includes('\\')) return false
  const first = a.charCodeAt(0)
  if (first !== b.charCodeAt(0)) return false
  if (first === 34) return JSON.parse(a) === JSON.parse(b)
  if (first !== 91) return false
  const elements = splitList(a)
  const others = splitList(b)
  return elements.length === others.length && elements.every((element, index) => sameValue(element, others[index]))
}

function isBoolean(text: string): boolean {
  return text === 'true' || text === 'false'
}

function isFiniteNumber(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Number(text))
}

/** Text in double quotes stands for what is between them, as it is; a quote inside must be written `\"`. */
function unquote(typed: string): string {
  if (typed.length < 2 || !typed.startsWith('"') || !typed.endsWith('"')) return typed
  const inner = typed.slice(1, -1)
  if (!inner.includes('"')) return inner
  try {
    return JSON.parse(typed) as string
  } catch {
    return typed
  }
}

function isScalarText(text: string): boolean {
  if (isTooLong(text)) return false
  // Subtle: slices of a text that parsed are whole elements; a raw string starts and ends with its quotes.
  if (text.startsWith('"')) return text.endsWith('"')
  return isBoolean(text) || isFiniteNumber(text)
}

function identityOf(text: ValueText): unknown {
  const first = text.charCodeAt(0)
  if (first === 34) return text.includes('\\') ? JSON.stringify(JSON.parse(text)) : text
  if (first === 116 || first === 102) return text
  const number = readNumber(text)
  return typeof number === 'number' ? number : `#${number.digits}`
}

function isTooLong(text: ValueText): boolean {
  if (text.length * 3 <= MAX_VALUE_BYTES) return false
  let bytes = 0
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
  }
  return bytes > MAX_VALUE_BYTES + 2
}
