/**
 * Reads the canonical texts of an image (shared/domain/layer.ts) as values for columns.
 *
 * The canonical form has no blanks and no nesting but flat lists, so a scanner made for it is quicker than JSON.parse,
 * and keeps long integers, which JSON.parse would round.
 */
import { readNumber, readScalar, readScalars } from '../../../shared/domain/scalar.ts'
import type { Value } from './dictionary.ts'

const QUOTE = 34
const BACKSLASH = 92
const OPEN_LIST = 91

/** Calls `each` with every key and its value: a scalar, or a list of scalars. */
export function eachValue(metadata: string, each: (key: string, value: Value) => void): void {
  const hasEscapes = metadata.includes('\\')
  let at = 1
  while (at < metadata.length - 1) {
    const keyEnd = endOfString(metadata, at, hasEscapes)
    const from = keyEnd + 1
    const first = metadata.charCodeAt(from)
    const end =
      first === QUOTE
        ? endOfString(metadata, from, hasEscapes)
        : first === OPEN_LIST
          ? endOfList(metadata, from)
          : endOfWord(metadata, from)
    const key = readString(metadata, at, keyEnd, hasEscapes)
    if (first === QUOTE) each(key, readString(metadata, from, end, hasEscapes))
    else if (first === OPEN_LIST) each(key, readScalars(metadata.slice(from, end)))
    else each(key, readWord(metadata, from, end))
    at = end + 1
  }
}

/** Reads a JSON array text of strings, '' = none. */
export function readTags(tags: string): string[] {
  return tags === '' ? [] : (JSON.parse(tags) as string[])
}

function readString(text: string, from: number, end: number, hasEscapes: boolean): string {
  return hasEscapes ? (JSON.parse(text.slice(from, end)) as string) : text.slice(from + 1, end - 1)
}

function readWord(text: string, from: number, end: number) {
  const token = text.slice(from, end)
  const first = token.charCodeAt(0)
  if (first === 116 || first === 102) return readScalar(token)
  // Fifteen characters hold no integer that a double would round.
  return token.length < 16 ? Number(token) : readNumber(token)
}

/** Index after the string that starts at `from`. */
function endOfString(text: string, from: number, hasEscapes: boolean): number {
  let at = text.indexOf('"', from + 1)
  if (!hasEscapes) return at + 1
  at = from + 1
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at + 1
}

function endOfList(text: string, from: number): number {
  let at = from + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at, true)
    else if (code === 93) return at + 1
    else at += 1
  }
}

/** Index of the comma or brace after a number or a boolean. */
function endOfWord(text: string, from: number): number {
  let at = from + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === 44 || code === 125) return at
    at += 1
  }
}
