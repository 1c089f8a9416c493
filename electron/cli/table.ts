import { displayWidth, escapeText } from './escape.ts'

export type TableOptions = {
  readonly head?: readonly string[]
  /** Columns (from 0) that hold numbers and stand on the right. */
  readonly right?: readonly number[]
}

/** A cell wider than this does not widen its column: one very long path must not push all others off the screen. */
const WIDEST = 72

/** Lines of aligned columns, two blanks apart; the last column is as wide as it needs to be. Cells are escaped here. */
export function formatTable(rows: readonly (readonly string[])[], { head, right = [] }: TableOptions = {}): string[] {
  const cells = (head === undefined ? rows : [head, ...rows]).map((row) => row.map(escapeText))
  const widths: number[] = []
  for (const row of cells) {
    for (const [i, cell] of row.entries()) {
      const width = displayWidth(cell)
      if (width <= WIDEST) widths[i] = Math.max(widths[i] ?? 0, width)
    }
  }
  return cells.map((row) =>
    row
      .map((cell, i) => {
        const blanks = ' '.repeat(Math.max(0, (widths[i] ?? 0) - displayWidth(cell)))
        return right.includes(i) ? blanks + cell : cell + blanks
      })
      .join('  ')
      .trimEnd(),
  )
}

/** `41,200`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 image`, `41,200 images`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** `340 ms`, `1.2 s`, `3 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
