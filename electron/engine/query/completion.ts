/** What completion offers comes from the columns; counts are over the whole library. */
import { complete, type Completion, type CompletionSource } from '../../../shared/query/index.ts'
import { countBits } from './bits.ts'
import { evaluate } from './evaluate.ts'
import { COLUMN_FIELDS } from './fields.ts'
import type { Steps } from './lane.ts'
import { keyStats, scalarText, tagStats, topValues, type ValueCount } from './stats.ts'
import { columnOf, rootOfFolder, type Table } from './table.ts'
import type { KeyStat } from './types.ts'
import { HAS_WORDS, IS_WORDS } from '../../../shared/query/predicate.ts'
import { PROBLEM_KINDS } from '../../../shared/domain/problem.ts'

const MOST_VALUES = 500

/** Completions for the cursor at `at`, best first. */
export function* completeText(table: Table, text: string, at: number): Steps<readonly Completion[]> {
  const keys: readonly KeyStat[] = yield* keyStats(table)
  const source: CompletionSource = {
    keys: () => keys,
    tags: () => tagStats(table),
    values: (field, needle) => finish(valuesOf(table, field, needle)),
  }
  return complete(text, at, source)
}

function* valuesOf(table: Table, field: string, needle: string): Steps<ValueCount[]> {
  if (field.startsWith('metadata.')) {
    return yield* topValues(columnOf(table, field.slice('metadata.'.length)), MOST_VALUES, needle)
  }
  if (field === 'root') return rootValues(table)
  if (field === 'is' || field === 'has' || field === 'problem') return yield* wordValues(table, field)
  if (field === 'tag') return yield* topValues(table.tag, MOST_VALUES, needle)
  const name = COLUMN_FIELDS.find((known) => known === field)
  return name === undefined ? [] : yield* topValues(table.fields[name], MOST_VALUES, needle)
}

function rootValues(table: Table): ValueCount[] {
  const images = new Map<number, number>()
  for (let folder = 1; folder <= table.folders.count; folder += 1) {
    const root = rootOfFolder(table, folder)
    images.set(root, (images.get(root) ?? 0) + table.folders.totals[folder]!)
  }
  return Array.from(table.roots.values(), ({ row, name }) => ({ text: scalarText(name), images: images.get(row) ?? 0 }))
}

const WORDS = { is: IS_WORDS, has: HAS_WORDS, problem: PROBLEM_KINDS } as const

function* wordValues(table: Table, field: keyof typeof WORDS): Steps<ValueCount[]> {
  const values: ValueCount[] = []
  for (const word of WORDS[field]) {
    const source = { kind: 'field', name: field } as const
    const bits = yield* evaluate(table, { kind: 'some', source, tests: [{ kind: 'text', text: word }] })
    values.push({ text: scalarText(word), images: countBits(bits) })
  }
  return values
}

/** Runs steps to their end at once. */
function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
