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
const TEXTS_PER_SLICE = 100_000
const SHORT_NEEDLE = 4
const SAMPLE = 4096
/** Of so many bytes at most one is the anchor, for it to count as seldom. */
const SELDOM = 256
const GOLDEN = 0.618_033_988_749_895

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

function* searchArena(texts: Texts, needle: Uint8Array, hits: Uint8Array): Steps<void> {
  const end = texts.starts[texts.count]!
  const anchor = seldomPlace(texts.bytes, end, needle)
  if (anchor < 0 && needle.length <= SHORT_NEEDLE) {
    for (let from = 0; from < texts.count; from += TEXTS_PER_SLICE) {
      searchEach(texts, { from, to: Math.min(from + TEXTS_PER_SLICE, texts.count) }, needle, hits)
      yield
    }
    return
  }
  // The needle fits only before this place.
  const last = end - needle.length + 1
  const nextHit = anchor < 0 ? createSkipping(texts.bytes, needle) : createAnchored(texts.bytes, end, needle, anchor)
  let at = 0
  let index = 0
  while (at < last) {
    const stop = Math.min(last, at + BYTES_PER_SLICE)
    while (texts.starts[index + 1]! <= at) index += 1
    at = markHits(texts.starts, { index, from: at, stop, length: needle.length }, nextHit, hits)
    yield
  }
}

/** Looks at every place of every text: for short needles a skip saves less than waiting for it costs. */
function searchEach(
  { bytes, starts }: Texts,
  { from, to }: { readonly from: number; readonly to: number },
  needle: Uint8Array,
  hits: Uint8Array,
): void {
  // Subtle: an imported constant is looked at anew in every turn of a loop; a local one is not.
  const fold = FOLD
  const lastIndex = needle.length - 1
  const last = needle[lastIndex]!
  for (let index = from; index < to; index += 1) {
    const end = starts[index + 1]!
    for (let at = starts[index]! + lastIndex; at < end; at += 1) {
      if (fold[bytes[at]!] !== last) continue
      let k = 1
      while (k <= lastIndex && fold[bytes[at - k]!] === needle[lastIndex - k]) k += 1
      if (k <= lastIndex) continue
      hits[index] = 1
      break
    }
  }
}

/** Gives the first place from `from` on where the needle stands, or any place at or after `stop`. */
type NextHit = (from: number, stop: number) => number

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

/** The place in the needle of a byte that these texts seldom hold, or -1. */
function seldomPlace(bytes: Uint8Array, end: number, needle: Uint8Array): number {
  if (end < SAMPLE) return -1
  const counts = new Uint32Array(256)
  // Subtle: even steps would meet the same few places of names that are all equally long.
  for (let i = 0; i < SAMPLE; i += 1) counts[FOLD[bytes[Math.floor(((i * GOLDEN) % 1) * end)]!]!]! += 1
  let best = 0
  for (let i = 1; i < needle.length; i += 1) if (counts[needle[i]!]! < counts[needle[best]!]!) best = i
  return counts[needle[best]!]! * SELDOM <= SAMPLE ? best : -1
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

function createSkipping(bytes: Uint8Array, needle: Uint8Array): NextHit {
  const shifts = shiftsOf(needle)
  const last = needle.length - 1
  return (from, stop) => {
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
}

/** How far to go on by the byte below the needle's last place; 0 = it is the last byte itself. */
function shiftsOf(needle: Uint8Array): Uint32Array {
  const shifts = new Uint32Array(256).fill(needle.length)
  for (let i = 0; i < needle.length; i += 1) shifts[needle[i]!] = needle.length - 1 - i
  return shifts.map((_, byte) => shifts[FOLD[byte]!]!)
}
