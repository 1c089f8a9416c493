/** Reading a folder for the first time, warm and cold. */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { baselineRuns, RUNS, WARM_UPS, type Bench } from '../bench.ts'
import { CONDITIONS } from '../conditions.ts'
import { inChild, median, outputOf, repeat } from '../measure.ts'
import type { Row, Section } from '../report.ts'

const SCRIPT = fileURLToPath(new URL('../baselines/ingest.py', import.meta.url))
const DROP = '/proc/sys/vm/drop_caches'

export async function ingestSection(bench: Bench): Promise<Section> {
  const { data, signal, note } = bench
  note('Reading all sidecars once, so that they are in memory …')
  await inChild('rawRead', data, signal)
  const floor = await inChild('rawRead', data, signal)
  note('Reading into new libraries …')
  const ours = await repeat(3, (run) => ingestOnce(bench, run))
  note('The Python script …')
  const python = await pythonMs(bench)
  note('DuckDB …')
  const { ingestMs, conditions } = await inChild(
    'duck',
    { folder: data.folder, ingests: baselineRuns(bench), runs: RUNS, warmUps: WARM_UPS },
    signal,
  )
  bench.duck = conditions.map((runs, n) => ({ condition: CONDITIONS[n]!, runs }))
  const ms = median(ours.map((run) => run.ms))
  const { openMs, addMs, countMs } = ours.find((run) => run.ms === ms)!
  const what = 'read, index, columns; warm, fresh process'
  const steps = `Of these ${round(ms)} ms: open ${round(openMs)}, read and index ${round(addMs)}, columns ${round(countMs)}.`
  const rows: Row[] = [
    {
      what,
      unit: 'ms',
      ours: ms,
      baseline: { name: 'Python and sqlite3', value: python },
      gate: { ratio: 2.5, aim: 4, from: 100_000 },
      note: steps,
    },
    {
      what,
      unit: 'ms',
      ours: ms,
      baseline: { name: 'DuckDB read_json, tuned', value: median(ingestMs) },
      gate: { ratio: 2, aim: 3, from: 100_000 },
    },
    { what, unit: 'ms', ours: ms, baseline: { name: 'only read and parse, 4 workers', value: floor } },
    await coldRow(bench),
  ]
  return { title: 'Ingest', rows }
}

async function ingestOnce({ data, library, signal }: Bench, run: number) {
  if (run > 0) rmSync(library, { recursive: true })
  return inChild('ingest', { ...data, library }, signal)
}

async function pythonMs(bench: Bench): Promise<number | null> {
  if (spawnSync('python3', ['--version']).status !== 0) return null
  const runs = await repeat(baselineRuns(bench), async (run) => {
    const db = join(bench.scratch, `python-${run}.db`)
    const { ms, images } = JSON.parse(await outputOf('python3', [SCRIPT, bench.data.folder, db], bench.signal)) as {
      ms: number
      images: number
    }
    if (images !== bench.images) throw new Error(`The script found ${images} images.`)
    for (const tail of ['', '-wal', '-shm']) rmSync(db + tail, { force: true })
    return ms
  })
  return median(runs)
}

async function coldRow({ data, scratch, signal, note }: Bench): Promise<Row> {
  const what = 'read, index, columns; cold'
  const name = 'only read and parse, 4 workers'
  const gate = { ratio: 0.75, from: 100_000 }
  if (!dropCaches()) {
    const reason = 'Cold: not measured, because the page cache can be emptied only by root on Linux.'
    return { what, unit: 'ms', ours: null, baseline: { name, value: null }, gate, note: reason }
  }
  note('The same with an empty page cache …')
  const floor = await inChild('rawRead', data, signal)
  dropCaches()
  const library = join(scratch, 'cold')
  const { ms } = await inChild('ingest', { ...data, library }, signal)
  rmSync(library, { recursive: true })
  return { what, unit: 'ms', ours: ms, baseline: { name, value: floor }, gate }
}

function dropCaches(): boolean {
  try {
    spawnSync('sync')
    writeFileSync(DROP, '3')
    return true
  } catch {
    return false
  }
}

const round = (ms: number) => Math.round(ms).toLocaleString('en')
