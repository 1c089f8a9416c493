/**
 * A layer is the flattened metadata and tags of one image from one source (its sidecars, or the effective result).
 *
 * Values are JSON source texts ("tokens"), so that `1.10`, `-0` and integers beyond 2^53 keep their spelling.
 * The text form is canonical: keys in code-unit order, no blanks, every key once. Equal layers have equal texts,
 * and the text of the values is at the same time valid JSON for the database and for answers.
 */

/** JSON text of one scalar (`"a"`, `1.10`, `true`) or of a flat array of scalars (`["a",1]`); never `null`. */
export type ValueText = string

export type Layer = {
  readonly values: ReadonlyMap<string, ValueText>
  /** The image's tags as written, in file order, without repeats that differ only in case; null = no `tags` member. */
  readonly tags: readonly string[] | null
}

/** The canonical text form: `metadata` is a JSON object text, `tags` a JSON array text or '' for null. */
export type LayerText = { readonly metadata: string; readonly tags: string }

export const EMPTY_LAYER: Layer = { values: new Map(), tags: null }
export const EMPTY_LAYER_TEXT: LayerText = { metadata: '{}', tags: '' }
