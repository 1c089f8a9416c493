/** Images for tests of the query language, written down by what differs from an empty one. */
import type { Scalar } from '../../../shared/domain/scalar.ts'
import { FIELD_NAMES, type FieldName } from '../../../shared/query/predicate.ts'
import type { MatchRecord } from '../../../shared/query/record.ts'

export type RecordDraft = {
  path: string
  root?: string
  metadata?: Record<string, Scalar | Scalar[]>
} & Partial<Record<FieldName, Scalar | Scalar[]>>

export function makeRecord({ path, root = 'captures', metadata = {}, ...fields }: RecordDraft): MatchRecord {
  const given: Partial<Record<FieldName, Scalar | Scalar[]>> = {
    filename: path.slice(path.lastIndexOf('/') + 1),
    root,
    tags: [fields.tag ?? []].flat().length,
    ...fields,
  }
  const values = Object.entries(metadata).map(([key, value]) => [key, [value].flat()] as const)
  const columns = FIELD_NAMES.map((name): [FieldName, Scalar[]] => [name, [given[name] ?? []].flat()])
  return { path, root, values: new Map(values), fields: Object.fromEntries(columns) as Record<FieldName, Scalar[]> }
}
