/** Random images, roots, predicates and orders, chosen so that values collide, mix types and differ only in spelling. */
import * as fc from 'fast-check'
import { PROBLEM_KINDS } from '../../../../shared/domain/problem.ts'
import { foldText } from '../../../../shared/lib/text.ts'
import { parsePathGlob } from '../../../../shared/query/glob.ts'
import {
  HAS_WORDS,
  IS_WORDS,
  type FieldName,
  type Predicate,
  type SortKey,
  type Source,
  type Test,
} from '../../../../shared/query/predicate.ts'
import type { IndexedImage, StoredRoot } from '../../../../electron/engine/db/index.ts'

const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'b/c',
  'é',
  'e\u0301',
  'É',
  'Straße',
  'ΟΔΟΣ',
  '🚀x',
  '\ue000',
  'İ',
  'true',
  '95',
  '2026-05',
  '2026-05-01',
  '2026-05-01T10:00Z',
  'img10 x',
  'quote"\\ and , comma',
]
const NUMBERS = ['0', '-0', '1', '1.0', '1.10', '-3.5', '95', '1e300', '1e21', '2', '3', '4', '5', '6', '7']
const BIG = [
  '12345678901234567890',
  '-12345678901234567890',
  '9007199254740993',
  '-9007199254740993',
  '99999999999999999999',
]
const TAGS = ['a', 'B', 'night', 'Night-2', 'é', 'x y', '95']
const KEYS = ['k', 'k.a', 'k.b', 'kb', 'shift', '__proto__', '0', 'constructor', 'only']
const DIRS = [
  '',
  'a',
  'A',
  'a/b',
  'a/b/c',
  'a b',
  'img1',
  'img01',
  'img01/x',
  'img1/x',
  'img10',
  'É',
  '2026/site-3',
  'a/img2',
]
const NAMES = [
  'img2.jpg',
  'img10.jpg',
  'IMG2.JPG',
  'img02.jpg',
  'É.png',
  'e\u0301.png',
  'ΑΣ.jpg',
  'b',
  'c.x',
  'a.b.webp',
  'z.',
]

const scalarToken = fc.oneof(
  fc.constantFrom(...TEXTS).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => JSON.stringify(text.toWellFormed())),
  fc.constantFrom(...NUMBERS, ...BIG),
  fc.integer({ min: -4, max: 4 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom('true', 'false'),
)
const token = fc.oneof(
  { weight: 4, arbitrary: scalarToken },
  { weight: 1, arbitrary: fc.array(scalarToken, { maxLength: 4 }).map((parts) => `[${parts.join(',')}]`) },
)

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constant('k') },
  { weight: 4, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 2, arbitrary: fc.nat(30).map((n) => `rare${n}`) },
)

