/**
 * From text to a query the engine can run: parses, resolves names and reads values. The first error in reading order
 * wins; warnings are collected. Every suggestion is tried before it is given: put in place, it mends its error.
 */
import type { Expression, FreeText, Junction, Query, SortTerm } from './ast.ts'
import { checkFilter } from './check-filter.ts'
import { checkSort, warn, type Context } from './check-names.ts'
import type { Diagnostic } from './diagnostic.ts'
import { attempt, fail } from './failure.ts'
import type { CheckedQuery, Predicate, SortKey } from './predicate.ts'
import { parseQuery } from './to-ast.ts'
import { quote, readParts, type Part } from './word.ts'
import { foldText } from '../lib/text.ts'

export type CheckOptions = {
  /** Epoch ms, for relative dates. */
  readonly now: number
  /** Keys that exist in the library, for "did you mean"; without them keys are not judged. */
  readonly keys?: Iterable<string>
  /** Fields to sort by after the text's own, as after `sort:` (`-taken`, `metadata.k`). */
  readonly sort?: readonly string[]
}

export type CheckResult =
  | { readonly ok: true; readonly query: CheckedQuery; readonly warnings: readonly Diagnostic[]; readonly ast: Query }
  | { readonly ok: false; readonly error: Diagnostic }

/** Reads and checks a query text; every text gives a query or one error, never an exception. */
export function checkQuery(text: string, options: CheckOptions): CheckResult {
  const result = checkOnce(text, options)
  if (result.ok || result.error.suggestion === undefined || mends(result.error, text, options)) return result
  const { suggestion: _, ...error } = result.error
  return { ok: false, error }
}

function checkOnce(text: string, { now, keys, sort = [] }: CheckOptions): CheckResult {
  const parsed = parseQuery(text)
  if (!parsed.ok) return parsed
  const ast = parsed.query
  const known = keys === undefined ? null : keys instanceof Set ? (keys as ReadonlySet<string>) : new Set(keys)
  const context: Context = { text, now, keys: known, warnings: [] }
  const checked = attempt((): CheckedQuery => {
    const where = ast.where ? checkExpression(ast.where, context) : ({ kind: 'all' } as const)
    return { where, order: checkOrder([...ast.sort, ...sort.map((name) => extraSort(name, text))], context) }
  })
  return checked.ok ? { ok: true, query: checked.value, warnings: context.warnings, ast } : checked
}

/** Whether the text with the suggestion in place has no error, or only one further on. */
function mends({ from, to, suggestion = '' }: Diagnostic, text: string, options: CheckOptions): boolean {
  const result = checkOnce(text.slice(0, from) + suggestion + text.slice(to), options)
  return result.ok || result.error.from > from + suggestion.length
}

function checkExpression(expression: Expression, context: Context): Predicate {
  switch (expression.kind) {
    case 'every':
      return { kind: 'all' }
    case 'and':
      return { kind: 'and', of: expression.of.map((member, index) => checkMember(member, expression, index, context)) }
    case 'or':
      return { kind: 'or', of: expression.of.map((member) => checkExpression(member, context)) }
    case 'not':
      return { kind: 'not', of: checkExpression(expression.of, context) }
    case 'text':
      return checkText(expression, context)
    case 'filter':
      return checkFilter(expression, context)
  }
}

/** A member of terms joined by blanks, among which a lower-case keyword can be told from text by its place. */
function checkMember(member: Expression, { of }: Junction, index: number, context: Context): Predicate {
  if (member.kind !== 'text') return checkExpression(member, context)
  const isLast = index === of.length - 1
  return checkText(member, context, !isLast && (index > 0 || member.value.raw === 'not'))
}

/** Free text is found anywhere in a text, so wildcards at its ends say nothing; others stand for themselves. */
function checkText(term: FreeText, context: Context, isAmongTerms = false): Predicate {
  const { value } = term
  if (value.raw === '') fail(term, 'There is nothing between the quotes to search for.')
  if (!value.isQuoted && /^(and|or|not)$/.test(value.raw)) {
    const keyword = value.raw.toUpperCase()
    const message = `Lower-case ${value.raw} is searched for as text. Write ${keyword} for the operator.`
    warn(context, term, message, isAmongTerms ? keyword : undefined)
  }
  const parts = readParts(value)
  while (parts[0] === null) parts.shift()
  while (parts.at(-1) === null) parts.pop()
  if (parts.length === 0) return { kind: 'all' }
  if (parts.length > 1 && parts.includes(null)) {
    const pattern = `filename:"*${parts.map(printPart).join('')}*"`
    warn(context, term, 'In free text * stands for itself. To use it as a wildcard, search a field.', pattern)
  }
  const needle = parts.map((part) => (part === null ? '*' : part === 1 ? '?' : part)).join('')
  return { kind: 'text', needle: foldText(needle) }
}

function printPart(part: Part): string {
  return part === null ? '*' : part === 1 ? '?' : quote(part).slice(1, -1)
}

function extraSort(name: string, text: string): SortTerm {
  const isDescending = name.startsWith('-')
  return { field: isDescending ? name.slice(1) : name, isDescending, from: text.length, to: text.length }
}

function checkOrder(terms: readonly SortTerm[], context: Context): SortKey[] {
  const keys = new Map<string, SortKey>()
  for (const term of terms) {
    const key = checkSort(term, context)
    const name = JSON.stringify(key.source)
    if (!keys.has(name)) keys.set(name, key)
  }
  return [...keys.values()]
}
