/** The keystroke: count, order, first page, and the value counts of every field; and completion. */
import { openDictionary } from '../baselines/dictionary.ts'
import { RUNS, WARM_UPS, type Asked, type Bench } from '../bench.ts'
import { CONDITIONS, type Condition } from '../conditions.ts'
import { inChild, median, p95 } from '../measure.ts'
import type { Row, Section } from '../report.ts'

/** The plain SQLite baseline takes seconds a question; beyond this many images its times are scaled up. */
const DICTIONARY_IMAGES = 100_000
const DICTIONARY_RUNS = 3
/** What the gates are set for. */
const AT = 1_000_000

export async function querySection(bench: Bench): Promise<Section> {
  bench.note('Asking …')
  const { conditions, typed } = await inChild(
    'queries',
    { library: bench.library, runs: RUNS, warmUps: WARM_UPS },
    bench.signal,
  )
  const dictionary = askDictionary(bench)
  const rows = CONDITIONS.flatMap((condition, n) => {
    const ours = conditions[n]!
    const theirs = bench.duck.find((found) => found.condition === condition)?.runs ?? []
    compareCounts(condition, ours, theirs)
    const slow = dictionary[n]!
    return rowsOf({ condition, ours, theirs, slow, images: bench.images })
  })
  const all = typed.flatMap(({ ms }) => ms)
  const slowest = typed.toSorted((a, b) => p95(b.ms) - p95(a.ms))[0]!
  rows.push({
    what: 'completion with counts',
    unit: 'ms',
    ours: median(all),
    p95: p95(slowest.ms),
    gate: { most: 30, of: 'p95', from: AT },
    note: `Completion: the median over ${typed.length} half-typed texts, and the p95 of the slowest (${slowest.text === '' ? 'the empty one' : slowest.text}).`,
  })
  return { title: `Queries (${RUNS} runs after ${WARM_UPS} warm-ups)`, rows }
}

type Compared = {
  readonly condition: Condition
  readonly ours: readonly Asked[]
  readonly theirs: readonly Asked[]
  readonly slow: number
  readonly images: number
}

function rowsOf({ condition, ours, theirs, slow, images }: Compared): Row[] {
  const whole = ours.map(({ ms }) => ms)
  const pages = ours.map(({ pageMs }) => pageMs)
  const figure = { unit: 'ms', ours: median(whole), p95: p95(whole) } as const
  const what = `${condition.name} (${condition.part}): count, order, page, all facets`
  return [
    {
      what,
      ...figure,
      baseline: { name: 'DuckDB', value: theirs.length > 0 ? median(theirs.map(({ ms }) => ms)) : null },
      gate: { ratio: 4, from: AT },
    },
    {
      what,
      ...figure,
      baseline: { name: 'SQLite tables', value: slow },
      gate: { ratio: 100, from: AT },
      ...(images > DICTIONARY_IMAGES && { note: scaledNote(images) }),
    },
    { what: '  median', ...figure, gate: { most: 50, aim: 16, from: AT } },
    { what: '  p95', ...figure, gate: { most: 33, of: 'p95', from: AT } },
    {
      what: '  count and first page alone',
      unit: 'ms',
      ours: median(pages),
      p95: p95(pages),
      baseline: { name: 'DuckDB', value: theirs.length > 0 ? median(theirs.map(({ pageMs }) => pageMs)) : null },
      gate: { most: 8, from: AT },
    },
  ]
}

function scaledNote(images: number): string {
  const [used, times] = [DICTIONARY_IMAGES.toLocaleString('en'), (images / DICTIONARY_IMAGES).toLocaleString('en')]
  return `SQLite tables: measured with ${used} images and multiplied by ${times}.`
}

/** Speed counts only where the answers are the same. */
function compareCounts({ name }: Condition, ours: readonly Asked[], theirs: readonly Asked[]): void {
  for (const [run, { count }] of theirs.entries()) {
    if (ours[run] && ours[run].count !== count)
      throw new Error(`${name}: Gleaner counts ${ours[run].count} images, DuckDB ${count}.`)
  }
}

/** Median of each question, scaled to the number of images. */
function askDictionary({ images, data, note }: Bench): number[] {
  note('Plain SQLite tables …')
  const used = Math.min(images, DICTIONARY_IMAGES)
  const db = openDictionary()
  try {
    db.load(data.folder, used)
    return CONDITIONS.map(({ clauses }) => {
      const runs = Array.from({ length: DICTIONARY_RUNS }, (_, run) => db.interaction(clauses(run)).ms)
      return (median(runs) * images) / used
    })
  } finally {
    db.close()
  }
}
