/** What to say where a text does not fit the grammar: what is wrong, where, and a text that would be right. */
import type { SyntaxNode } from '@lezer/common'
import type { Span } from './ast.ts'
import { fail } from './failure.ts'

/** What people write for an operator, and the one they mean. */
const MEANT: Readonly<Record<string, string>> = {
  '==': '=',
  '===': '=',
  '=>': '>=',
  '=<': '<=',
  '<>': '!=',
  '!==': '!=',
  '=!': '!=',
  ':!': '!=',
  ':!=': '!=',
  '::': ':',
  ':=': '=',
  ':>': '>',
  ':<': '<',
  ':>=': '>=',
  ':<=': '<=',
}

/** Fails for a filter that ends after its operator. */
export function failWithoutValue(field: Span, operator: Span, text: string): never {
  const sign = text.slice(operator.from, operator.to)
  const run = sign + (/^[:=<>!]+/.exec(text.slice(operator.to))?.[0] ?? '')
  const meant = MEANT[run]
  if (meant !== undefined)
    fail({ from: operator.from, to: operator.from + run.length }, `There is no operator ${run}. Write ${meant}.`, meant)
  const filter = text.slice(field.from, operator.to)
  const span = { from: field.from, to: operator.to }
  const isFollowed = /^\s+[^\s)]/.test(text.slice(operator.to))
  const hint = isFollowed ? ' Write it right after the operator, in quotes where it holds an operator itself.' : ''
  return fail(span, `The value after ${filter} is missing.${hint}`, /[<>]/.test(sign) ? undefined : `${filter}*`)
}

/** Fails for a token that no grammar rule takes: a lone `-`, an operator without a field, a `|` outside a list. */
export function failAtStray({ from, to }: Span, text: string): never {
  const stray = text.slice(from, to)
  if (stray === '|')
    fail({ from, to }, 'A | stands between values of one field, as in tag:a|b. Between terms write OR.', ' OR ')
  if (stray === '-' || stray === '!') {
    const isInside = /[^\s(]$/.test(text.slice(0, from)) && /^\S/.test(text.slice(to))
    if (isInside) fail({ from, to }, `Put a blank before the ${stray}, or quotes around the whole text.`, ` ${stray}`)
    fail(
      { from, to },
      `A ${stray} on its own excludes nothing. Put it right before a term, or in quotes to search for it.`,
      `"${stray}"`,
    )
  }
  const hasPhrase = text.slice(0, from).trimEnd().endsWith('"')
  const hint = hasPhrase
    ? 'A field is written without quotes.'
    : 'Put a field before it, or quotes around it to search for the text.'
  return fail({ from, to }, `There is no field before ${stray}. ${hint}`, hasPhrase ? undefined : ` "${stray}" `)
}

/** Fails for an error node of the parser: something is missing or cannot stand at its place. */
export function failAtError(node: SyntaxNode, text: string): never {
  const before = text.slice(0, node.from)
  const previous = /(AND|OR|NOT)\s*$/.exec(before)
  if (isInList(node)) failInList(node, text)
  const after = /^\s*(AND|OR)(?![^\s()"|])/.exec(text.slice(node.from))
  if (previous?.[1] !== undefined && /(^|[\s()"])$/.test(before.slice(0, previous.index))) {
    const span = { from: previous.index, to: previous.index + previous[1].length }
    fail(span, `Nothing follows ${previous[1]}. Add a term after it, or remove it.`, '')
  }
  if (after?.[1] !== undefined) {
    const to = node.from + after[0].length
    fail(
      { from: to - after[1].length, to },
      `Nothing stands before ${after[1]}. Add a term before it, or remove it.`,
      '',
    )
  }
  const open = /\(\s*$/.exec(before)
  const close = /^\s*\)/.exec(text.slice(node.to))
  if (open && close)
    fail({ from: open.index, to: node.to + close[0].length }, 'There is nothing between the brackets. Remove them.', '')
  const to = Math.max(node.to, Math.min(node.from + 1, text.length))
  return fail({ from: node.from, to }, 'This cannot stand here. Put quotes around it to search for the text.')
}

function isInList(node: SyntaxNode): boolean {
  for (let sibling = node.prevSibling; sibling; sibling = sibling.prevSibling) {
    if (sibling.name === 'Pipe' || sibling.name === 'ListOpen') return true
  }
  return false
}

function failInList({ from, to }: SyntaxNode, text: string): never {
  const isMissing = /([(|]|\bOR)\s*$/.test(text.slice(0, from))
  if (from === to || isMissing) fail({ from, to }, 'A value of the list is missing here.')
  return fail({ from, to }, 'Put | or OR between the values of a list.', `| ${text.slice(from, to)}`)
}
