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
const NOTHING: PictureHeader = { format: null, width: null, height: null, isCutOff: false }

/** Reads the header; `format` is null for anything that is not a picture Gleaner knows. */
export function readHeader(file: FileWindow, name: string): PictureHeader {
  const { head } = file
  if (head.length < 12) return NOTHING
  if (head.readUInt16BE(0) === 0xffd8 && head[2] === 0xff) return readJpeg(file)
  if (head.readUInt32BE(0) === 0x89504e47) return readPng(file)
  const tag = head.toString('latin1', 0, 4)
  if (tag === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') return readWebp(file)
  if (tag === 'GIF8') return { ...NOTHING, format: 'gif', width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
  if (head.toString('latin1', 4, 8) === 'ftyp') return readBoxes(head)
  if (head.toString('latin1', 0, 8) === 'FUJIFILM') return { ...NOTHING, format: 'raw' }
  if (isTiff(head, tag)) return { ...NOTHING, format: isRaw(head, tag, name) ? 'raw' : 'tiff' }
  if (tag.startsWith('BM')) return readBmp(head)
  return NOTHING
}

/** True for an SVG drawing or another text file, whatever its name says. */
export function looksLikeText(head: Buffer): boolean {
  return (
    head.length > 0 && head.subarray(0, 512).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
  )
}

// Markers follow each other by length until the frame header; the window reads on where they leave the first block.
function readJpeg(file: FileWindow): PictureHeader {
  let at = 2
  for (let markers = 0; markers < 1000; markers += 1) {
    const bytes = file.read(at, 9)
    if (bytes.length < 9) return { ...NOTHING, format: 'jpeg', isCutOff: true }
    const marker = bytes[1] ?? 0
    if (bytes[0] !== 0xff) return { ...NOTHING, format: 'jpeg' }
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += marker === 0xff ? 1 : 2
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { format: 'jpeg', width: bytes.readUInt16BE(7), height: bytes.readUInt16BE(5), isCutOff: false }
    } else if (marker === 0xda || marker === 0xd9) return { ...NOTHING, format: 'jpeg' }
    else at += 2 + bytes.readUInt16BE(2)
  }
  return { ...NOTHING, format: 'jpeg' }
}

function readPng(file: FileWindow): PictureHeader {
  const { head } = file
  if (head.length < 33 || head.toString('latin1', 12, 16) !== 'IHDR')
    return { ...NOTHING, format: 'png', isCutOff: true }
  const isCutOff = !file.tail.includes('IEND', 0, 'latin1')
  return { format: 'png', width: head.readUInt32BE(16), height: head.readUInt32BE(20), isCutOff }
}

function readWebp(file: FileWindow): PictureHeader {
  return { ...NOTHING, format: 'webp', isCutOff: file.head.readUInt32LE(4) + 8 > file.size }
}

function readBmp(head: Buffer): PictureHeader {
  if (head.length < 26) return NOTHING
  const headerBytes = head.readUInt32LE(14)
  if (headerBytes === 12)
    return { ...NOTHING, format: 'bmp', width: head.readUInt16LE(18), height: head.readUInt16LE(20) }
  if (headerBytes < 40 || headerBytes > 124) return NOTHING
  const width = Math.abs(head.readInt32LE(18))
  return { ...NOTHING, format: 'bmp', width, height: Math.abs(head.readInt32LE(22)) } // negative = top row first
}

function isTiff(head: Buffer, tag: string): boolean {
  return tag === 'II*\0' || tag === 'MM\0*' || tag === 'II+\0' || tag === 'MM\0+' || isOlympusOrPanasonic(head)
}

function isOlympusOrPanasonic(head: Buffer): boolean {
  return ['IIRO', 'IIRS', 'MMOR', 'IIU\0'].includes(head.toString('latin1', 0, 4))
}

// Camera raws are TIFF files; only some say so in their first bytes, so here the name decides between the two.
function isRaw(head: Buffer, tag: string, name: string): boolean {
  return (
    isOlympusOrPanasonic(head) || (tag === 'II*\0' && head.toString('latin1', 8, 10) === 'CR') || RAW_NAME.test(name)
  )
}

// ISO boxes: the brand tells AVIF from HEIC; the largest `ispe` is the picture (the others are tiles and previews).
function readBoxes(head: Buffer): PictureHeader {
  const brandsEnd = Math.min(head.length, Math.max(12, head.readUInt32BE(0)), 128)
  const brands = head.toString('latin1', 8, brandsEnd)
  if (brands.startsWith('crx ')) return { ...NOTHING, format: 'raw' }
  if (/avi[fs]/.test(brands)) return { ...NOTHING, format: 'avif' }
  if (!/hei[cxms]|hev[cx]|mif1|msf1/.test(brands)) return NOTHING
  let width = 0
  let height = 0
  for (let at = head.indexOf('ispe', 0, 'latin1'); at !== -1; at = head.indexOf('ispe', at + 4, 'latin1')) {
    if (at + 16 > head.length) break
    const [w, h] = [head.readUInt32BE(at + 8), head.readUInt32BE(at + 12)]
    if (w * h > width * height) [width, height] = [w, h]
  }
  const turn = head.indexOf('irot', 0, 'latin1')
  const isTurned = turn !== -1 && ((head[turn + 4] ?? 0) & 1) === 1
  if (width === 0 || height === 0) return { ...NOTHING, format: 'heic' }
  return { ...NOTHING, format: 'heic', width: isTurned ? height : width, height: isTurned ? width : height }
}
