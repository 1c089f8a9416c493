/**
 * EXIF, GPS and XMP of a picture as virtual keys (interchange.md 1.6), read by `exifreader` from bounded bytes.
 *
 * Whatever cannot be true counts as absent: impossible dates, a position of exactly 0, 0 without a fix, strings of
 * NULs, ratios over zero. A file with broken metadata is still a picture, so nothing here throws.
 */
import ExifReader from 'exifreader'
import { readTaken } from './taken.ts'

export type ExifFacts = {
  /** Keys without the prefix `exif.`; XMP keys keep their `xmp.`. */
  readonly exif: Record<string, string | number>
  readonly takenMs: number | null
  /** 1..8 as stored; 1 where the file does not say. */
  readonly orientation: number
}

type Tag = { value?: unknown; description?: unknown; computed?: unknown }
type Tags = Record<string, Tag | undefined>

const WANTED = [
  'Make',
  'Model',
  'LensModel',
  'BodySerialNumber',
  'Software',
  'ISOSpeedRatings',
  'PhotographicSensitivity',
  'FNumber',
  'ExposureTime',
  'FocalLength',
  'Orientation',
  'DateTimeOriginal',
  'SubSecTimeOriginal',
  'OffsetTimeOriginal',
  'GPSLatitude',
  'GPSLatitudeRef',
  'GPSLongitude',
  'GPSLongitudeRef',
  'GPSAltitude',
  'GPSAltitudeRef',
  'GPSStatus',
]
const TEXTS = { make: 'Make', model: 'Model', lens: 'LensModel', serial: 'BodySerialNumber', software: 'Software' }
const XMP_TEXTS = { title: 'title', description: 'description', creator: 'creator', label: 'Label' }
const MAX_TEXT = 1024
const NOTHING: ExifFacts = { exif: {}, takenMs: null, orientation: 1 }

/** Reads the tags in the first bytes of a picture, or in a bare EXIF block (`Exif\0\0` + TIFF, or TIFF). */
export function readExif(bytes: Buffer): ExifFacts {
  const isBlock = bytes.toString('latin1', 0, 6) === 'Exif\0\0'
  const hasXmp = bytes.includes('xmpmeta', 0, 'latin1')
  try {
    const groups = ExifReader.load(toArrayBuffer(isBlock ? bytes.subarray(6) : bytes), {
      expanded: true,
      computed: true,
      includeTags: { exif: WANTED, ...(hasXmp && { xmp: true }) },
    })
    return toFacts((groups.exif ?? {}) as Tags, groups.xmp ?? {})
  } catch {
    return NOTHING
  }
}

/** The JPEG preview inside the EXIF block, or null; bytes from the file, so only a codec may look at them. */
export function readPreview(bytes: Buffer): Buffer | null {
  try {
    const { Thumbnail } = ExifReader.load(toArrayBuffer(bytes), { expanded: true, includeTags: { thumbnail: true } })
    return Thumbnail?.image ? Buffer.from(Thumbnail.image as ArrayBuffer) : null
  } catch {
    return null
  }
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes
  if (byteOffset === 0 && byteLength === buffer.byteLength) return buffer as ArrayBuffer
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
}

function toFacts(tags: Tags, xmp: Tags): ExifFacts {
  const exif: Record<string, string | number> = {}
  const put = (key: string, value: string | number | null) => {
    if (value !== null) exif[key] = value
  }
  for (const [key, tag] of Object.entries(TEXTS)) put(key, textOf(tags[tag]))
  put('iso', positive(numberOf(tags['ISOSpeedRatings']) ?? numberOf(tags['PhotographicSensitivity'])))
  put('aperture', positive(numberOf(tags['FNumber'])))
  put('shutter', positive(numberOf(tags['ExposureTime'])))
  put('focal_length', positive(numberOf(tags['FocalLength'])))
  const orientation = orientationOf(tags['Orientation'])
  put('orientation', orientation)
  putPosition(tags, put)
  const taken = readTaken({
    date: textOf(tags['DateTimeOriginal']),
    subSeconds: textOf(tags['SubSecTimeOriginal']),
    offset: textOf(tags['OffsetTimeOriginal']),
  })
  put('offset', taken?.offset ?? null)
  for (const [key, tag] of Object.entries(XMP_TEXTS)) put(`xmp.${key}`, textOf(xmp[tag], 'description'))
  put('xmp.rating', rating(xmp['Rating']))
  return { exif, takenMs: taken?.ms ?? null, orientation: orientation ?? 1 }
}

function putPosition(tags: Tags, put: (key: string, value: number | null) => void): void {
  const lat = signed(degrees(tags['GPSLatitude']), textOf(tags['GPSLatitudeRef']), 'S')
  const lon = signed(degrees(tags['GPSLongitude']), textOf(tags['GPSLongitudeRef']), 'W')
  if (lat === null || lon === null || Math.abs(lat) > 90 || Math.abs(lon) > 180) return
  // A receiver without a fix writes zeros; only one that says its fix is good may stand on the equator off Africa.
  if (lat === 0 && lon === 0 && textOf(tags['GPSStatus']) !== 'A') return
  put('gps.lat', lat)
  put('gps.lon', lon)
  const alt = numberOf(tags['GPSAltitude'])
  if (alt === null) return
  const isBelow = Number(tags['GPSAltitudeRef']?.value ?? 0) === 1
  put('gps.alt', round(isBelow ? -alt : alt, 3))
}

function degrees(tag: Tag | undefined): number | null {
  if (!Array.isArray(tag?.computed)) return null
  const [d, m = 0, s = 0] = tag.computed as unknown[]
  if (typeof d !== 'number' || typeof m !== 'number' || typeof s !== 'number') return null
  const value = d + m / 60 + s / 3600
  return Number.isFinite(value) ? round(value, 7) : null
}

function signed(value: number | null, reference: string | null, negative: string): number | null {
  if (value === null) return null
  return reference?.toUpperCase().startsWith(negative) && value !== 0 ? -value : value
}

function textOf(tag: Tag | undefined, from: 'computed' | 'description' = 'computed'): string | null {
  const raw = tag?.[from]
  const text = Array.isArray(raw) ? raw.find((part) => typeof part === 'string') : raw
  if (typeof text !== 'string') return null
  const nul = text.indexOf('\0')
  const clean = (nul === -1 ? text : text.slice(0, nul)).replaceAll(/\p{Cc}+/gu, ' ').trim()
  return clean === '' ? null : clean.slice(0, MAX_TEXT).toWellFormed()
}

function numberOf(tag: Tag | undefined): number | null {
  const raw = Array.isArray(tag?.computed) ? (tag.computed as unknown[])[0] : tag?.computed
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : null
}

function orientationOf(tag: Tag | undefined): number | null {
  const value = numberOf(tag)
  return value !== null && Number.isInteger(value) && value >= 1 && value <= 8 ? value : null
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? round(value, 9) : null
}

function rating(tag: Tag | undefined): number | null {
  const value = typeof tag?.value === 'string' && tag.value.trim() !== '' ? Number(tag.value) : Number.NaN
  return Number.isFinite(value) ? value : null
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
