/**
 * The three questions of performance.md §1, in the words of each engine. A little different at every run, as while
 * somebody types, so that nobody can answer from the answer before.
 */
export type Clause =
  | { readonly key: string; readonly above: number }
  | { readonly key: string; readonly oneOf: readonly string[] }

export type Condition = {
  readonly name: string
  /** About how many of the images match. */
  readonly part: string
  clauses(run: number): readonly Clause[]
}

const LENSES = ['24mm', '35mm', '50mm', '85mm']
const quality = (run: number): Clause => ({ key: 'quality_score', above: 80 + (run % 10) / 10 })

export const CONDITIONS: readonly Condition[] = [
  { name: 'range', part: '20 %', clauses: (run) => [quality(run)] },
  {
    name: 'half',
    part: '50 %',
    clauses: (run) => [{ key: 'capture.lens', oneOf: [LENSES[run % 4]!, LENSES[(run + 1) % 4]!] }],
  },
  {
    name: 'AND of 3',
    part: '0.2 %',
    clauses: (run) => [
      { key: 'camera_id', oneOf: [`cam${String(run % 40).padStart(3, '0')}`] },
      { key: 'shift', oneOf: ['night'] },
      quality(run),
    ],
  },
]

/** As a query of Gleaner. */
export function queryOf(clauses: readonly Clause[]): string {
  return clauses
    .map((clause) =>
      'above' in clause ? `metadata.${clause.key}>${clause.above}` : `metadata.${clause.key}:${clause.oneOf.join('|')}`,
    )
    .join(' ')
}

/** As the condition of a plain table whose columns are named by the last part of the key. */
export function sqlOf(clauses: readonly Clause[]): string {
  return clauses
    .map((clause) => {
      const column = clause.key.slice(clause.key.lastIndexOf('.') + 1)
      return 'above' in clause
        ? `${column} > ${clause.above}`
        : `${column} IN (${clause.oneOf.map((text) => `'${text}'`).join(', ')})`
    })
    .join(' AND ')
}
