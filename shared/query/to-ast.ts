/**
 * From text to tree: checks the shape, parses with the generated parser, and turns Lezer's tree into ours.
 *
 * The first error in reading order wins. Depth is bounded by checkShape, so the recursion here is too.
 */
import type { SyntaxNode } from '@lezer/common'
import {
  OPERATORS,
  type Expression,
  type Filter,
  type Operator,
  type Query,
  type SortTerm,
  type Span,
  type Value,
} from './ast.ts'
import type { Diagnostic } from './diagnostic.ts'
import { attempt, fail } from './failure.ts'
import { parser } from './parser.ts'
import { checkShape, MAX_TERMS } from './shape.ts'
import { failAtError, failAtStray, failWithoutValue } from './syntax-errors.ts'

/** Reads a query text; every text gives a tree or one error with its position. */
export function parseQuery(text: string): { ok: true; query: Query } | { ok: false; error: Diagnostic } {
  const result = attempt(() => read(text))
  return result.ok ? { ok: true, query: result.value } : result
}

type Reading = { readonly text: string; readonly sort: SortTerm[]; lastTerm: number }

function read(text: string): Query {
  checkShape(text)
  const { topNode } = parser.parse(text)
  const broken = survey(topNode)
  const reading: Reading = { text, sort: [], lastTerm: -1 }
  let where: Expression | null = null
  for (const child of childrenOf(topNode)) where = readTop(child, reading, where)
  const misplaced = reading.sort.find((term) => term.from < reading.lastTerm)
  if (misplaced) failBeforeEnd(misplaced, text)
  if (broken) failAtError(broken, text)
  return { where, sort: reading.sort }
}

function readTop(node: SyntaxNode, reading: Reading, before: Expression | null): Expression | null {
  const expression = readExpression(node, reading)
  return before ?? expression
}

/** Null for a `sort:` term, which the reading collects. */
function readExpression(node: SyntaxNode, reading: Reading): Expression | null {
  const { from, to } = node
  if (node.type.isError) return failAtError(node, reading.text)
  switch (node.name) {
    case 'Disjunction':
      return readDisjunction(node, reading)
    case 'Conjunction':
      return readConjunction(node, reading)
    case 'Negation':
      return readNegation(node, reading)
    case 'Group':
      return readGroup(node, reading)
    case 'Filter':
      return readFilter(node, reading)
    case 'Stray':
      return failAtStray(node, reading.text)
  }
  reading.lastTerm = Math.max(reading.lastTerm, from)
  if (node.name === 'Every') return { kind: 'every', from, to }
  return { kind: 'text', value: readValue(node.firstChild ?? node, reading.text), from, to }
}

function readDisjunction(node: SyntaxNode, reading: Reading): Expression | null {
  const of: Expression[] = []
  let or: SyntaxNode | null = null
  for (const child of childrenOf(node)) {
    if (child.name === 'Or') {
      or = child
      continue
    }
    const member = readExpression(child, reading)
    if (member) of.push(member)
    else if (or) failBeforeSort(or, child, 'OR')
  }
  return join('or', of)
}

function readConjunction(node: SyntaxNode, reading: Reading): Expression | null {
  const of: Expression[] = []
  let and: SyntaxNode | null = null
  for (const child of childrenOf(node)) {
    if (child.name === 'And') {
      and = child
      continue
    }
    const member = readExpression(child, reading)
    if (member) of.push(member)
    else if (and) failBeforeSort(and, child, 'AND')
    and = null
  }
  return join('and', of)
}

function join(kind: 'and' | 'or', of: readonly Expression[]): Expression | null {
  const [first] = of
  const last = of.at(-1)
  if (!first || !last) return null
  return of.length === 1 ? first : { kind, of, from: first.from, to: last.to }
}

function readNegation(node: SyntaxNode, reading: Reading): Expression {
  const [first, second, ...rest] = childrenOf(node)
  if (!first || !second) return failAtError(node, reading.text)
  if (rest.length > 0) {
    const prefixes = { from: first.from, to: (rest.at(-1) ?? node).from }
    const isEven = rest.length % 2 === 1
    fail(prefixes, 'Two negations in a row. Keep one of them, or none.', isEven ? '' : '-')
  }
  const of = readExpression(second, reading)
  return of ? { kind: 'not', of, from: node.from, to: node.to } : failBeforeEnd(sortIn(reading), reading.text)
}

function readGroup(node: SyntaxNode, reading: Reading): Expression {
  let inner: Expression | null = null
  const sorts = reading.sort.length
  for (const child of childrenOf(node)) {
    if (child.name === 'GroupOpen' || child.name === 'GroupClose') continue
    const expression = readExpression(child, reading)
    inner ??= expression
  }
  if (reading.sort.length > sorts || !inner) return failBeforeEnd(sortIn(reading), reading.text)
  return inner
}

