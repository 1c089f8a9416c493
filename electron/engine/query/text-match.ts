/**
 * Tests and orders on texts as bytes, without making strings: equality, patterns, substring, natural order.
 *
 * Needles and parts are folded already (texts.ts: needleOf); stored bytes pass through FOLD here. UTF-8 keeps
 * characters apart, so comparing bytes is comparing characters.
 */
import { BYTE_ORDER, FOLD, needleOf, type Span, type Texts } from './texts.ts'
import type { Steps } from './lane.ts'

export type BytePart = Uint8Array | null | 1

const BYTES_PER_SLICE = 2_000_000

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

/** Marks with 1 every text that holds the needle (by index); yields between slices. */
export function* search(texts: Texts, needle: Uint8Array): Steps<Uint8Array> {
  const hits = new Uint8Array(texts.count)
  if (needle.length === 0) return hits.fill(1)
  yield* searchArena(texts, needle, hits)
  const { folded, foldedOf } = texts
  if (!folded || !foldedOf) return hits
  const foldedHits = new Uint8Array(folded.count)
  yield* searchArena(folded, needle, foldedHits)
  for (let i = 0; i < texts.count; i += 1) if (foldedOf[i] !== 0) hits[i] = foldedHits[foldedOf[i]! - 1]!
  return hits
}

/** Order of folded texts by code units. */
export function compareFoldedSpans(a: Span, b: Span): number {
  const length = Math.min(a.to - a.from, b.to - b.from)
  for (let i = 0; i < length; i += 1) {
    const x = FOLD[a.bytes[a.from + i]!]!
    const y = FOLD[b.bytes[b.from + i]!]!
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
  let i = a.from
  let j = b.from
  while (i < a.to && j < b.to) {
    const x = FOLD[a.bytes[i]!]!
    const y = FOLD[b.bytes[j]!]!
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

/** Horspool over the whole arena; a hit that crosses the end of a text does not count. */
function* searchArena(texts: Texts, needle: Uint8Array, hits: Uint8Array): Steps<void> {
  const end = texts.starts[texts.count]!
  const shifts = shiftsOf(needle)
  let at = 0
  let index = 0
  while (at + needle.length <= end) {
    const stop = Math.min(end, at + BYTES_PER_SLICE)
    for (;;) {
      at = nextHit(texts.bytes, { from: at, to: end, stop }, needle, shifts)
      if (at >= stop || at + needle.length > end) break
      while (texts.starts[index + 1]! <= at) index += 1
      const next = texts.starts[index + 1]!
      if (at + needle.length <= next) hits[index] = 1
      at = next
    }
    yield
  }
}

/** First place from `from` where the needle stands, or any place at or after `stop`. */
function nextHit(
  bytes: Uint8Array,
  { from, to, stop }: { from: number; to: number; stop: number },
  needle: Uint8Array,
  shifts: Uint32Array,
): number {
  const lastIndex = needle.length - 1
  const last = needle[lastIndex]!
  const limit = Math.min(stop, to - lastIndex)
  let at = from
  while (at < limit) {
    const byte = bytes[at + lastIndex]!
    if (FOLD[byte] === last && startsAt(bytes, at, needle)) return at
    at += shifts[byte]!
  }
  return at
}

function shiftsOf(needle: Uint8Array): Uint32Array {
  const shifts = new Uint32Array(256).fill(needle.length)
  for (let i = 0; i < needle.length - 1; i += 1) shifts[needle[i]!] = needle.length - 1 - i
  return shifts.map((_, byte) => shifts[FOLD[byte]!]!)
}

function startsAt(bytes: Uint8Array, from: number, needle: Uint8Array): boolean {
  for (let i = 0; i < needle.length; i += 1) if (FOLD[bytes[from + i]!] !== needle[i]) return false
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
