/** What was measured, beside its baseline and its gate; as a table or as JSON. */
import { formatTable } from '../../electron/cli/table.ts'

type Unit = 'ms' | '/s' | 'MB'

/**
 * A bound on the ratio to the baseline (at least) or on the figure itself (at most), in the row's unit. `from` is the
 * number of images it is set for: with fewer of them only a figure that is too high already says something.
 */
type Gate = { readonly aim?: number; readonly from?: number } & (
  | { readonly ratio: number }
  | { readonly most: number; readonly of?: 'p95' }
)

export type Row = {
  readonly what: string
  readonly unit: Unit
  /** Null = could not be measured; the note says why. */
  readonly ours: number | null
  readonly p95?: number
  /** `value` null = not here, or could not be measured. */
  readonly baseline?: { readonly name: string; readonly value: number | null }
  readonly gate?: Gate
  readonly note?: string
}

export type Section = { readonly title: string; readonly rows: readonly Row[] }

/** How many times better than the baseline: above 1 = faster or smaller. */
function ratioOf({ unit, ours, baseline }: Row): number | null {
  if (ours === null || !baseline || baseline.value === null) return null
  return unit === '/s' ? ours / baseline.value : baseline.value / ours
}

type Verdict = 'aim' | 'met' | 'missed' | 'too few'

function verdictOf(row: Row, images: number): Verdict | null {
  const { gate } = row
  if (!gate) return null
  const isFew = images < (gate.from ?? 0)
  if ('ratio' in gate) {
    const ratio = ratioOf(row)
    if (ratio === null || isFew) return ratio === null ? null : 'too few'
    if (ratio < gate.ratio) return 'missed'
    return gate.aim !== undefined && ratio >= gate.aim ? 'aim' : 'met'
  }
  const value = gate.of === 'p95' ? (row.p95 ?? null) : row.ours
  if (value === null) return null
  if (value > gate.most) return 'missed'
  if (isFew) return 'too few'
  return gate.aim !== undefined && value <= gate.aim ? 'aim' : 'met'
}

const WORDS = { aim: 'met, aim too', met: 'met', missed: 'MISSED' } as const
const HEAD = ['', 'Gleaner', 'p95', 'baseline', 'measured', 'ratio', 'gate', '']

/** The section's table, with its notes below. */
export function toLines({ title, rows }: Section, images: number): string[] {
  const cells = rows.map((row) => {
    const ratio = ratioOf(row)
    return [
      row.what,
      row.ours === null ? '–' : format(row.ours, row.unit),
      row.p95 === undefined ? '' : format(row.p95, row.unit),
      row.baseline?.name ?? '',
      row.baseline ? (row.baseline.value === null ? 'not here' : format(row.baseline.value, row.unit)) : '',
      ratio === null ? '' : `${precise(ratio)}×`,
      row.gate ? gateText(row.gate, row.unit) : '',
      verdictText(row, images),
    ]
  })
  const notes = [...new Set(rows.flatMap(({ note }) => (note === undefined ? [] : [note])))]
  return [title, ...formatTable(cells, { head: HEAD, right: [1, 2, 4, 5] }), ...notes.map((note) => `  ${note}`), '']
}

function verdictText(row: Row, images: number): string {
  const verdict = verdictOf(row, images)
  if (verdict === null) return ''
  return verdict === 'too few' ? `set for ${(row.gate?.from ?? 0).toLocaleString('en')}` : WORDS[verdict]
}

/** The section with ratio and verdict, for `--json`. */
export function toJson({ title, rows }: Section, images: number): object {
  return { title, rows: rows.map((row) => ({ ...row, ratio: ratioOf(row), verdict: verdictOf(row, images) })) }
}

/** The gates that were missed. */
export function missed({ title, rows }: Section, images: number): string[] {
  const found = rows.filter((row) => verdictOf(row, images) === 'missed')
  return found.map(({ what, baseline }) => `${title}, ${what.trim()}${baseline ? ` (${baseline.name})` : ''}`)
}

function gateText(gate: Gate, unit: Unit): string {
  const aim = (text: (value: number) => string) => (gate.aim === undefined ? '' : `, aim ${text(gate.aim)}`)
  if ('ratio' in gate) return `≥ ${gate.ratio}×${aim((value) => `${value}×`)}`
  return `${gate.of ?? ''} ≤ ${format(gate.most, unit)}${aim((value) => format(value, unit))}`.trimStart()
}

function format(value: number, unit: Unit): string {
  if (unit !== 'ms') return unit === '/s' ? `${precise(value)}/s` : `${precise(value)} ${unit}`
  return value < 1000 ? `${precise(value)} ms` : `${precise(value / 1000)} s`
}

/** Three figures, but never fewer than the whole part has. */
function precise(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(value >= 10 ? 1 : 2)
}
