/**
 * The field catalogue: every field of the query language, how its values compare, and whether this version has it.
 * A new field starts here; then come its column in the query engine and one migration.
 */
import { PROBLEM_KINDS } from './problem.ts'

/**
 * text: any string, with wildcards · word: one of a fixed set · path: a glob below the root · number · size: bytes with
 * units · instant · bound: an inclusive minimum or maximum of another number · other: fields of later versions.
 */
type FieldKind = 'text' | 'word' | 'path' | 'number' | 'size' | 'instant' | 'bound' | 'other'

export type Field = {
  readonly name: string
  /** What it is, for completion and help: a few words, lower case. */
  readonly label: string
  readonly kind: FieldKind
  /** The column it reads: its own name, but for aliases and bounds. */
  readonly column: string
  /** The words a `word` field takes. */
  readonly words?: readonly string[]
  readonly isAvailable: boolean
  readonly isSortable: boolean
}

/** Operators in the order in which completion offers them. */
const ALL = [':', '>', '>=', '<', '<=', '=', '!='] as const
const EQUALITY = [':', '=', '!='] as const
type FieldOperator = (typeof ALL)[number]

export const METADATA_PREFIX = 'metadata.'

/** Fields whose names go on after a dot: data that files and origins bring along. */
const FAMILIES = ['exif', 'xmp', 'iptc', 'source', 'upload']

const SPLITS = ['train', 'valid', 'test']
const IS = ['untagged', 'edited', 'offline', 'duplicate', 'conflicted', 'damaged', 'unwritten']
const HAS = ['tag', 'sidecar', 'position', 'exif', 'taken', 'class', 'annotation']

/** Words of `is:` and `has:` that this version cannot answer. */
const LATER_WORDS = new Set(['is:duplicate', 'has:class', 'has:annotation'])

export const FIELDS: readonly Field[] = [
  field('tag', 'text', 'has the tag'),
  field('tags', 'number', 'number of tags'),
  field('filename', 'text', 'file name'),
  field('path', 'path', 'path below the root'),
  field('root', 'text', 'root by name'),
  field('project', 'text', 'root by name', { column: 'root' }),
  field('dataset', 'text', 'root by name', { column: 'root' }),
  field('split', 'word', 'train, valid or test', { words: SPLITS }),
  field('width', 'number', 'width in pixels'),
  field('height', 'number', 'height in pixels'),
  field('size', 'size', 'file size'),
  field('megapixels', 'number', 'width times height in millions'),
  field('aspect', 'number', 'width by height'),
  ...['width', 'height'].flatMap((name) => [
    field(`min-${name}`, 'bound', `${name} at least`, { column: name, isSortable: false }),
    field(`max-${name}`, 'bound', `${name} at most`, { column: name, isSortable: false }),
  ]),
  field('ext', 'text', 'file type by name'),
  field('format', 'text', 'file type by content'),
  field('taken', 'instant', 'when the picture was taken'),
  field('modified', 'instant', 'when the file last changed'),
  field('edited', 'instant', 'when metadata or tags were last edited'),
  field('has', 'word', 'has something', { words: HAS, isSortable: false }),
  field('is', 'word', 'is in a state', { words: IS, isSortable: false }),
  field('problem', 'word', 'has a problem', { words: PROBLEM_KINDS, isSortable: false }),
  later('class', 'has an annotation of the class'),
  later('annotations', 'number of annotations'),
  later('min-annotations', 'annotations at least'),
  later('max-annotations', 'annotations at most'),
  later('near', 'within a distance of a point'),
  later('brightness', 'how bright'),
  later('contrast', 'how much contrast'),
  later('sharpness', 'how sharp'),
  later('quality', 'quality flags'),
  later('like', 'looks like an image'),
  later('like-image', 'looks like an image'),
]

const byName = new Map(FIELDS.map((field) => [field.name, field]))

/** What a field name in a query stands for; null if there is no such field. */
export type FieldMeaning =
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'metadata'; readonly key: string }
  /** A field of a later version, under the name to show. */
  | { readonly kind: 'later'; readonly name: string }
  | null

/** Looks up a field name as the query's tree has it: `width`, `metadata.KEY`, `exif.iso`, `type(metadata.KEY)`. */
export function findField(name: string): FieldMeaning {
  const field = byName.get(name)
  if (field) return field.isAvailable ? { kind: 'field', field } : { kind: 'later', name }
  if (name.startsWith(METADATA_PREFIX)) return { kind: 'metadata', key: name.slice(METADATA_PREFIX.length) }
  if (name.startsWith('type(')) return { kind: 'later', name: 'type(…)' }
  const family = FAMILIES.find((family) => name.startsWith(`${family}.`))
  return family === undefined ? null : { kind: 'later', name }
}

/** Whether a word of `is:` or `has:` belongs to a later version. */
export function isLaterWord(field: string, word: string): boolean {
  return LATER_WORDS.has(`${field}:${word}`)
}

/** The operators that fit a field. */
export function operatorsOf({ kind }: Field): readonly FieldOperator[] {
  if (kind === 'bound') return [':', '=']
  return kind === 'number' || kind === 'size' || kind === 'instant' ? ALL : EQUALITY
}

type Details = Partial<Pick<Field, 'column' | 'words' | 'isSortable'>>

function field(name: string, kind: FieldKind, label: string, details: Details = {}): Field {
  return { name, label, kind, column: name, isAvailable: true, isSortable: true, ...details }
}

function later(name: string, label: string): Field {
  return { name, label, kind: 'other', column: name, isAvailable: false, isSortable: false }
}
