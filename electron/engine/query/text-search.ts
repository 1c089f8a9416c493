/**
 * Substring search over all texts of an arena at once.
 *
 * Hits are found in the arena as a whole and then belong to the text they lie in; one that crosses the end of a text
 * does not count, and after a hit the search goes on with the next text. If a byte of the needle is seldom in these
 * texts, the runtime's own byte search finds the few places worth a look; else a loop of ours skips by Horspool's rule.
 */
import type { Steps } from './lane.ts'
import { startsAt } from './text-match.ts'
import { FOLD, type Texts } from './texts.ts'

const BYTES_PER_SLICE = 2_000_000
const SHORT_NEEDLE = 3
const SAMPLE = 4096
/** Of so many bytes at most one is the anchor, for it to count as seldom. */
const SELDOM = 256

/** Marks with 1 every text that holds the folded needle (by index); yields between slices. */
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

/** Gives the first place from `from` on where the needle stands, or any place at or after `stop`. */
type NextHit = (from: number, stop: number) => number

function* searchArena(texts: Texts, needle: Uint8Array, hits: Uint8Array): Steps<void> {
  // The needle fits only before this place.
  const end = texts.starts[texts.count]! - needle.length + 1
  const nextHit = createNextHit(texts, needle)
  let at = 0
  let index = 0
  while (at < end) {
    const stop = Math.min(end, at + BYTES_PER_SLICE)
    while (texts.starts[index + 1]! <= at) index += 1
    at = markHits(texts.starts, { index, from: at, stop, length: needle.length }, nextHit, hits)
    yield
  }
}

type Slice = { readonly index: number; readonly from: number; readonly stop: number; readonly length: number }

/** Marks the texts of one slice and returns where the next begins. */
function markHits(
  starts: Uint32Array,
  { index: first, from, stop, length }: Slice,
  nextHit: NextHit,
  hits: Uint8Array,
) {
  let index = first
  let at = nextHit(from, stop)
  while (at < stop) {
    while (starts[index + 1]! <= at) index += 1
    const next = starts[index + 1]!
    if (at + length <= next) hits[index] = 1
    at = nextHit(next, stop)
  }
  return at
}

function createNextHit({ bytes, starts, count }: Texts, needle: Uint8Array): NextHit {
  const end = starts[count]!
  const anchor = seldomPlace(bytes, end, needle)
  if (anchor >= 0) return createAnchored(bytes, end, needle, anchor)
  if (needle.length <= SHORT_NEEDLE) return (from, stop) => stepHit(bytes, from, stop, needle)
  const shifts = shiftsOf(needle)
  return (from, stop) => skipHit(bytes, { from, stop }, needle, shifts)
}

/** The place in the needle of a byte that these texts seldom hold, or -1. */
function seldomPlace(bytes: Uint8Array, end: number, needle: Uint8Array): number {
  if (end < SAMPLE) return -1
  const counts = new Uint32Array(256)
  const step = Math.floor(end / SAMPLE) | 1
  let sampled = 0
  for (let at = 0; at < end; at += step) {
    counts[FOLD[bytes[at]!]!]! += 1
    sampled += 1
  }
  let best = 0
  for (let i = 1; i < needle.length; i += 1) if (counts[needle[i]!]! < counts[needle[best]!]!) best = i
  return counts[needle[best]!]! * SELDOM <= sampled ? best : -1
}

function createAnchored(bytes: Uint8Array, end: number, needle: Uint8Array, anchor: number): NextHit {
  const lower = needle[anchor]!
  const isLetter = lower >= 97 && lower <= 122
  // Subtle: a Buffer searches for a byte natively, many times faster than Uint8Array does.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, end)
  const find = (byte: number, from: number) => {
    const at = buffer.indexOf(byte, from)
    return at < 0 ? end : at
  }
  let nextLower = -1
  let nextUpper = isLetter ? -1 : end
  return (from, stop) => {
    let at = from
    while (at < stop) {
      if (nextLower < at + anchor) nextLower = find(lower, at + anchor)
      if (nextUpper < at + anchor) nextUpper = find(lower - 32, at + anchor)
      at = Math.min(nextLower, nextUpper) - anchor
      if (at >= stop || startsAt(bytes, at, needle)) return at
      at += 1
    }
    return at
  }
}

/** Looks at every place: for short needles a shift saves less than waiting for it costs. */
function stepHit(bytes: Uint8Array, from: number, stop: number, needle: Uint8Array): number {
  const first = needle[0]!
  for (let at = from; at < stop; at += 1) {
    if (FOLD[bytes[at]!] === first && startsAt(bytes, at, needle)) return at
  }
  return Math.max(from, stop)
}

function skipHit(
  bytes: Uint8Array,
  { from, stop }: { readonly from: number; readonly stop: number },
  needle: Uint8Array,
  shifts: Uint32Array,
): number {
  const last = needle.length - 1
  let at = from
  while (at < stop) {
    const shift = shifts[bytes[at + last]!]!
    if (shift === 0) {
      if (startsAt(bytes, at, needle)) return at
      at += 1
    } else at += shift
  }
  return at
}

/** How far to go on by the byte below the needle's last place; 0 = it is the last byte itself. */
function shiftsOf(needle: Uint8Array): Uint32Array {
  const shifts = new Uint32Array(256).fill(needle.length)
  for (let i = 0; i < needle.length; i += 1) shifts[needle[i]!] = needle.length - 1 - i
  return shifts.map((_, byte) => shifts[FOLD[byte]!]!)
}