const metadata = fc
  .uniqueArray(fc.tuple(key, token), {
    maxLength: 6,
    selector: ([key]) => key,
  })
  .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`)

const tags = fc.oneof(
  fc.constant(''),
  fc.subarray(TAGS).map((chosen) => JSON.stringify(chosen.toSorted())),
)

const pixels = fc.option(fc.oneof(fc.constantFrom(0, 640, 1920), fc.integer({ min: 1, max: 9000 })))
const instants = fc.option(fc.integer({ min: 1_777_000_000_000, max: 1_778_800_000_000 }))

export const ROWS = 24

export const image: fc.Arbitrary<IndexedImage> = fc.record({
  row: fc.oneof(fc.integer({ min: 1, max: ROWS }), fc.constant(5_000)),
  root: fc.integer({ min: 1, max: 3 }),
  dir: fc.constantFrom(...DIRS),
  name: fc.constantFrom(...NAMES),
  metadata,
  tags,
  size: fc.nat(50),
  modifiedMs: fc.integer({ min: 1_777_000_000_000, max: 1_778_800_000_000 }),
  editedMs: instants,
  width: pixels,
  height: pixels,
  format: fc.constantFrom(null, 'jpeg', 'png'),
  takenMs: instants,
  exif: fc.constantFrom('', '{"make":"x"}'),
  split: fc.constantFrom(null, 'train', 'valid', 'test'),
  flags: fc.nat(255),
  problems: fc.nat(2 ** PROBLEM_KINDS.length - 1),
})

const root = (row: number): fc.Arbitrary<StoredRoot> =>
  fc.record({
    row: fc.constant(row),
    id: fc.constant(`root-${row}`),
    name: fc.constantFrom('captures', 'Captures', 'cap2', 'cap10', 'é'),
    slug: fc.constantFrom('captures', 'cap', 'c3'),
    path: fc.constant(`/r${row}`),
    strategy: fc.constant('mergeBucketWins'),
    edits: fc.constant('sidecars'),
    isOffline: fc.boolean(),
    isReadOnly: fc.constant(false),
    guard: fc.constant(null),
  })

export const roots: fc.Arbitrary<StoredRoot[]> = fc.tuple(root(1), root(2), root(3))

const folded = fc.constantFrom(...TEXTS, ...TAGS, ...NAMES, 'captures').map(foldText)
const part = fc.oneof(
  fc.constantFrom('a', 'é', '.', 'img', 'σ', '🚀', '95', '2026').map(foldText),
  fc.constant(null),
  fc.constant(1 as const),
)
const numberText = fc.oneof(fc.constantFrom(...NUMBERS, ...BIG), fc.integer({ min: -4, max: 4 }).map(String))
const bound = fc.record({ text: numberText, isInclusive: fc.boolean() })
const moment = fc.oneof(
  fc.integer({ min: 1_777_000_000_000, max: 1_778_800_000_000 }),
  fc.constantFrom('2026-05-01', '2026-05-01T10:00Z').map((text) => new Date(text).getTime()),
)

const test: fc.Arbitrary<Test> = fc.oneof(
  folded.map((text) => ({ kind: 'text', text }) as const),
  fc
    .constantFrom(...IS_WORDS, ...HAS_WORDS, ...PROBLEM_KINDS, 'jpeg', 'jpg', 'train')
    .map((text) => ({ kind: 'text', text }) as const),
  fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ({ kind: 'pattern', parts }) as const),
  numberText.map((text) => ({ kind: 'number', text }) as const),
  fc.boolean().map((value) => ({ kind: 'boolean', value }) as const),
  fc.record({ kind: fc.constant('range' as const), from: bound, to: bound }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('instant' as const), from: moment, to: moment }, { requiredKeys: ['kind'] }),
)

const WORD_FIELDS = ['is', 'has', 'problem'] as const
const VALUE_FIELDS = [
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
] as const satisfies readonly FieldName[]
const metadataSource = key.map((key): Source => ({ kind: 'metadata', key }))
const fieldSource = (names: readonly FieldName[]) =>
  fc.constantFrom(...names).map((name): Source => ({ kind: 'field', name }))
const source = fc.oneof(
  { weight: 3, arbitrary: metadataSource },
  { weight: 2, arbitrary: fieldSource([...VALUE_FIELDS, ...WORD_FIELDS]) },
)

const glob = fc
  .oneof(
    fc.constantFrom('a/', '/**', '**', 'a/b/**', '**/img?.jpg', 'img1/*', '2026/**.jpg', 'a**', '*', 'É/É.png', ''),
    fc
      .array(fc.constantFrom('a', '*', '**', '/', '?', 'img', '.jpg', '2', 'é'), { maxLength: 6 })
      .map((parts) => parts.join('')),
  )
  .map(parsePathGlob)

export const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('some' as const), source, tests: fc.array(test, { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constant('present' as const), source }),
    key.map((key) => ({ kind: 'presentBelow', key }) as const),
    glob.map((glob) => ({ kind: 'path', glob }) as const),
    fc
      .oneof(folded, fc.constantFrom('a/', '/', 'b/c', 'a/img2', '/img1', 'g', 'x/im', '.jp'))
      .map((needle) => ({ kind: 'text', needle }) as const),
    fc.constant({ kind: 'all' } as const),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('predicate'), { minLength: 1, maxLength: 3 }),
    }),
    tie('predicate').map((of) => ({ kind: 'not', of }) as const),
  ),
}))

export const order: fc.Arbitrary<SortKey[]> = fc.array(
  fc.record({
    source: fc.oneof(metadataSource, fieldSource(VALUE_FIELDS), fc.constant({ kind: 'path' } as const)),
    isDescending: fc.boolean(),
  }),
  { maxLength: 3 },
)
