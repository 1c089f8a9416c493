/** Stable sorting in slices: natural runs first, then merged pairwise; what is in order already costs one pass. */
import type { Steps } from './lane.ts'
export type Compare = (a: number, b: number) => number

const SHORT_RUN = 12
const COMPARES_PER_SLICE = 8192

/** Sorts in place (a second array of the same size is used meanwhile) and returns the sorted array. */
export function* sortSlots(items: Uint32Array, compare: Compare): Steps<Uint32Array> {
  let runs = yield* findRuns(items, compare)
  let from = items
  let to: Uint32Array = new Uint32Array(runs.length > 2 ? items.length : 0)
  while (runs.length > 2) {
    const longer: number[] = [0]
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const bounds = [runs[i]!, runs[i + 1]!, runs[i + 2] ?? runs[i + 1]!] as const
      yield* mergeRuns(from, to, bounds, compare)
      longer.push(bounds[2])
    }
    runs = longer
    const sorted = to
    to = from
    from = sorted
  }
  return from
}

/** Both inputs sorted; the result is new. Few new items cost a binary search each and a copy of what lies between. */
export function* mergeSorted(sorted: Uint32Array, added: Uint32Array, compare: Compare): Steps<Uint32Array> {
  const merged = new Uint32Array(sorted.length + added.length)
  let at = 0
  for (let i = 0; i < added.length; i += 1) {
    if ((i & 1023) === 1023) yield
    const item = added[i]!
    const next = upperBound(sorted, at, (other) => compare(other, item) <= 0)
    merged.set(sorted.subarray(at, next), at + i)
    merged[next + i] = item
    at = next
  }
  merged.set(sorted.subarray(at), at + added.length)
  return merged
}

/** Starts of ascending runs, short ones made longer by insertion; the last element is the length. */
function* findRuns(items: Uint32Array, compare: Compare): Steps<number[]> {
  const runs = [0]
  let at = 0
  let compares = 0
  while (at < items.length) {
    const start = at
    at += 1
    while (at < items.length && compare(items[at - 1]!, items[at]!) <= 0) {
      at += 1
      compares += 1
      if (compares % COMPARES_PER_SLICE === 0) yield
    }
    const end = Math.min(items.length, start + SHORT_RUN)
    while (at < end) {
      insertLast(items, start, at, compare)
      at += 1
      compares += 8
    }
    if (compares > COMPARES_PER_SLICE) {
      compares = 0
      yield
    }
    runs.push(at)
  }
  return runs
}

function insertLast(items: Uint32Array, start: number, last: number, compare: Compare): void {
  const item = items[last]!
  let at = last
  while (at > start && compare(items[at - 1]!, item) > 0) {
    items[at] = items[at - 1]!
    at -= 1
  }
  items[at] = item
}

function* mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  [start, middle, end]: readonly [number, number, number],
  compare: Compare,
): Steps<void> {
  if (middle === end || compare(from[middle - 1]!, from[middle]!) <= 0) {
    to.set(from.subarray(start, end), start)
    return
  }
  let left = start
  let right = middle
  for (let at = start; at < end; at += 1) {
    if ((at & (COMPARES_PER_SLICE - 1)) === 0) yield
    const isLeft = right >= end || (left < middle && compare(from[left]!, from[right]!) <= 0)
    to[at] = isLeft ? from[left]! : from[right]!
    if (isLeft) left += 1
    else right += 1
  }
}

/** First index from `from` on whose item does not stand before; galloping, because the next one is often near. */
function upperBound(sorted: Uint32Array, from: number, isBefore: (item: number) => boolean): number {
  let low = from
  let step = 1
  while (low + step <= sorted.length && isBefore(sorted[low + step - 1]!)) {
    low += step
    step *= 2
  }
  let high = Math.min(sorted.length, low + step - 1)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(sorted[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
