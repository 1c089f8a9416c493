/**
 * Which annotation format a root holds (interchange.md 1.2 and 4.2), so that no sidecar is ever written into it.
 *
 * Detection only, and bounded: it goes by the names that the scan sees anyway, looks into a few files of each kind in
 * a folder that changed, and never into JSON that is a sidecar by its name (the sidecar reader tells those itself).
 */
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { RootPath } from '../../../shared/domain/ids.ts'
import type { Guard } from '../../../shared/domain/root.ts'
import { pairFolder } from '../sidecar/pair.ts'
import { isAnnotationLines, isVocXml, sniffCsv, sniffJson } from './sniff.ts'
import { below, listFolder, type Listing } from './walk.ts'
import { findYolo } from './yolo.ts'

/** What shows a format; `file` is its path below the root (a folder where the shape of the tree shows it). */
export type FoundGuard = NonNullable<Guard>

/** In the order of the table: the first that is found owns the root. */
export const CLASS_FOLDERS = 'folder per class'
const FORMATS = [
  'COCO',
  'CreateML',
  'YOLO',
  'Pascal VOC',
  'multi-label CSV',
  'semantic masks',
  'box CSV',
  'JSONL',
  'LabelMe',
  CLASS_FOLDERS,
]

/** JSON files looked into per folder, likely names first. */
const JSON_CAP = 500
const FILE_CAP = 20
const LIKELY_JSON = /annotation|instances|coco|createml|labels/i
const SPLITS = new Set(['train', 'valid', 'val', 'test'])

/** The one that comes first in the table; null for none. Equal formats go by path, so a rescan finds the same. */
export function firstGuard(found: readonly FoundGuard[]): Guard {
  const order = found.toSorted((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : 1))
  return order[0] ?? null
}

/** What one folder shows; `jsons` are the JSON files to look into (those that are no sidecars). */
export function guardsIn(rootReal: string, dir: RootPath, listing: Listing, jsons: readonly string[]): FoundGuard[] {
  const directory = join(rootReal, dir)
  const found: FoundGuard[] = []
  const likely = jsons.toSorted((a, b) => Number(LIKELY_JSON.test(b)) - Number(LIKELY_JSON.test(a)))
  for (const name of likely.slice(0, JSON_CAP)) add(name, sniffJson(join(directory, name)))
  for (const name of listing.tables.slice(0, FILE_CAP)) {
    if (/\.csv$/i.test(name)) add(name, sniffCsv(directory, name))
    else if (/\.jsonl$/i.test(name) && isAnnotationLines(directory, name)) add(name, 'JSONL')
  }
  const xml = listing.labels.filter((name) => /\.xml$/i.test(name)).slice(0, FILE_CAP)
  const voc = xml.find((name) => isVocXml(join(directory, name)))
  if (voc !== undefined) add(voc, 'Pascal VOC')
  const yolo = findYolo(rootReal, dir, listing)
  if (yolo !== null) found.push({ format: 'YOLO', file: yolo })
  return found

  function add(name: string, format: string | null): void {
    if (format !== null) found.push({ format, file: below(dir, name) })
  }
}

export type FindGuards = {
  readonly rootPath: string
  readonly dirs: readonly RootPath[]
  /** JSON files to look into whether they pair with an image or not. */
  readonly files: readonly RootPath[]
}

/** What these folders and files show now, changed or not; what cannot be read shows nothing. */
export function findGuards({ rootPath, dirs, files }: FindGuards): FoundGuard[] {
  const rootReal = realpathSync.native(rootPath)
  const shown = files.flatMap((file) => {
    const format = /\.json$/i.test(file) ? sniffJson(join(rootReal, file)) : null
    return format === null ? [] : [{ format, file }]
  })
  const inFolders = dirs.flatMap((dir) => {
    try {
      const listing = listFolder({ rootReal, dir, nowMs: Date.now() })
      const { pairs, orphans } = pairFolder(
        listing.images.map(({ name }) => name),
        listing.jsons.map(({ name }) => name),
      )
      const paired = [...pairs.values()].flatMap(({ base, full }) => base ?? full ?? [])
      return guardsIn(rootReal, dir, listing, [...orphans, ...paired.slice(0, FILE_CAP)])
    } catch {
      return []
    }
  })
  return [...shown, ...inFolders]
}

/** Split folders at the top, every image exactly one level below them, at least two class names. */
export function classFolders(folders: Iterable<{ readonly dir: RootPath; readonly images: number }>): Guard {
  const classes = new Set<string>()
  let first: string | null = null
  for (const { dir, images } of folders) {
    if (images === 0) continue
    const [split = '', name, ...deeper] = dir.split('/')
    if (!SPLITS.has(split.toLowerCase()) || name === undefined || deeper.length > 0) return null
    classes.add(name)
    if (first === null || split < first) first = split
  }
  return classes.size >= 2 && first !== null ? { format: CLASS_FOLDERS, file: first } : null
}

function rank({ format }: FoundGuard): number {
  const at = FORMATS.indexOf(format)
  return at === -1 ? FORMATS.length : at
}
