/** An image as the oracle of the query language sees it (shared/query/match.ts). */
import type { Scalar } from '../../../shared/domain/scalar.ts'
import type { FieldName } from '../../../shared/query/predicate.ts'
import type { MatchRecord } from '../../../shared/query/record.ts'
import type { IndexedImage, StoredRoot } from '../db/index.ts'
import { isList } from './dictionary.ts'
import { fieldValue, hasWords, isWords, problemWords, type ColumnField } from './fields.ts'
import { eachValue, readTags } from './values.ts'

const SINGLE = [
  'tags',
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
] as const satisfies readonly (ColumnField & FieldName)[]

/** Every source of predicate.ts for one image and the root it is in. */
export function toMatchRecord(image: IndexedImage, root: StoredRoot): MatchRecord {
  const values = new Map<string, readonly Scalar[]>()
  eachValue(image.metadata, (key, value) => {
    values.set(key, isList(value) ? value : [value])
  })
  const tags = readTags(image.tags)
  const single = Object.fromEntries(
    SINGLE.map((field) => {
      const value = fieldValue(image, field, tags.length)
      return [field, value === null ? [] : [value]]
    }),
  ) as unknown as Record<(typeof SINGLE)[number], readonly Scalar[]>
  const flags = Number(fieldValue(image, 'flags', tags.length))
  return {
    path: image.dir === '' ? image.name : `${image.dir}/${image.name}`,
    root: root.name,
    values,
    fields: {
      ...single,
      tag: tags,
      filename: [image.name],
      root: [root.name, root.slug],
      problem: problemWords(image.problems),
      is: isWords(flags, tags.length, root),
      has: hasWords(flags, tags.length, image.takenMs !== null),
    },
  }
}