function readFilter(node: SyntaxNode, reading: Reading): Filter | null {
  const { text } = reading
  const [field, sign, ...rest] = childrenOf(node)
  if (!field || !sign || sign.type.isError) return failAtError(sign ?? node, text)
  const operator = text.slice(sign.from, sign.to) as Operator
  const name = text.slice(field.from, field.to).replace(/^(type\()?metadata:/, '$1metadata.')
  const broken = rest.find((child) => child.type.isError)
  if (broken) failAtError(broken, text)
  const [value, ...more] = rest.filter((child) => isValue(child)).map((child) => readValue(child, text))
  if (!value) return failWithoutValue(field, sign, text)
  const values: Filter['values'] = [value, ...more]
  checkList(operator, values, rest)
  const filter: Filter = {
    kind: 'filter',
    field: name,
    fieldSpan: { from: field.from, to: field.to },
    operator,
    operatorSpan: { from: sign.from, to: sign.to },
    values,
    from: node.from,
    to: node.to,
  }
  if (name === 'sort') {
    reading.sort.push(readSort(filter))
    return null
  }
  reading.lastTerm = Math.max(reading.lastTerm, node.from)
  const count = rest.find((child) => child.name === 'Count')
  return count ? { ...filter, count: readCount(count, filter, text) } : filter
}

function checkList(operator: Operator, values: Filter['values'], nodes: readonly SyntaxNode[]): void {
  const isBracketed = nodes[0]?.name === 'ListOpen'
  if (/^(:|=|!=)$/.test(operator) || (values.length === 1 && !isBracketed)) return
  const span = { from: nodes[0]?.from ?? values[0].from, to: nodes.at(-1)?.to ?? values[0].to }
  const message = `A list of values can follow : and = and != only, not ${operator}.`
  fail(span, message, values.length === 1 ? values[0].raw : undefined)
}

function readCount(node: SyntaxNode, { operator, values }: Filter, text: string): NonNullable<Filter['count']> {
  const [sign, number] = childrenOf(node)
  if (!sign || !number || number.type.isError) return fail(node, 'A number is missing here, as in class:helmet>=3.')
  if (operator !== ':' || values.length > 1)
    fail(node, 'Only one class after class: can be counted, as in class:helmet>=3.')
  const comparison = text.slice(sign.from, sign.to)
  if (comparison === ':') fail(sign, 'Write the number of annotations after = or a comparison.', '=')
  return { operator: OPERATORS.find((known) => known === comparison) ?? '=', value: readValue(number, text) }
}

function readSort({ operator, values, from, to }: Filter): SortTerm {
  const [{ raw, isQuoted, ...span }] = values
  if (operator !== ':' || values.length > 1 || isQuoted) {
    const separate = values.map((value) => `sort:${value.raw}`).join(' ')
    fail(
      { from, to },
      'After sort: comes one field, as in sort:-taken. For a second order add another sort:.',
      separate,
    )
  }
  const isDescending = raw.startsWith('-')
  const field = (isDescending ? raw.slice(1) : raw).replace(/^metadata:/, 'metadata.')
  if (field === '') fail(span, 'The field to sort by is missing.', '-path')
  return { field, isDescending, from, to }
}

function readValue(node: SyntaxNode, text: string): Value {
  const { from, to } = node
  const isQuoted = node.name === 'Phrase' || node.name === 'ValuePhrase'
  return { raw: isQuoted ? text.slice(from + 1, to - 1) : text.slice(from, to), isQuoted, from, to }
}

function isValue(node: SyntaxNode): boolean {
  return node.name === 'ValueWord' || node.name === 'ValuePhrase' || node.name === 'ClassName'
}

function sortIn(reading: Reading): Span {
  return reading.sort.at(-1) ?? { from: 0, to: 0 }
}

function failBeforeEnd({ from, to }: Span, text: string): never {
  const moved = `${text.slice(to).trim()} ${text.slice(from, to)}`.trimStart()
  return fail({ from, to: text.length }, 'sort: stands at the end of a query. Move it to the end.', moved)
}

function failBeforeSort(keyword: Span, sort: Span, name: string): never {
  const span = { from: keyword.from, to: sort.from }
  return fail(span, `sort: is no condition, so ${name} cannot stand before it. Remove ${name}.`, '')
}

/** Counts the terms; gives the first place where the parser had to repair. */
function survey(top: SyntaxNode): SyntaxNode | null {
  let terms = 0
  let broken: SyntaxNode | null = null
  top.cursor().iterate((node) => {
    if (node.type.isError) broken ??= node.node
    if (!TERMS.has(node.name)) return
    terms += 1
    if (terms > MAX_TERMS) fail({ from: node.from, to: top.to }, `More than ${MAX_TERMS} terms. Shorten the query.`)
  })
  return broken
}

const TERMS = new Set(['Word', 'Phrase', 'Every', 'ValueWord', 'ValuePhrase', 'ClassName', 'Stray'])

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child)
  return children
}
