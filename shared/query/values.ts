/** What the values of a filter ask for, whatever the field: shared by check-filter.ts and check-metadata.ts. */
import type { Operator, Value } from './ast.ts'
import { warn, type Context } from './check-names.ts'
import { isEmptyRange, meantNumber, readNumberText, splitRange } from './literals.ts'
import type { Predicate, Source, Test } from './predicate.ts'
import { foldParts, readParts } from './word.ts'

/** One value's demand: tests of which any value of the field may pass one, or something tests cannot say. */
export type Wanted = readonly Test[] | Predicate

/** The demands of a list together: one that any of them meets. */
export function combine(source: Source, wanted: readonly Wanted[]): Predicate {
  const tests = wanted.flatMap((one) => ('kind' in one ? [] : one))
  const others = wanted.flatMap((one) => ('kind' in one ? [one] : []))
  return either([...(tests.length > 0 ? [{ kind: 'some', source, tests } as const] : []), ...others])
}

/** Any of the predicates. */
export function either(of: readonly Predicate[]): Predicate {
  const [only] = of
  return of.length === 1 && only ? only : { kind: 'or', of }
}

/** The test of a string by its whole text, or by a pattern where the value has wildcards. */
export function textTest(value: Value): Test {
  const parts = foldParts(readParts(value))
  const [first = '', ...rest] = parts
  return rest.length === 0 && typeof first === 'string' ? { kind: 'text', text: first } : { kind: 'pattern', parts }
}

/** Whether the value is a bare `*`: the field has any value. */
export function isAnything({ raw, isQuoted }: Value): boolean {
  return raw === '*' && !isQuoted
}

export function isComparison(operator: Operator): boolean {
  return operator.startsWith('<') || operator.startsWith('>')
}

/** Passes the test on, with a warning if it is a range that ends before it begins. */
export function noteEmpty(test: Test, value: Value, context: Context): Test {
  const bounds = splitRange(value.raw)
  if (!bounds || !isEmptyRange(test)) return test
  warn(context, value, 'This range ends before it begins, so nothing is in it.', `${bounds[1]}..${bounds[0]}`)
  return test
}

/** The number that was meant by a value that cannot be read as one, if that can be told. */
export function meantValue({ raw }: Value): string | undefined {
  return readNumberText(raw) ?? meantNumber(raw)
}
