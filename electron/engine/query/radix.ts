/** Stable sorting of slots by integer keys or doubles, 16 bits a pass. */
import type { Steps } from './lane.ts'

/** Sorts `slots` by `keys` (parallel arrays, not changed), ascending; `highest` is the largest key. */
export function sortByKeys(slots: Uint32Array, keys: Uint32Array, highest: number): Uint32Array {
  if (highest < 0x10000) return pass(slots, keys, 0, highest + 1).slots
  const low = pass(slots, keys, 0, 0x10000)
  return pass(low.slots, low.keys, 16, (highest >>> 16) + 1).slots
}

/** Sorts `slots` by `values`, ascending or descending; equal ones keep their order. No NaN. */
export function* sortByDoubles(slots: Uint32Array, values: Float64Array, isDescending: boolean): Steps<Uint32Array> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  const low = new Uint32Array(slots.length)
  const high = new Uint32Array(slots.length)
  const flip = isDescending ? 0xffffffff : 0
  for (let i = 0; i < slots.length; i += 1) {
    // Order of doubles as unsigned integers: flip the sign bit, and all bits of negative ones.
    const sign = words[2 * i + 1]! & 0x80000000 ? 0xffffffff : 0
    low[i] = words[2 * i]! ^ sign ^ flip
    high[i] = words[2 * i + 1]! ^ (sign | 0x80000000) ^ flip
  }
  yield
  let order = Uint32Array.from(slots, (_, i) => i)
  for (const [keys, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    if (isConstant(keys, shift)) continue
    order = passIndirect(order, keys, shift)
    yield
  }
  return order.map((at) => slots[at]!)
}

function pass(slots: Uint32Array, keys: Uint32Array, shift: number, buckets: number) {
  const starts = new Uint32Array(buckets + 1)
  const mask = 0xffff
  for (let i = 0; i < slots.length; i += 1) starts[((keys[i]! >>> shift) & mask) + 1]! += 1
  for (let i = 1; i < starts.length; i += 1) starts[i]! += starts[i - 1]!
  const sortedSlots = new Uint32Array(slots.length)
  const sortedKeys = new Uint32Array(slots.length)
  for (let i = 0; i < slots.length; i += 1) {
    const bucket = (keys[i]! >>> shift) & mask
    const at = starts[bucket]!
    starts[bucket] = at + 1
    sortedSlots[at] = slots[i]!
    sortedKeys[at] = keys[i]!
  }
  return { slots: sortedSlots, keys: sortedKeys }
}

function passIndirect(order: Uint32Array, keys: Uint32Array, shift: number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(0x10001)
  for (let i = 0; i < order.length; i += 1) starts[((keys[i]! >>> shift) & 0xffff) + 1]! += 1
  for (let i = 1; i < starts.length; i += 1) starts[i]! += starts[i - 1]!
  const sorted = new Uint32Array(order.length)
  for (let i = 0; i < order.length; i += 1) {
    const item = order[i]!
    const bucket = (keys[item]! >>> shift) & 0xffff
    sorted[starts[bucket]!] = item
    starts[bucket]! += 1
  }
  return sorted
}

function isConstant(keys: Uint32Array, shift: number): boolean {
  const first = (keys[0] ?? 0) >>> shift
  for (let i = 1; i < keys.length; i += 1) if ((((keys[i]! >>> shift) ^ first) & 0xffff) !== 0) return false
  return true
}
