/**
 * What follows from an image's effective metadata and its place: its split, and whether it has a position.
 *
 * These run once an image at ingest, so they look into the canonical text (shared/domain/layer.ts) instead of parsing
 * it: `,"lat":` with its bare quotes can only be a key, because quotes inside strings are escaped.
 */
import type { RootPath } from '../../../shared/domain/ids.ts'
import type { ImageFacts, IndexedImage } from './types.ts'

type Split = NonNullable<IndexedImage['split']>

const SPLITS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['valid', 'valid'],
  ['validation', 'valid'],
  ['val', 'valid'],
  ['test', 'test'],
  ['testing', 'test'],
])
const POSITIONS = [
  [',"gps.lat":', ',"gps.lon":'],
  [',"lat":', ',"lon":'],
  [',"latitude":', ',"longitude":'],
] as const

/** By the metadata key `split`, else by the top-most folder of that name (interchange.md 1.5); never by a part of one. */
export function splitOf(metadata: string, dirSplit: Split | null): Split | null {
  const at = valueStart(metadata, ',"split":')
  if (at === -1 || metadata.charCodeAt(at) !== 34) return dirSplit
  return SPLITS.get(metadata.slice(at + 1, metadata.indexOf('"', at + 1)).toLowerCase()) ?? dirSplit
}

export function splitOfDir(dir: RootPath): Split | null {
  for (const part of dir.split('/')) {
    const split = SPLITS.get(part.toLowerCase())
    if (split) return split
  }
  return null
}

/** True if the metadata holds one of the known pairs of position keys, both as numbers. */
export function hasPosition(metadata: string): boolean {
  return POSITIONS.some(([lat, lon]) => isNumberAt(metadata, lat) && isNumberAt(metadata, lon))
}

export function hasExifPosition(exif: ImageFacts['exif']): boolean {
  return typeof exif['gps.lat'] === 'number' && typeof exif['gps.lon'] === 'number'
}

function isNumberAt(metadata: string, key: string): boolean {
  const at = valueStart(metadata, key)
  if (at === -1) return false
  const code = metadata.charCodeAt(at)
  return code === 45 || (code >= 48 && code <= 57)
}

/** Where the value of a key starts, or -1. The key comes as `,"key":`; the first key follows `{` instead. */
function valueStart(metadata: string, key: string): number {
  if (metadata.startsWith(key.slice(1), 1)) return key.length
  const at = metadata.indexOf(key)
  return at === -1 ? -1 : at + key.length
}
