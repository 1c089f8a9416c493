/**
 * Trees of typed arrays as bytes: a header with magic, version and check sum, the tree as JSON with a reference in
 * place of each array, then the arrays. Unpacking copies, so the bytes can be let go. Damaged or foreign bytes give
 * null; they are only a cache.
 */
import type { TypedArray } from './arrays.ts'

export type Tree = null | number | string | boolean | TypedArray | readonly Tree[] | { readonly [name: string]: Tree }

const MAGIC = 0x434c4e47
const VERSION = 1
const HEADER_WORDS = 4
const TYPES = [Uint8Array, Uint16Array, Uint32Array, Float64Array] as const

type Reference = { readonly $array: readonly [type: number, start: number, length: number] }

export function packTree(tree: Tree): Uint8Array {
  const arrays: TypedArray[] = []
  let length = 0
  const json = JSON.stringify(tree, (_, value: unknown) => {
    const type = TYPES.findIndex((Type) => value instanceof Type)
    if (type < 0) return value
    const array = value as TypedArray
    arrays.push(array)
    const start = length
    length = aligned(length + array.byteLength)
    return { $array: [type, start, array.length] } satisfies Reference
  })
  const head = new TextEncoder().encode(json)
  const base = aligned(HEADER_WORDS * 4 + head.length)
  const bytes = new Uint8Array(base + length)
  bytes.set(head, HEADER_WORDS * 4)
  let at = base
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at = aligned(at + array.byteLength)
  }
  const words = new Uint32Array(bytes.buffer)
  words.set([MAGIC, VERSION, head.length])
  words[3] = checkSum(words)
  return bytes
}

/** The tree, or null if the bytes are not what packTree made. */
export function unpackTree(data: Uint8Array): Tree | null {
  // Subtle: a database hands out bytes at any place of a buffer; words need a multiple of four.
  const bytes = data.byteOffset % 4 === 0 ? data : new Uint8Array(data)
  if (bytes.byteLength < HEADER_WORDS * 4 || bytes.byteLength % 8 !== 0) return null
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  if (words[0] !== MAGIC || words[1] !== VERSION || words[3] !== checkSum(words)) return null
  const head = bytes.subarray(HEADER_WORDS * 4, HEADER_WORDS * 4 + words[2]!)
  const base = aligned(HEADER_WORDS * 4 + words[2]!)
  return JSON.parse(new TextDecoder().decode(head), (_, value: Tree | Reference) =>
    isReference(value) ? readArray(bytes, base, value) : value,
  ) as Tree
}

/** The check sum that packed bytes carry; -1 for bytes too short to. */
export function sumOf(data: Uint8Array): number {
  return data.byteLength < 16 ? -1 : new DataView(data.buffer, data.byteOffset).getUint32(12, true)
}

function readArray(bytes: Uint8Array, base: number, { $array: [type, start, length] }: Reference): TypedArray {
  const Type = TYPES[type]!
  const from = bytes.byteOffset + base + start
  return new Type(bytes.buffer.slice(from, from + length * Type.BYTES_PER_ELEMENT) as ArrayBuffer)
}

function isReference(value: Tree | Reference): value is Reference {
  return typeof value === 'object' && value !== null && '$array' in value
}

/** Subtle: signed words and four sums side by side, because this runs over a hundred megabytes when a library opens. */
function checkSum(words: Uint32Array): number {
  const signed = new Int32Array(words.buffer, words.byteOffset, words.length)
  let a = 1
  let b = 2
  let c = 3
  let d = 4
  let i = HEADER_WORDS
  for (; i + 3 < signed.length; i += 4) {
    a = (Math.imul(a, 31) + signed[i]!) | 0
    b = (Math.imul(b, 31) + signed[i + 1]!) | 0
    c = (Math.imul(c, 31) + signed[i + 2]!) | 0
    d = (Math.imul(d, 31) + signed[i + 3]!) | 0
  }
  for (; i < signed.length; i += 1) a = (Math.imul(a, 31) + signed[i]!) | 0
  return (a ^ Math.imul(b, 3) ^ Math.imul(c, 5) ^ Math.imul(d, 7)) >>> 0
}

function aligned(length: number): number {
  return (length + 7) & ~7
}
