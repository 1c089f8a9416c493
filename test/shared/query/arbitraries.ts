/** Random queries: trees as the parser may give them, and texts that are nearly queries. */
import * as fc from 'fast-check'
import { OPERATORS, type Expression, type Filter, type Query, type Value } from '../../../shared/query/ast.ts'

const NOWHERE = { from: 0, to: 0 }

const letters = fc.constantFrom(
  ...Array.from("abzAOR019éß😀.-_/*?,;'"),
  'AND',
  '..',
  '\\"',
  '\\ ',
  '\\*',
  '\\\\',
  '\\(',
)
const wordTail = fc.array(fc.oneof({ weight: 9, arbitrary: letters }, fc.constantFrom(':', '=', '<', '>', '!')), {
  maxLength: 6,
})
const word = fc.tuple(letters, wordTail).map(([first, rest]) => first + rest.join(''))
const phrase = fc
  .array(fc.oneof(letters, fc.constantFrom(' ', '(', ')', '|', ':', '-', '\n', 'OR', '\\x')), { maxLength: 6 })
  .map((parts) => parts.join(''))

const quoted = phrase.map((raw): Value => ({ raw, isQuoted: true, ...NOWHERE }))
const value = fc.oneof(
  word.map((raw): Value => ({ raw, isQuoted: false, ...NOWHERE })),
  quoted,
)

const isText = ({ raw, isQuoted }: Value) =>
  isQuoted || (!/^(-|\*$|(AND|OR|NOT)$)/.test(raw) && !/^[A-Za-z][A-Za-z0-9_.-]*([:=<>]|!=)/.test(raw))
const text = value.filter(isText).map((value): Expression => ({ kind: 'text', value, ...NOWHERE }))

const field = fc.constantFrom(
  'tag',
  'width',
  'metadata.capture.temperature',
  'foo-bar',
  'type(metadata.k)',
  'min-width',
)
const operator = fc.constantFrom(...OPERATORS)
const build = (field: string, operator: Filter['operator'], values: Filter['values']): Filter => {
  return { kind: 'filter', field, fieldSpan: NOWHERE, operator, operatorSpan: NOWHERE, values, ...NOWHERE }
}
const single = fc.tuple(field, operator, value).map(([field, operator, value]) => build(field, operator, [value]))
const list = fc
  .tuple(field, fc.constantFrom(':' as const, '=' as const, '!=' as const), value, fc.array(value, { maxLength: 3 }))
  .map(([field, operator, first, rest]) => build(field, operator, [first, ...rest]))
const counted = fc
  .tuple(value, fc.option(fc.constantFrom('=' as const, '>=' as const, '!=' as const)), fc.nat(9))
  .filter(([{ raw, isQuoted }]) => isQuoted || !/[<>=!]/.test(raw))
  .map(([name, operator, number]): Filter => {
    const filter = build('class', ':', [name])
    const value: Value = { raw: String(number), isQuoted: false, ...NOWHERE }
    return operator ? { ...filter, count: { operator, value } } : filter
  })

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constant<Expression>({ kind: 'every', ...NOWHERE }),
    single,
    list,
    counted,
    tie('expression').map((of): Expression => ({ kind: 'not', of, ...NOWHERE })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, of]): Expression => ({ kind, of, ...NOWHERE })),
  ),
}))

const sort = fc.record({ field: fc.constantFrom('taken', 'metadata.k', 'path'), isDescending: fc.boolean() })

/** Whole queries as trees; all positions are 0. */
export const queryTree: fc.Arbitrary<Query> = fc.record({
  where: fc.option(expression),
  sort: fc.array(
    sort.map((term) => ({ ...term, ...NOWHERE })),
    { maxLength: 2 },
  ),
})

const TOKENS = [
  'a',
  'AND',
  'OR',
  'NOT',
  '-',
  '!',
  '(',
  ')',
  '"',
  '"x y"',
  '|',
  ':',
  '=',
  '>',
  '<=',
  '!=',
  '*',
  '\\',
  ' ',
  '  ',
]
const PIECES = [
  'tag:',
  'width>',
  'metadata.k:',
  'metadata:k=',
  'type(metadata.k):',
  'class:',
  'sort:',
  'sort:-taken',
  '1..2',
]

/** Texts made of the pieces of queries, mostly wrong. */
export const queryText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...TOKENS, ...PIECES), { maxLength: 14 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...TOKENS, ...PIECES), { maxLength: 14 }).map((parts) => parts.join(' ')),
)
