/**
 * A checked query: names resolved, words read as numbers, dates, sizes or patterns. check.ts makes it from the
 * AST; match.ts says what it means for one record; engine/query/evaluate.ts runs it on columns. All plain data, so
 * it crosses threads.
 */

export type CheckedQuery = { readonly where: Predicate; readonly order: readonly SortKey[] }

export type Predicate =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  /** At least one value of the source passes at least one of the tests. */
  | { readonly kind: 'some'; readonly source: Source; readonly tests: readonly Test[] }
  /** The source has at least one value. */
  | { readonly kind: 'present'; readonly source: Source }
  /** The metadata key, or any key below it (`gps` finds `gps.lat`). */
  | { readonly kind: 'presentBelow'; readonly key: string }
  /** The path below the root fits the glob (case-insensitive like all text). */
  | { readonly kind: 'path'; readonly glob: PathGlob }
  /** Free text: folded substring of file name, path, a tag, or a string value of any metadata key. */
  | { readonly kind: 'text'; readonly needle: string }

/** Where values come from; every source gives zero or more scalars per image. */
export type Source =
  | { readonly kind: 'metadata'; readonly key: string }
  | { readonly kind: 'field'; readonly name: FieldName }

/**
 * Fields that columns hold besides metadata. Strings: filename (name on disk), root (name and slug), split, ext (lower
 * case, no dot), format. Numbers: tags (count), width, height, size (bytes), megapixels, aspect. Word sets: tag,
 * problem, is, has. Instants in epoch ms: taken, modified, edited.
 */
export const FIELD_NAMES = [
  'tag',
  'tags',
  'filename',
  'root',
  'split',
  'width',
  'height',
  'size',
  'megapixels',
  'aspect',
  'ext',
  'format',
  'taken',
  'modified',
  'edited',
  'problem',
  'is',
  'has',
] as const
export type FieldName = (typeof FIELD_NAMES)[number]

/** Words of `is:` and of `has:` that do not name a key. */
export const IS_WORDS = ['untagged', 'edited', 'offline', 'duplicate', 'conflicted', 'damaged', 'unwritten'] as const
export const HAS_WORDS = ['tag', 'sidecar', 'position', 'exif', 'taken', 'class', 'annotation'] as const

/** One test on one scalar. Texts are folded (fold.ts: NFC, lower case) already. */
export type Test =
  /** Strings whose folded text is this. */
  | { readonly kind: 'text'; readonly text: string }
  /** Strings that fit a pattern of folded literal parts; null = any run (`*`), 1 = any one character (`?`). */
  | { readonly kind: 'pattern'; readonly parts: readonly (string | null | 1)[] }
  /** Numbers equal to this JSON number text (95 = 95.0; big integers by their digits). */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Numbers between the bounds (JSON number texts; absent = open). */
  | { readonly kind: 'range'; readonly from?: Bound; readonly to?: Bound }
  /** Instants, and metadata strings that are ISO dates, inside [from, to) in epoch ms; see query.md §3. */
  | { readonly kind: 'instant'; readonly from?: number; readonly to?: number }

export type Bound = { readonly text: string; readonly isInclusive: boolean }

/** Segments of a path pattern, folded; `**` spans segments. Semantics and matcher: query/glob.ts. */
export type PathGlob = { readonly segments: readonly PathSegment[] }
/** Parts as in a pattern; 2 = `**` beside other characters (`2026/**.jpg`): any run, also across `/`. */
export type PathSegment = 'any-depth' | readonly (string | null | 1 | 2)[]

export type SortKey = { readonly source: Source | { readonly kind: 'path' }; readonly isDescending: boolean }
