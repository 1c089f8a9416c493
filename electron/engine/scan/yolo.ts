/**
 * YOLO and Darknet datasets (interchange.md 1.2, row 3): the only ones that show in several folders at once.
 *
 * Each folder that changed is looked at from the places where its dataset could be rooted, so it does not matter
 * which of its folders arrives last. Every look is bounded: a few folders down, a few files each.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RootPath } from '../../../shared/domain/ids.ts'
import { hasClassNames, isNumericLabel, peek, stemOf } from './sniff.ts'
import { below, type Listing } from './walk.ts'

const FOLDER_CAP = 50
const FILE_CAP = 20
const LABEL_FOLDERS = ['labels', 'labelTxt'] as const
const DARKNET_NAMES = ['_darknet.labels', 'obj.names', 'classes.txt']

/** Path below the root of what shows that the folder is part of a YOLO dataset, or null. */
export function findYolo(rootReal: string, dir: RootPath, listing: Listing): RootPath | null {
  const isText = (name: string) => /\.txt$/i.test(name)
  if (listing.labels.some(isText) || listing.tables.some((name) => DARKNET_NAMES.includes(name))) {
    const found = darknet(rootReal, dir, listing)
    if (found !== null) return found
  }
  for (const place of placesFor(dir, listing)) {
    const found = foldersAt(join(rootReal, place))
    if (found !== null) return below(place, found)
  }
  return null
}

/** `data.yaml` stands over `labels`, `labels/train` or `train/labels`; only folders that look the part are asked. */
function placesFor(dir: RootPath, listing: Listing): RootPath[] {
  const isLabels = (name: string) => LABEL_FOLDERS.some((folder) => folder === name)
  const isInside = dir.split('/').some(isLabels) || listing.folders.some(isLabels)
  const hasYaml = listing.tables.some((name) => /\.ya?ml$/i.test(name))
  if (!isInside) return hasYaml ? [dir] : []
  const places = [dir]
  for (let place = dir; place !== '' && places.length < 4; places.push(place)) place = parentOf(place)
  return places
}

function foldersAt(directory: string): string | null {
  const { files, folders } = peek(directory)
  return yamlWithLabels(directory, files, folders) ?? pairOfFolders(directory, folders)
}

function yamlWithLabels(directory: string, files: readonly string[], folders: readonly string[]): string | null {
  const yamls = files.filter((name) => /\.ya?ml$/i.test(name)).slice(0, FILE_CAP)
  if (yamls.length === 0) return null
  const places = ['', ...folders.slice(0, FOLDER_CAP)]
  const hasLabels = LABEL_FOLDERS.some((name) => places.some((place) => existsSync(join(directory, place, name))))
  return (hasLabels && yamls.find((name) => hasClassNames(join(directory, name)))) || null
}

function pairOfFolders(directory: string, folders: readonly string[]): string | null {
  if (!folders.includes('images') || !folders.includes('labels')) return null
  const labels = join(directory, 'labels')
  const places = [
    labels,
    ...peek(labels)
      .folders.slice(0, 4)
      .map((name) => join(labels, name)),
  ]
  const isNumeric = (place: string) =>
    peek(place)
      .files.filter((name) => /\.txt$/i.test(name))
      .slice(0, FILE_CAP)
      .some((name) => isNumericLabel(join(place, name)))
  return places.some(isNumeric) ? 'labels' : null
}

/** Names of the classes in the folder or the one above it, and numeric label files beside their images. */
function darknet(rootReal: string, dir: RootPath, listing: Listing): RootPath | null {
  const places = dir === '' ? [dir] : [dir, parentOf(dir)]
  const markers = places.flatMap((place) => DARKNET_NAMES.map((name) => below(place, name)))
  const marker = markers.find((path) => existsSync(join(rootReal, path)))
  if (marker === undefined) return null
  const stems = new Set(listing.images.map(({ name }) => stemOf(name)))
  const labels = listing.labels.filter((name) => /\.txt$/i.test(name) && stems.has(stemOf(name)))
  return labels.slice(0, FILE_CAP).some((name) => isNumericLabel(join(rootReal, dir, name))) ? marker : null
}

function parentOf(dir: RootPath): RootPath {
  const parent = dirname(dir)
  return parent === '.' ? '' : parent
}
