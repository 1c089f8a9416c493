/**
 * Whether a JSON file is an annotation file and not a metadata sidecar (interchange.md 1.2, rows 1, 2 and 9).
 *
 * Only the members of the top object (or of the first object of a top array) decide, so the bytes are walked once
 * without building values: a COCO file of a gigabyte costs seconds of an I/O thread and 64 KB of memory.
 */
import { closeSync, openSync, readSync } from 'node:fs'

export type AnnotationJson = 'COCO' | 'CreateML' | 'LabelMe'

const CHUNK_BYTES = 64 * 1024
/** Longest member name that matters, `annotations`. */
const KEY_BYTES = 11

/** The annotation format of a whole JSON text, or null; the text need not be valid. */
export function annotationFormat(source: string | Uint8Array): AnnotationJson | null {
  const bytes = typeof source === 'string' ? null : Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  const text = bytes ?? (source as string)
  // Nearly every sidecar is cleared here, by a native search.
  if (!text.includes('"annotations"') && !text.includes('"imagePath"')) return null
  return push(createSniffer(), bytes ?? Buffer.from(text as string)) ?? null
}

/** True for JSON that must never be read or written as metadata, whatever its name. */
export function isAnnotationJson(source: string | Uint8Array): boolean {
  return annotationFormat(source) !== null
}

/** The annotation format of a JSON file of any size, or null; reads only as far as needed, throws what `fs` throws. */
export function annotationFormatOfFile(path: string): AnnotationJson | null {
  const fd = openSync(path, 'r')
  try {
    const sniffer = createSniffer()
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    for (;;) {
      const count = readSync(fd, chunk, 0, CHUNK_BYTES, null)
      const answer = count === 0 ? null : push(sniffer, chunk.subarray(0, count))
      if (answer !== undefined) return answer
    }
  } finally {
    closeSync(fd)
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf])

type Sniffer = {
  /** Members of the deciding object so far; true = a list. */
  readonly members: Map<string, boolean>
  depth: number
  /** Depth of the object that decides: 1, or 2 in a top array; 0 = not met yet. */
  level: number
  isInString: boolean
  isEscaped: boolean
  /** Bytes of the member name being read. */
  key: number[] | null
  name: string
  isAtKey: boolean
  isAtValue: boolean
  /** undefined = cannot tell yet. */
  answer: AnnotationJson | null | undefined
}

function createSniffer(): Sniffer {
  const text = { isInString: false, isEscaped: false, key: null, name: '' }
  return { members: new Map(), depth: 0, level: 0, ...text, isAtKey: true, isAtValue: false, answer: undefined }
}

/** Takes the next bytes of the file; answers undefined while it cannot tell. */
function push(sniffer: Sniffer, bytes: Uint8Array): AnnotationJson | null | undefined {
  for (const byte of bytes) {
    if (sniffer.isInString) takeText(sniffer, byte)
    else if (byte > 0x20) takeToken(sniffer, byte)
    if (sniffer.answer !== undefined) break
  }
  return sniffer.answer
}

function takeText(sniffer: Sniffer, byte: number): void {
  if (sniffer.isEscaped) sniffer.isEscaped = false
  else if (byte === BACKSLASH) sniffer.isEscaped = true
  else if (byte === QUOTE) {
    sniffer.isInString = false
    if (sniffer.key !== null) sniffer.name = String.fromCharCode(...sniffer.key)
    sniffer.key = null
    return
  }
  // One byte more than the longest name is kept, so that a longer one equals none.
  if (sniffer.key !== null && sniffer.key.length <= KEY_BYTES) sniffer.key.push(byte)
}

function takeToken(sniffer: Sniffer, byte: number): void {
  if (sniffer.level === 0) return start(sniffer, byte)
  const isInside = sniffer.depth === sniffer.level
  if (isInside && sniffer.isAtValue) note(sniffer, byte === OPEN_LIST)
  if (byte === QUOTE) {
    sniffer.isInString = true
    sniffer.key = isInside && sniffer.isAtKey ? [] : null
  } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) sniffer.depth += 1
  else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
    sniffer.depth -= 1
    if (sniffer.depth < sniffer.level) sniffer.answer ??= null
  } else if (isInside) separate(sniffer, byte)
}

function start(sniffer: Sniffer, byte: number): void {
  if (BYTE_ORDER_MARK.has(byte)) return
  if (byte === OPEN_OBJECT) sniffer.level = sniffer.depth + 1
  else if (byte !== OPEN_LIST || sniffer.depth > 0) sniffer.answer = null
  sniffer.depth += 1
}

function separate(sniffer: Sniffer, byte: number): void {
  if (byte === COMMA) sniffer.isAtKey = true
  else if (byte === COLON) {
    sniffer.isAtKey = false
    sniffer.isAtValue = true
  }
}

function note(sniffer: Sniffer, isList: boolean): void {
  sniffer.isAtValue = false
  const { members } = sniffer
  members.set(sniffer.name, isList)
  if (sniffer.level === 2) {
    if (members.has('image') && members.get('annotations')) sniffer.answer = 'CreateML'
  } else if (members.get('images') && members.get('annotations')) sniffer.answer = 'COCO'
  else if (members.get('shapes') && members.has('imagePath')) sniffer.answer = 'LabelMe'
}
