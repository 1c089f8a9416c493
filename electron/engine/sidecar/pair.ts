/**
 * Which sidecar belongs to which image, by the names in one folder (semantics.md §2; reliability.md R13-R16).
 *
 * The exact name counts first. Letter case and Unicode form are overlooked only where the exact name is absent, and
 * then two candidates give no pair: nothing is ever guessed.
 */
import type { Problem } from '../../../shared/domain/problem.ts'
import { foldText } from '../../../shared/lib/text.ts'

export type Pair = {
  /** `photo.json`, as spelled on disk. */
  readonly base?: string
  /** `photo.jpg.json`, as spelled on disk. */
  readonly full?: string
  /** Another image uses the same `photo.json` (a raw file's JPEG does not count), so edits go into a full-name file. */
  readonly isBaseShared: boolean
  /** Raw files and JPEG of the same capture: an edit of this image is one of theirs too. */
  readonly partners?: readonly string[]
}

export type PairedFolder = {
  /** By image name: every image of the folder, also those without a sidecar. */
  readonly pairs: ReadonlyMap<string, Pair>
  /** JSON files that belong to no image. */
  readonly orphans: readonly string[]
  /** `file` is a name in this folder: the caller puts the folder's path before it. */
  readonly problems: readonly Problem[]
}

const RAW = new Set(['dng', 'cr2', 'cr3', 'nef', 'arw', 'raf', 'orf', 'rw2'])
const JPEG = new Set(['jpg', 'jpeg'])

/** Pairs the images and the `.json` files of one folder by their names as they are on disk. */
export function pairFolder(imageNames: readonly string[], jsonNames: readonly string[]): PairedFolder {
  const stems = groupBy(imageNames, stemOf)
  const problems: Problem[] = []
  const { find, left } = createFinder(stems, jsonNames, problems)
  const images = new Set(imageNames)
  const pairs = new Map<string, Pair>()
  for (const [stem, names] of stems) {
    const base = find(`${stem}.json`)
    const isCapture = isOneCapture(names)
    // Subtle: `a.jpg.json` is the base-name file of `a.jpg.png` and at the same time the full-name file of `a.jpg`.
    const isBaseShared = (names.length > 1 && !isCapture) || images.has(stem)
    if (isBaseShared && base !== undefined) problems.push({ kind: 'pair', file: base, reason: SHARED })
    for (const image of names) {
      const pair: { -readonly [K in keyof Pair]: Pair[K] } = { isBaseShared }
      const full = find(`${image}.json`)
      if (base !== undefined) pair.base = base
      if (full !== undefined) pair.full = full
      if (isCapture && !isBaseShared) pair.partners = names.filter((name) => name !== image)
      pairs.set(image, pair)
    }
  }
  return { pairs, orphans: [...left], problems }
}

/** The extension is what follows the last dot. */
export function stemOf(image: string): string {
  return image.slice(0, image.lastIndexOf('.'))
}

function createFinder(
  stems: ReadonlyMap<string, readonly string[]>,
  jsonNames: readonly string[],
  problems: Problem[],
) {
  const left = new Set(jsonNames)
  const exact = new Set<string>()
  const wanted = new Set<string>()
  const meet = (name: string): void => {
    if (left.delete(name)) exact.add(name)
    else if (!exact.has(name)) wanted.add(name)
  }
  for (const [stem, names] of stems) {
    meet(`${stem}.json`)
    for (const name of names) meet(`${name}.json`)
  }
  const inexact = left.size === 0 ? new Map<string, string>() : pairInexactly(left, wanted, problems)
  const find = (name: string): string | undefined => (exact.has(name) ? name : inexact.get(name))
  return { find, left }
}

const SHARED = 'Images of different kinds share this file: all show its values, and edits go into files of their own.'

/** Finds files for names that are not there exactly; takes what it pairs, or cannot decide, out of `left`. */
function pairInexactly(left: Set<string>, wanted: ReadonlySet<string>, problems: Problem[]): Map<string, string> {
  const candidates = groupBy(left, foldText)
  const found = new Map<string, string>()
  for (const [fold, names] of groupBy(wanted, foldText)) {
    const files = candidates.get(fold)
    if (files === undefined) continue
    for (const file of files) left.delete(file)
    if (files.length === 1 && names.length === 1) found.set(names[0]!, files[0]!)
    else for (const file of files) problems.push({ kind: 'pair', file, reason: UNDECIDED })
  }
  return found
}

const UNDECIDED =
  'Only letter case or accents tell which image this file belongs to, and more than one would fit. It is not used.'

function groupBy(names: Iterable<string>, keyOf: (name: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const key = keyOf(name)
    const group = groups.get(key)
    if (group) group.push(name)
    else groups.set(key, [name])
  }
  return groups
}

/** One JPEG and its raw files, nothing else. */
function isOneCapture(names: readonly string[]): boolean {
  if (names.length < 2) return false
  let jpegs = 0
  for (const name of names) {
    const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
    if (JPEG.has(extension)) jpegs += 1
    else if (!RAW.has(extension)) return false
  }
  return jpegs === 1
}
