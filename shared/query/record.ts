/** One image as the oracle (match.ts) sees it: every source of predicate.ts as a list of scalars. */
import type { Scalar } from '../domain/scalar.ts'
import type { FieldName } from './predicate.ts'

export type MatchRecord = {
  /** Path below the root, with `/`. */
  readonly path: string
  /** Name of the root, for the default order. */
  readonly root: string
  /** Effective metadata by key. */
  readonly values: ReadonlyMap<string, readonly Scalar[]>
  readonly fields: Readonly<Record<FieldName, readonly Scalar[]>>
}
