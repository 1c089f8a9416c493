/** What the engine's loop asks of the query thread, and what it answers. */
import type { RootRow } from '../../../shared/domain/ids.ts'
import type { Completion, Diagnostic } from '../../../shared/query/diagnostic.ts'
import type { IndexedImage } from '../db/index.ts'

export type QueryApi = {
  /** Loads columns (packed or from rows) and takes `changes` (a MessagePort of IndexChange) from then on. */
  start(input: { directory: string }): { revision: number; images: number; hydratedFrom: 'blobs' | 'rows' }
  /** Parses, checks, evaluates and orders. A result stays until 16 newer ones exist or it is closed. */
  open(input: OpenQuery): OpenedQuery | FailedQuery
  /** Count only. */
  count(
    input: OpenQuery,
  ): { total: number; unmeasured: number; ms: number; warnings: readonly Diagnostic[] } | FailedQuery
  /** Image rows of a result, in order. */
  rows(input: { resultId: number; offset: number; limit: number }): Uint32Array | null
  /** Images of a result, in order, read from the index; null = the result is gone. */
  page(input: {
    resultId: number
    offset: number
    limit: number
  }): { images: readonly IndexedImage[]; revision: number; isStale: boolean } | null
  close(input: { resultId: number }): void
  /** Value counts of a result; without `fields` (`ext`, `tag`, `metadata.KEY`) those of all; null = the result is gone. */
  facets(input: { resultId: number; fields?: readonly string[] }): readonly Facet[] | null
  keys(): readonly KeyStat[]
  tags(): readonly TagStat[]
  complete(input: { text: string; at: number }): readonly Completion[]
  /** Resolves when changes up to this revision are in the columns. */
  reached(input: { revision: number }): { revision: number }
  status(): { images: number; revision: number; memoryBytes: number; unmeasured: number }
  /** Packed columns for storing: the caller hands them to the index thread when idle and on close. */
  pack(): { revision: number; blobs: readonly { name: string; data: Uint8Array }[] }
}

/** `sort` are fields as after `sort:` (`-metadata.k`); they come after the text's own. `now` in epoch ms for relative dates. */
export type OpenQuery = {
  readonly text: string
  readonly sort: readonly string[]
  readonly now: number
  readonly roots?: readonly RootRow[]
}

export type OpenedQuery = {
  readonly resultId: number
  readonly total: number
  readonly revision: number
  /** How many of the images the query may concern are not measured yet, where it uses a measured field; else 0. */
  readonly unmeasured: number
  readonly warnings: readonly Diagnostic[]
  readonly ms: number
}

export type FailedQuery = { readonly error: Diagnostic }

export type KeyStat = {
  readonly key: string
  readonly images: number
  /** How many images hold each type; more than one entry = a type conflict. */
  readonly types: Readonly<Partial<Record<'string' | 'number' | 'boolean' | 'list', number>>>
  /** Up to three of the most frequent values, as JSON texts. */
  readonly examples: readonly string[]
}

export type Facet = {
  readonly field: string
  /** Images of the result that have the field. */
  readonly present: number
  /** Different values among them; those in `bins` do not count. */
  readonly distinct: number
  /** The most frequent scalars as JSON texts, most frequent first. */
  readonly values: readonly { readonly text: string; readonly images: number }[]
  /** Where numbers are too many to list: [from, to) ranges of equal width; the last one includes its end. */
  readonly bins: readonly { readonly from: number; readonly to: number; readonly images: number }[]
}

export type TagStat = { readonly tag: string; readonly images: number }
