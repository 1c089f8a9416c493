/**
 * Scalars as queries compare them, read from value texts (layer.ts). Integers beyond 2^53 stay digits: for order they
 * lie beyond every exact number, among themselves by sign, digit count and digits (reliability.md §4).
 */
import { compareText, foldText } from '../lib/text.ts'
import type { ValueText } from './layer.ts'

export type Scalar = string | number | boolean | BigInteger
export type BigInteger = { readonly digits: string }

/** The scalars of a value text: one, or the elements of a list in order. */
export function readScalars(text: ValueText): Scalar[] {
  if (text.charCodeAt(0) !== 91) return [readScalar(text)]
  return splitList(text).map(readScalar)
}

/** The element texts of a list text `["a",1]`; a scalar text is its own only element. */
export function splitList(text: ValueText): ValueText[] {
  if (text.charCodeAt(0) !== 91) return [text]
  const parts: string[] = []
  let start = 1
  let isInString = false
  for (let i = 1; i < text.length - 1; i += 1) {
    const code = text.charCodeAt(i)
    if (isInString && code === 92) i += 1
    else if (code === 34) isInString = !isInString
    else if (code === 44 && !isInString) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  if (start < text.length - 1) parts.push(text.slice(start, text.length - 1))
  return parts
}

/** Reads one scalar text: `"a"`, `1.10`, `true`. */
export function readScalar(text: ValueText): Scalar {
  const first = text.charCodeAt(0)
  if (first === 34) return JSON.parse(text) as string
  if (first === 116) return true
  if (first === 102) return false
  return readNumber(text)
}

/** A JSON number text as a number, or as digits where a double would round an integer. */
export function readNumber(text: string): number | BigInteger {
  const value = Number(text)
  if (Number.isSafeInteger(value) || !/^-?\d+$/.test(text)) return value
  return { digits: text.replace(/^(-?)0+(?=\d)/, '$1') }
}

/** Orders two numbers, big integers outside all others. */
export function compareNumbers(a: number | BigInteger, b: number | BigInteger): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : b.digits.startsWith('-') ? 1 : -1
  if (typeof b === 'number') return a.digits.startsWith('-') ? -1 : 1
  const isNegative = a.digits.startsWith('-')
  if (isNegative !== b.digits.startsWith('-')) return isNegative ? -1 : 1
  const order = a.digits.length - b.digits.length || compareText(a.digits, b.digits)
  return isNegative ? -order : order
}

/** Sort order over types: booleans (false first), numbers, text by its folded form, then by spelling. */
export function compareScalars(a: Scalar, b: Scalar): number {
  const typeOrder = typeRank(a) - typeRank(b)
  if (typeOrder !== 0) return typeOrder
  if (typeof a === 'string' && typeof b === 'string') return compareText(foldText(a), foldText(b)) || compareText(a, b)
  if (typeof a === 'boolean' || typeof b === 'boolean') return Number(a) - Number(b)
  return compareNumbers(a as number | BigInteger, b as number | BigInteger)
}

function typeRank(value: Scalar): number {
  return typeof value === 'boolean' ? 0 : typeof value === 'string' ? 2 : 1
}
