/** What the columns hold of an image besides its metadata, and the words of `is:`, `has:` and `problem:`. */
import { PROBLEM_KINDS } from '../../../shared/domain/problem.ts'
import { FLAGS, type IndexedImage, type StoredRoot } from '../db/index.ts'

/** Fields with a column of their own; `folder` is `<root row>/<dir>`, `flags` and `problems` are bit masks. */
export const COLUMN_FIELDS = [
  'ext',
  'split',
  'format',
  'width',
  'height',
  'size',
  'megapixels',
  'aspect',
  'taken',
  'modified',
  'edited',
  'tags',
  'flags',
  'problems',
] as const
export type ColumnField = (typeof COLUMN_FIELDS)[number]

/** Bit of the `flags` column beside those of FLAGS: the file has EXIF data. */
const HAS_EXIF = 0x10000

/** Fields that are known only once a codec has measured the file. */
export const MEASURED_FIELDS: readonly string[] = ['width', 'height', 'megapixels', 'aspect', 'format', 'taken']
/** Words of `is:` and `has:` of which the same is true. */
export const MEASURED_WORDS: readonly string[] = ['damaged', 'position', 'exif', 'taken']

/** The value of one field, null = none. `tagCount` is passed because tags are read anyway. */
export function fieldValue(image: IndexedImage, field: ColumnField, tagCount: number): string | number | null {
  switch (field) {
    case 'ext':
      return extensionOf(image.name)
    case 'split':
      return image.split
    case 'format':
      return image.format
    case 'width':
      return image.width
    case 'height':
      return image.height
    case 'size':
      return image.size
    case 'tags':
      return tagCount
    case 'megapixels':
    case 'aspect':
      return shapeValue(image, field)
    default:
      return otherValue(image, field)
  }
}

/** The words of `is:` that flags and tags alone decide. */
export function isWords(flags: number, tagCount: number, root: StoredRoot | undefined): string[] {
  const words: string[] = []
  if (tagCount === 0) words.push('untagged')
  if (flags & FLAGS.edited) words.push('edited')
  if (root?.isOffline) words.push('offline')
  if (flags & FLAGS.conflicted) words.push('conflicted')
  if (flags & FLAGS.damaged) words.push('damaged')
  if (flags & FLAGS.unwritten) words.push('unwritten')
  return words
}

/** The words of `has:` of an image; `flags` as in the column. */
export function hasWords(flags: number, tagCount: number, isTaken: boolean): string[] {
  const words: string[] = []
  if (tagCount > 0) words.push('tag')
  if (flags & FLAGS.sidecar) words.push('sidecar')
  if (flags & FLAGS.position) words.push('position')
  if (flags & HAS_EXIF) words.push('exif')
  if (isTaken) words.push('taken')
  return words
}

/** The words of `problem:` in a bit mask. */
export function problemWords(problems: number): string[] {
  return PROBLEM_KINDS.filter((_, bit) => (problems >>> bit) & 1)
}

/** Extension in lower case without the dot, null = none. */
function extensionOf(name: string): string | null {
  const dot = name.lastIndexOf('.')
  return dot < 0 || dot === name.length - 1 ? null : name.slice(dot + 1).toLowerCase()
}

function shapeValue({ width, height }: IndexedImage, field: 'megapixels' | 'aspect'): number | null {
  if (width === null || height === null) return null
  if (field === 'megapixels') return (width * height) / 1e6
  return height === 0 ? null : width / height
}

function otherValue(image: IndexedImage, field: ColumnField): number | null {
  switch (field) {
    case 'taken':
      return image.takenMs
    case 'modified':
      return image.modifiedMs
    case 'edited':
      return image.editedMs
    case 'flags':
      return image.flags | (image.exif === '' ? 0 : HAS_EXIF)
    default:
      return image.problems
  }
}
