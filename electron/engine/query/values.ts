/** Reads the canonical texts of an image (shared/domain/layer.ts) as values for columns. */
import { readScalars } from '../../../shared/domain/scalar.ts'
import type { Value } from './dictionary.ts'

type Json = string | number | boolean | readonly (string | number | boolean)[]

/**
 * Calls `each` with every key and its value: a scalar, or a list of scalars.
 * Subtle: JSON.parse is the quick way but rounds long integers, so texts with 16 digits in a row take the slow one.
 */
export function eachValue(metadata: string, each: (key: string, value: Value) => void): void {
  if (/\d{16}/.test(metadata)) return eachToken(metadata, each)
  const values = JSON.parse(metadata) as Record<string, Json>
  for (const key in values) each(key, values[key]!)
}

/** Reads a JSON array text of strings, '' = none. */
export function readTags(tags: string): string[] {
  return tags === '' ? [] : (JSON.parse(tags) as string[])
}

function eachToken(text: string, each: (key: string, value: Value) => void): void {
  let at = 1
  while (at < text.length - 1) {
    const keyEnd = endOfString(text, at)
    const end = endOfToken(text, keyEnd + 1)
    const scalars = readScalars(text.slice(keyEnd + 1, end))
    const isList = text.charCodeAt(keyEnd + 1) === 91
    each(JSON.parse(text.slice(at, keyEnd)) as string, isList ? scalars : scalars[0]!)
    at = end + 1
  }
}

/** Index after the string that starts at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1
  while (text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1
  return at + 1
}

/** Index of the comma or brace after the token that starts at `from`. */
function endOfToken(text: string, from: number): number {
  let at = from
  let isInList = false
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === 34) at = endOfString(text, at) - 1
    else if (code === 91) isInList = true
    else if (code === 93) isInList = false
    else if (!isInList && (code === 44 || code === 125)) return at
    at += 1
  }
}
