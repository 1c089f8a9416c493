/**
 * The canonical text of a tree: `parse(print(ast))` is the same tree. AND is a blank, lists use `|`, brackets stand
 * only where the tree needs them. A person's own text is never printed again; only the clause a click changes is.
 */
import type { Expression, Filter, Query, SortTerm, Value } from './ast.ts'

/** Prints a whole query; a query without terms and order is the empty text. */
export function printQuery({ where, sort }: Query): string {
  return [...(where ? [printExpression(where)] : []), ...sort.map(printSort)].join(' ')
}

/** Prints one clause, as it may stand anywhere among terms joined by blanks, except that OR is not in brackets. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'every':
      return '*'
    case 'text':
      return printValue(expression.value)
    case 'filter':
      return printFilter(expression)
    case 'not':
      return `-${printInside(expression.of, ['and', 'or', 'not'])}`
    case 'and':
      return expression.of.map((member) => printInside(member, ['and', 'or'])).join(' ')
    case 'or':
      return expression.of.map((member) => printInside(member, ['or'])).join(' OR ')
  }
}

function printInside(expression: Expression, bracketed: readonly Expression['kind'][]): string {
  const text = printExpression(expression)
  return bracketed.includes(expression.kind) ? `(${text})` : text
}

function printFilter({ field, operator, values, count }: Filter): string {
  const counted = count ? count.operator + printValue(count.value) : ''
  return field + operator + values.map(printValue).join('|') + counted
}

function printValue({ raw, isQuoted }: Value): string {
  return isQuoted ? `"${raw}"` : raw
}

function printSort({ field, isDescending }: SortTerm): string {
  return `sort:${isDescending ? '-' : ''}${field}`
}
