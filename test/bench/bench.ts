/** What the sections of one run share. */
import type { Condition } from './conditions.ts'
import type { BenchData } from './data.ts'

/** What a baseline needed for one question; `pageMs` up to the first page. */
export type Asked = { readonly ms: number; readonly pageMs: number; readonly count: number }

export type Bench = {
  readonly images: number
  readonly data: BenchData
  /** Emptied and removed when the run ends. */
  readonly scratch: string
  /** The library that the first section fills and the others use. */
  readonly library: string
  readonly signal: AbortSignal
  /** A line for whoever waits. */
  note(line: string): void
  /** DuckDB's answers by condition, once the first section has asked it. */
  duck: { readonly condition: Condition; readonly runs: readonly Asked[] }[]
}

/** Measured and warm-up runs of everything that takes milliseconds. */
export const RUNS = 24
export const WARM_UPS = 6

/** Above this many images a baseline that takes minutes runs once. */
const MANY = 200_000

export const baselineRuns = ({ images }: Bench): number => (images > MANY ? 1 : 3)
