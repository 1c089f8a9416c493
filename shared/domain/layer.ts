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

/** Reads a canonical text; values stay the source texts they are. Only for texts made by `printLayer` or its like. */
export function parseLayer(text: LayerText): Layer {
  return { values: parseValues(text.metadata), tags: text.tags === '' ? null : (JSON.parse(text.tags) as string[]) }
}

/** The canonical text of a layer. */
export function printLayer(layer: Layer): LayerText {
  return { metadata: printValues(layer.values), tags: layer.tags === null ? '' : JSON.stringify(layer.tags) }
}

/** Reads the canonical text of values, `{"a":1,"b":["x"]}`. */
export function parseValues(text: string): Map<string, ValueText> {
  const values = new Map<string, ValueText>()
  let at = 1
  while (text.charCodeAt(at) === QUOTE) {
    // Subtle: the key rule leaves nothing in a key that would be escaped.
    const endOfKey = text.indexOf('"', at + 1)
    const endOfValue = skipValue(text, endOfKey + 2)
    values.set(text.slice(at + 1, endOfKey), text.slice(endOfKey + 2, endOfValue))
    at = endOfValue + 1
  }
  return values
}

/** The canonical text of values: keys in code-unit order, no blanks. */
export function printValues(values: ReadonlyMap<string, ValueText>): string {
  const keys = [...values.keys()].sort()
  let text = ''
  for (const key of keys) text += `${text === '' ? '{"' : ',"'}${key}":${values.get(key)}`
  return text === '' ? '{}' : `${text}}`
}

const QUOTE = 34
const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
const BACKSLASH = 92
const CLOSE_OBJECT = 125

function skipValue(text: string, from: number): number {
  const first = text.charCodeAt(from)
  if (first === QUOTE) return skipString(text, from)
  let at = from
  if (first === OPEN_LIST) {
    at += 1
    while (at < text.length && text.charCodeAt(at) !== CLOSE_LIST) {
      at = text.charCodeAt(at) === QUOTE ? skipString(text, at) : at + 1
    }
    return at + 1
  }
  while (at < text.length && text.charCodeAt(at) !== COMMA && text.charCodeAt(at) !== CLOSE_OBJECT) at += 1
  return at
}

function skipString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1
  return backslashes % 2 === 1
}
