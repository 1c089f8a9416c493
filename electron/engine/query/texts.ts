/**
 * Texts in one byte arena, as written, in the order they came: file names, dictionary entries, rare keys.
 *
 * Bytes are UTF-8 (lone surrogates as three bytes, so every JavaScript string survives). Comparison is by folded text:
 * ASCII is folded on the fly through a table of 256 bytes; only texts whose folded form cannot be had that way keep
 * it in a second arena (`folded`), so that a million names cost their own length and little more.
 */
import { foldText } from '../../../shared/lib/text.ts'
import { grown } from './arrays.ts'

export type Texts = {
  bytes: Uint8Array
  /** Text n lies in bytes [starts[n], starts[n + 1]). */
  starts: Uint32Array
  count: number
  folded: Texts | null
  /** By text: 1 + index of its folded form in `folded`, 0 = fold by the table. */
  foldedOf: Uint32Array | null
}

/** A folded byte range to compare: a text as stored, or a needle. */
export type Span = { bytes: Uint8Array; from: number; to: number }

/** Lower case of ASCII, everything else as it is. */
export const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))

/** Order of first bytes as UTF-16 has it: characters beyond U+FFFF stand before U+E000 to U+FFFF. */
export const BYTE_ORDER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0xf0 ? byte - 2 : byte >= 0xee ? byte + 0x10 : byte,
)

export function createTexts(): Texts {
  return { bytes: new Uint8Array(0), starts: new Uint32Array(2), count: 0, folded: null, foldedOf: null }
}

/** Appends a text and returns its index. */
export function pushText(texts: Texts, text: string): number {
  const end = stageText(texts, text)
  return commitText(texts, text, end)
}

/** Writes a text behind the last one without adding it, and returns where it ends: for hashing it first. */
export function stageText(texts: Texts, text: string): number {
  const start = texts.starts[texts.count]!
  texts.bytes = grown(texts.bytes, start + text.length * 3)
  return encode(text, texts.bytes, start)
}

/** Adds the text that was staged last. */
export function commitText(texts: Texts, text: string, end: number): number {
  const index = texts.count
  texts.starts = grown(texts.starts, index + 2)
  texts.starts[index + 1] = end
  texts.count = index + 1
  const start = texts.starts[index]!
  const isAscii = end - start === text.length
  if (texts.foldedOf) texts.foldedOf = grown(texts.foldedOf, index + 1)
  if (!isAscii) {
    const folded = foldText(text)
    if (folded !== lowerAscii(text)) keepFolded(texts, index, folded)
  }
  return index
}

/** The text as it was written. */
export function textAt(texts: Texts, index: number): string {
  return decode(texts.bytes, texts.starts[index]!, texts.starts[index + 1]!)
}

/** Where the folded bytes of a text lie (still to be passed through FOLD); fills and returns `span`. */
export function spanOf(texts: Texts, index: number, span: Span): Span {
  const ref = texts.foldedOf === null ? 0 : texts.foldedOf[index]!
  const source = ref === 0 ? texts : texts.folded!
  const at = ref === 0 ? index : ref - 1
  span.bytes = source.bytes
  span.from = source.starts[at]!
  span.to = source.starts[at + 1]!
  return span
}

export function createSpan(): Span {
  return { bytes: new Uint8Array(0), from: 0, to: 0 }
}

/** The bytes of an already folded needle. */
export function needleOf(folded: string): Uint8Array {
  const bytes = new Uint8Array(folded.length * 3)
  return bytes.slice(0, encode(folded, bytes, 0))
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  let bits = 0
  for (let i = from; i < to; i += 1) bits |= bytes[i]!
  if (bits < 0x80) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to)
  let text = ''
  let i = from
  while (i < to) {
    const byte = bytes[i]!
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    let code = size === 1 ? byte : byte & (0xff >> (size + 1))
    for (let k = 1; k < size; k += 1) code = (code << 6) | (bytes[i + k]! & 0x3f)
    text += String.fromCodePoint(code)
    i += size
  }
  return text
}

export function bytesOfTexts(texts: Texts): number {
  const own = texts.bytes.byteLength + texts.starts.byteLength + (texts.foldedOf?.byteLength ?? 0)
  return own + (texts.folded ? bytesOfTexts(texts.folded) : 0)
}

function keepFolded(texts: Texts, index: number, folded: string): void {
  texts.folded ??= createTexts()
  texts.foldedOf ??= new Uint32Array(texts.starts.length)
  const inner = texts.folded
  const end = stageText(inner, folded)
  inner.starts = grown(inner.starts, inner.count + 2)
  inner.starts[inner.count + 1] = end
  inner.count += 1
  texts.foldedOf[index] = inner.count
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (part) => part.toLowerCase())
}

function encode(text: string, bytes: Uint8Array, start: number): number {
  let at = start
  for (let i = 0; i < text.length; i += 1) {
    let code = text.charCodeAt(i)
    if (code < 0x80) {
      bytes[at] = code
      at += 1
      continue
    }
    if (code >= 0xd800 && code < 0xdc00) {
      const whole = text.codePointAt(i)!
      if (whole > 0xffff) {
        code = whole
        i += 1
      }
    }
    at = encodeWide(code, bytes, at)
  }
  return at
}

function encodeWide(code: number, bytes: Uint8Array, start: number): number {
  let at = start
  if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6)
  else if (code < 0x10000) {
    bytes[at++] = 0xe0 | (code >> 12)
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f)
  } else {
    bytes[at++] = 0xf0 | (code >> 18)
    bytes[at++] = 0x80 | ((code >> 12) & 0x3f)
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f)
  }
  bytes[at++] = 0x80 | (code & 0x3f)
  return at
}
