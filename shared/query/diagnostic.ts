/** A finding about a query text, the same in bar, CLI and contract. Offsets are UTF-16 positions in the text. */
export type Diagnostic = {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly from: number
  readonly to: number
  /** A text that would be right in place of [from, to). */
  readonly suggestion?: string
}

export type Completion = {
  readonly text: string
  readonly kind: 'field' | 'key' | 'operator' | 'value' | 'tag'
  readonly count?: number
  /** The part of the query text it replaces. */
  readonly from: number
  readonly to: number
}
