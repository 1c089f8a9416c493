/** Typed arrays that grow, and codes that widen from 8 to 16 to 32 bits when a dictionary needs it. */
export type Codes = Uint8Array | Uint16Array | Uint32Array
export type TypedArray = Codes | Float64Array

/** The array itself if it has room for `length` elements, else a longer copy with some slack. */
export function grown<T extends TypedArray>(array: T, length: number): T {
  if (length <= array.length) return array
  return resized(array, Math.max(8, length + (length >>> 3), Math.min(array.length * 2, length + 65_536)))
}

/** A copy of exactly `length` elements; new ones are 0. */
export function resized<T extends TypedArray>(array: T, length: number): T {
  const longer = new (array.constructor as new (length: number) => T)(length)
  longer.set(array.length > length ? array.subarray(0, length) : array)
  return longer
}

/** Codes wide enough for `highest`; the same array if it already is. */
export function widened(codes: Codes, highest: number): Codes {
  const width = widthFor(highest)
  if (width <= codes.BYTES_PER_ELEMENT) return codes
  return width === 2 ? Uint16Array.from(codes) : Uint32Array.from(codes)
}

/** Codes of the narrowest width that holds `highest`. */
export function emptyCodes(length: number, highest: number): Codes {
  const width = widthFor(highest)
  return width === 1 ? new Uint8Array(length) : width === 2 ? new Uint16Array(length) : new Uint32Array(length)
}

function widthFor(highest: number): 1 | 2 | 4 {
  return highest < 0x100 ? 1 : highest < 0x10000 ? 2 : 4
}

/** First index in the ascending `array[0, count)` whose element is not below `value`. */
export function lowerBound(array: TypedArray, count: number, value: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (array[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
