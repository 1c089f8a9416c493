/** The tree of a query as its text says it, with positions; nothing in it is checked against fields or keys. */

/** UTF-16 positions in the query text. */
export type Span = { readonly from: number; readonly to: number }

/** `where` is null for a query without terms, which finds everything. */
export type Query = { readonly where: Expression | null; readonly sort: readonly SortTerm[] }

export type Expression = Every | Junction | Negation | FreeText | Filter

/** `*` on its own. */
type Every = Span & { readonly kind: 'every' }
/** At least two members; a junction inside one of its own kind was in brackets. */
export type Junction = Span & { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
type Negation = Span & { readonly kind: 'not'; readonly of: Expression }
export type FreeText = Span & { readonly kind: 'text'; readonly value: Value }

export type Filter = Span & {
  readonly kind: 'filter'
  /** As written, but `metadata:KEY` as `metadata.KEY`. */
  readonly field: string
  readonly fieldSpan: Span
  readonly operator: Operator
  readonly operatorSpan: Span
  /** At least one; more than one only after `:`, `=` and `!=`. */
  readonly values: readonly [Value, ...Value[]]
  /** `class:helmet>=3`: how many. */
  readonly count?: { readonly operator: Operator; readonly value: Value }
}

export const OPERATORS = [':', '=', '!=', '>', '>=', '<', '<='] as const
export type Operator = (typeof OPERATORS)[number]

/** A word, or what stands between quotes; escapes and wildcards are still in `raw` (word.ts). The span includes quotes. */
export type Value = Span & { readonly raw: string; readonly isQuoted: boolean }

export type SortTerm = Span & { readonly field: string; readonly isDescending: boolean }
