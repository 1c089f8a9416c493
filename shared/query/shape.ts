/**
 * The limits and the balance of quotes and brackets, checked in one pass before anything builds a tree: a hostile
 * text costs no more than its length, and no later step has to fear depth.
 */
import { fail } from './failure.ts'

const MAX_BYTES = 4096
const MAX_DEPTH = 50
export const MAX_TERMS = 500

/** Fails on a text that is too long, nested too deep, or has a quote, bracket or escape without its other half. */
export function checkShape(text: string): void {
  checkLength(text)
  const open: number[] = []
  let at = 0
  while (at < text.length) {
    const character = text[at]
    if (character === '\\') {
      if (at + 1 === text.length)
        fail({ from: at, to: at + 1 }, 'Nothing follows the backslash. Write \\\\ for one.', '\\\\')
      at += 2
      continue
    }
    if (character === '"') {
      at = endOfPhrase(text, at)
      continue
    }
    if (character === '(') open.push(at)
    if (character === ')' && open.pop() === undefined)
      fail({ from: at, to: at + 1 }, 'This bracket closes nothing. Remove it, or add the one that opens.', '')
    if (open.length > MAX_DEPTH)
      fail({ from: at, to: at + 1 }, `More than ${MAX_DEPTH} brackets inside one another. Simplify the query.`)
    at += 1
  }
  const first = open[0]
  if (first !== undefined) {
    const closed = text.slice(first) + ')'.repeat(open.length)
    fail({ from: first, to: text.length }, 'This bracket is never closed. Add a ) where the group ends.', closed)
  }
}

function endOfPhrase(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  if (at < text.length) return at + 1
  // Subtle: a backslash at the very end would take the added quote for its own.
  const closed = text.slice(start) + (at > text.length ? '\\"' : '"')
  return fail({ from: start, to: text.length }, 'This quote is never closed. Add a " where the text ends.', closed)
}

function checkLength(text: string): void {
  let bytes = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    // UTF-8 needs 4 bytes for a surrogate pair, which is two code units.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
    if (bytes > MAX_BYTES) fail({ from: at, to: text.length }, 'The query is longer than 4 KB. Shorten it.')
  }
}
