/** Where the cursor stands in a half-typed query: in a term, in a value, or where nothing can be offered. */
import type { SyntaxNode } from '@lezer/common'
import { METADATA_PREFIX } from '../domain/fields.ts'
import { foldText } from '../lib/text.ts'
import { parser } from './parser.ts'
import { readPlain } from './word.ts'

const MAX_TEXT = 4096
// More than a query may have, and few enough to walk their tree.
const MAX_BRACKETS = 200

/** The replaced part of the text, and what is typed of it before the cursor, folded. */
export type Part = { readonly from: number; readonly to: number; readonly typed: string }
export type TermPlace = Part & { readonly kind: 'term'; readonly hasOperator: boolean }
export type ValuePlace = Part & { readonly kind: 'value'; readonly field: string }
export type Place = TermPlace | ValuePlace | { readonly kind: 'nothing' }

const VALUES = new Set(['ValueWord', 'ValuePhrase', 'ClassName'])
const NAMES = new Set(['Word', 'Field', 'ClassField', 'Every', 'And', 'Or', 'Not'])
const BEFORE_VALUE = new Set(['Operator', 'Pipe', 'ListOpen'])

/** What stands at the cursor; nothing in a text longer or nested deeper than a query may be. */
export function findPlace(text: string, at: number): Place {
  if (text.length > MAX_TEXT || text.split('(').length > MAX_BRACKETS) return { kind: 'nothing' }
  const token = tokenBefore(text, at)
  const empty = { from: at, to: at, typed: '' }
  if (!token) return { kind: 'term', ...empty, hasOperator: false }
  const isTouching = token.to >= at
  const filter = parentFilter(token)
  if (VALUES.has(token.name) && isTouching) return valuePlace(text, at, token, filter)
  if (BEFORE_VALUE.has(token.name) && filter) return { kind: 'value', ...empty, field: fieldOf(filter, text) }
  if (NAMES.has(token.name) && isTouching) {
    const typed = foldText(text.slice(token.from, at))
    return { kind: 'term', from: token.from, to: token.to, typed, hasOperator: token.name.endsWith('Field') }
  }
  return isTouching && !canPrecedeTerm(token, text)
    ? { kind: 'nothing' }
    : { kind: 'term', ...empty, hasOperator: false }
}

/** Whether a term may follow the token without a blank between. */
function canPrecedeTerm({ name, from, to }: SyntaxNode, text: string): boolean {
  return name === 'GroupOpen' || name === 'Minus' || /^[-!]$/.test(text.slice(from, to))
}

function valuePlace(text: string, at: number, token: SyntaxNode, filter: SyntaxNode | null): Place {
  if (!filter || token.parent?.name === 'Count') return { kind: 'nothing' }
  const field = fieldOf(filter, text)
  const isQuoted = token.name === 'ValuePhrase'
  const typed = isQuoted ? text.slice(token.from + 1, at).replace(/"$/, '') : text.slice(token.from, at)
  // Subtle: an open quote has taken the rest of the text, which is not to be replaced.
  const isOpen =
    isQuoted && readPlain({ raw: text.slice(token.from + 1, token.to), isQuoted }) !== null && !endsQuoted(text, token)
  const part = { to: isOpen ? at : token.to, typed: foldText(readPlain({ raw: typed, isQuoted }) ?? typed) }
  // `metadata:cam` is a key half-typed.
  if (field === 'metadata')
    return { kind: 'term', ...part, from: filter.from, typed: METADATA_PREFIX + part.typed, hasOperator: false }
  return { kind: 'value', ...part, from: token.from, field }
}

function endsQuoted(text: string, { from, to }: SyntaxNode): boolean {
  return /^"(?:[^"\\]|\\[\s\S])*"$/.test(text.slice(from, to))
}

/** The last token that begins before the cursor. */
function tokenBefore(text: string, at: number): SyntaxNode | null {
  let last: SyntaxNode | null = null
  parser.parse(text).iterate({
    enter: (node) => {
      if (node.from >= at && node.from > 0) return false
      if (node.from < at && node.to > node.from && !node.node.firstChild && node.name !== 'Query') last = node.node
      return true
    },
  })
  return last
}

function parentFilter(node: SyntaxNode): SyntaxNode | null {
  let parent = node.parent
  while (parent && parent.name !== 'Filter') parent = parent.parent
  return parent
}

function fieldOf(filter: SyntaxNode, text: string): string {
  const name = filter.firstChild
  return name ? text.slice(name.from, name.to).replace(/^metadata:/, METADATA_PREFIX) : ''
}
