/**
 * Tests and orders on texts as bytes, without making strings: equality, patterns, natural order.
 *
 * Subtle: loops take FOLD as a local, because an imported constant is looked at anew in every turn. Needles and parts
 * are folded already (texts.ts: needleOf); stored bytes pass through FOLD here. UTF-8 keeps
 * characters apart, so comparing bytes is comparing characters.
 */
import { BYTE_ORDER, FOLD, needleOf, type Span, type Texts } from './texts.ts'

export type BytePart = Uint8Array | null | 1

export function byteParts(parts: readonly (string | null | 1)[]): BytePart[] {
  return parts.map((part) => (typeof part === 'string' ? needleOf(part) : part))
}

export function equalsBytes({ bytes, from, to }: Span, needle: Uint8Array): boolean {
  return to - from === needle.length && startsAt(bytes, from, needle)
}

/** Whether the text begins with the needle. */
export function hasPrefix({ bytes, from, to }: Span, needle: Uint8Array): boolean {
  return to - from >= needle.length && startsAt(bytes, from, needle)
}

/** Whether a text fits a pattern: null = any run, 1 = any one character (same algorithm as matchParts in shared/query/glob.ts). */
export function matchBytes(parts: readonly BytePart[], { bytes, from, to }: Span): boolean {
  let part = 0
  let at = from
  let retryPart = -1
  let retryAt = from
  for (;;) {
    const current = parts[part]
    if (current === null) {
      retryPart = part += 1
      retryAt = at
      if (part === parts.length) return true
      continue
    }
    const next = current === undefined ? (at === to ? at : -1) : take(current, bytes, at, to)
    if (next >= 0) {
      if (current === undefined) return true
      part += 1
      at = next
      continue
    }
    if (retryPart < 0) return false
    retryAt = nextTry(parts[retryPart], bytes, retryAt + 1, to)
    if (retryAt < 0) return false
    at = retryAt
    part = retryPart
  }
}

/** Order of folded texts by code units. */
export function compareFoldedSpans(a: Span, b: Span): number {
  const fold = FOLD
  const length = Math.min(a.to - a.from, b.to - b.from)
  for (let i = 0; i < length; i += 1) {
    const x = fold[a.bytes[a.from + i]!]!
    const y = fold[b.bytes[b.from + i]!]!
    if (x !== y) return BYTE_ORDER[x]! - BYTE_ORDER[y]!
  }
  return a.to - a.from - (b.to - b.from)
}

/** Order of two texts as written, by code units. */
export function compareSpelling({ bytes, starts }: Texts, a: number, b: number): number {
  const fromA = starts[a]!
  const fromB = starts[b]!
  const lengthA = starts[a + 1]! - fromA
  const lengthB = starts[b + 1]! - fromB
  const length = Math.min(lengthA, lengthB)
  for (let i = 0; i < length; i += 1) {
    const x = bytes[fromA + i]!
    const y = bytes[fromB + i]!
    if (x !== y) return BYTE_ORDER[x]! - BYTE_ORDER[y]!
  }
  return lengthA - lengthB
}

/** Natural order of folded texts: that of shared/lib/natural.ts without its last word on spelling. */
export function compareNaturalSpans(a: Span, b: Span): number {
  const fold = FOLD
  let i = a.from
  let j = b.from
  while (i < a.to && j < b.to) {
    const x = fold[a.bytes[i]!]!
    const y = fold[b.bytes[j]!]!
    if (isDigit(x) && isDigit(y)) {
      const endA = endOfDigits(a, i)
      const endB = endOfDigits(b, j)
      const order = compareDigits(a, [i, endA], b, [j, endB])
      if (order !== 0) return order
      i = endA
      j = endB
    } else if (x === y) {
      i += 1
      j += 1
    } else return weight(x) - weight(y)
  }
  return a.to - i - (b.to - j)
}

function compareDigits(a: Span, [i, endA]: readonly [number, number], b: Span, [j, endB]: readonly [number, number]) {
  let x = i
  let y = j
  while (x < endA - 1 && a.bytes[x] === 48) x += 1
  while (y < endB - 1 && b.bytes[y] === 48) y += 1
  const order = endA - x - (endB - y)
  if (order !== 0) return order
  for (; x < endA; x += 1, y += 1) if (a.bytes[x] !== b.bytes[y]) return a.bytes[x]! - b.bytes[y]!
  return 0
}

function endOfDigits(span: Span, from: number): number {
  let end = from
  while (end < span.to && isDigit(span.bytes[end]!)) end += 1
  return end
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

function weight(byte: number): number {
  return byte === 47 ? -1 : BYTE_ORDER[byte]!
}

export function startsAt(bytes: Uint8Array, from: number, needle: Uint8Array): boolean {
  const fold = FOLD
  for (let i = 0; i < needle.length; i += 1) if (fold[bytes[from + i]!] !== needle[i]) return false
  return true
}

function take(part: Uint8Array | 1, bytes: Uint8Array, at: number, to: number): number {
  if (part !== 1) return at + part.length <= to && startsAt(bytes, at, part) ? at + part.length : -1
  if (at >= to) return -1
  const byte = bytes[at]!
  return at + (byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4)
}

/** Where the part after a `*` may begin next, from `from` on; -1 = nowhere. */
function nextTry(part: BytePart | undefined, bytes: Uint8Array, from: number, to: number): number {
  let at = from
  // Subtle: never inside a character.
  while (at < to && (bytes[at]! & 0xc0) === 0x80) at += 1
  if (!(part instanceof Uint8Array)) return at <= to ? at : -1
  while (at + part.length <= to) {
    if (startsAt(bytes, at, part)) return at
    at += 1
  }
  return -1
}
