/**
 * Values as they stand in a query, with their escapes and wildcards.
 *
 * In a word `\` escapes any character. Between quotes it escapes `"`, `\`, `*` and `?` only and stands for itself
 * before others, so that `"C:\new"` means what it looks like.
 */
import { foldText } from '../lib/text.ts'
import type { Value } from './ast.ts'

export type Part = string | null | 1

/** The literal texts and wildcards of a value: null = `*`, 1 = `?`; spelling kept, literals joined. */
export function readParts({ raw, isQuoted }: Pick<Value, 'raw' | 'isQuoted'>): Part[] {
  const parts: Part[] = []
  const token = isQuoted ? /\\(["\\*?])|([*?])|[\s\S]/gu : /\\([\s\S])|([*?])|[\s\S]/gu
  let literal = ''
  for (const [character, escaped, wildcard] of raw.matchAll(token)) {
    if (wildcard === undefined) {
      literal += escaped ?? character
      continue
    }
    if (literal !== '') parts.push(literal)
    literal = ''
    if (wildcard === '?') parts.push(1)
    else if (parts.at(-1) !== null) parts.push(null)
  }
  return literal === '' ? parts : [...parts, literal]
}

/** The literal parts folded, as tests compare them. */
export function foldParts(parts: readonly Part[]): Part[] {
  return parts.map((part) => (typeof part === 'string' ? foldText(part) : part))
}

/** The text of a value that has no wildcards, else null. */
export function readPlain(value: Pick<Value, 'raw' | 'isQuoted'>): string | null {
  const [first, ...rest] = readParts(value)
  if (rest.length > 0 || first === null || first === 1) return null
  return first ?? ''
}

/** A text as a quoted value that stands for exactly this text. */
export function quote(text: string): string {
  return `"${text.replace(/["\\*?]/g, '\\$&')}"`
}
