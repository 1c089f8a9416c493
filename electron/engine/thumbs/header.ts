/**
 * What the first bytes of a picture say: its format, by content and never by name, and its size in pixels as stored
 * (orientation not applied). Pure header reading: nothing is decoded, so hostile content can only give wrong numbers.
 */
import type { FileWindow } from './file-window.ts'

type Format = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'bmp' | 'heic' | 'raw'

export type PictureHeader = {
  readonly format: Format | null
  /** Pixels as stored; null = only a decoder can tell. */
  readonly width: number | null
  readonly height: number | null
  /** The end of the file is missing for certain. */
  readonly isCutOff: boolean
}

/** Formats that Gleaner lists and searches but that the decoder cannot show. */
export const NOT_SHOWN: ReadonlySet<string> = new Set(['bmp', 'heic', 'raw'])

const RAW_NAME = /\.(dng|cr2|cr3|nef|arw|raf|orf|rw2)$/i
// JPEG markers: the frame headers, the start of pixels, the end, and those without a length.
const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])
const SCAN = 0xda
const END = 0xd9
const ALONE = new Set([0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7])

type Reader = (file: FileWindow, name: string) => PictureHeader

/** Marks at fixed places, and who reads on from there; the first that fits counts. */
const READERS: readonly { readonly at: number; readonly mark: RegExp; readonly read: Reader }[] = [
  { at: 0, mark: /^\xff\xd8\xff/, read: readJpeg },
  { at: 0, mark: /^\x89PNG/, read: readPng },
  { at: 0, mark: /^RIFF....WEBP/s, read: readWebp },
  { at: 0, mark: /^GIF8/, read: ({ head }) => sized('gif', head.readUInt16LE(6), head.readUInt16LE(8)) },
  { at: 4, mark: /^ftyp/, read: ({ head }) => readBoxes(head) },
  { at: 0, mark: /^(FUJIFILM|IIRO|IIRS|MMOR|IIU\0)/, read: () => unsized('raw') },
  { at: 0, mark: /^II\*\0....CR/s, read: () => unsized('raw') },
  // Camera raws are TIFF files, and most do not say so: here the name decides between the two.
  { at: 0, mark: /^(II[*+]\0|MM\0[*+])/, read: (_, name) => unsized(RAW_NAME.test(name) ? 'raw' : 'tiff') },
  { at: 0, mark: /^BM/, read: ({ head }) => readBmp(head) },
]

/** Reads the header; `format` is null for anything that is not a picture Gleaner knows. */
export function readHeader(file: FileWindow, name: string): PictureHeader {
  if (file.head.length < 12) return unsized(null)
  const start = file.head.toString('latin1', 0, 16)
  const reader = READERS.find(({ at, mark }) => mark.test(start.slice(at)))
  return reader?.read(file, name) ?? unsized(null)
}

/** True for an SVG drawing or another text file, whatever its name says. */
export function looksLikeText(head: Buffer): boolean {
  const start = head.subarray(0, 512)
  const isPlain = start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
  return start.length > 0 && isPlain && isUtf8(start)
}

// Subtle: the last character may be cut in two, which a stream forgives.
function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

// Segments follow each other by length until the frame header, which holds the size.
function readJpeg(file: FileWindow): PictureHeader {
  let at = 2
  for (let segments = 0; segments < 1000; segments += 1) {
    const bytes = file.read(at, 9)
    if (bytes.length < 9) return { ...unsized('jpeg'), isCutOff: true }
    const marker = bytes[1] ?? 0
    if (FRAMES.has(marker)) return sized('jpeg', bytes.readUInt16BE(7), bytes.readUInt16BE(5))
    if (bytes[0] !== 0xff || marker === SCAN || marker === END) break
    if (marker === 0xff) at += 1
    else at += 2 + (ALONE.has(marker) ? 0 : bytes.readUInt16BE(2))
  }
  return unsized('jpeg')
}

function readPng({ head, tail }: FileWindow): PictureHeader {
  if (head.length < 33 || head.toString('latin1', 12, 16) !== 'IHDR') return { ...unsized('png'), isCutOff: true }
  const isCutOff = !tail.includes('IEND', 0, 'latin1')
  return { ...sized('png', head.readUInt32BE(16), head.readUInt32BE(20)), isCutOff }
}

function readWebp({ head, size }: FileWindow): PictureHeader {
  return { ...unsized('webp'), isCutOff: head.readUInt32LE(4) + 8 > size }
}

function readBmp(head: Buffer): PictureHeader {
  if (head.length < 26) return unsized(null)
  const headerBytes = head.readUInt32LE(14)
  if (headerBytes === 12) return sized('bmp', head.readUInt16LE(18), head.readUInt16LE(20))
  if (headerBytes < 40 || headerBytes > 124) return unsized(null)
  return sized('bmp', Math.abs(head.readInt32LE(18)), Math.abs(head.readInt32LE(22))) // negative = top row first
}

// ISO boxes: the brand tells AVIF from HEIC.
function readBoxes(head: Buffer): PictureHeader {
  const brands = head.toString('latin1', 8, Math.min(head.length, Math.max(12, head.readUInt32BE(0)), 128))
  if (brands.startsWith('crx ')) return unsized('raw')
  if (/avi[fs]/.test(brands)) return unsized('avif')
  if (!/hei[cxms]|hev[cx]|mif1|msf1/.test(brands)) return unsized(null)
  const { width, height } = largestExtent(head)
  if (width === 0 || height === 0) return unsized('heic')
  const turn = head.indexOf('irot', 0, 'latin1')
  const isTurned = turn !== -1 && ((head[turn + 4] ?? 0) & 1) === 1
  return isTurned ? sized('heic', height, width) : sized('heic', width, height)
}

// The largest `ispe` is the picture; the others are its tiles and previews.
function largestExtent(head: Buffer): { width: number; height: number } {
  let largest = { width: 0, height: 0 }
  for (let at = head.indexOf('ispe', 0, 'latin1'); at !== -1; at = head.indexOf('ispe', at + 4, 'latin1')) {
    if (at + 16 > head.length) break
    const [width, height] = [head.readUInt32BE(at + 8), head.readUInt32BE(at + 12)]
    if (width * height > largest.width * largest.height) largest = { width, height }
  }
  return largest
}

function sized(format: Format, width: number, height: number): PictureHeader {
  return width === 0 || height === 0 ? unsized(format) : { format, width, height, isCutOff: false }
}

function unsized(format: Format | null): PictureHeader {
  return { format, width: null, height: null, isCutOff: false }
}
