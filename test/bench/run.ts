/**
 * The performance suite: `npm run bench -- --images N`, or `gleaner bench` in a source checkout. Prints every figure
 * beside its baseline from the same run and the gate of docs/benchmarks.md. Works on data of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { benchData } from './data.ts'
import { missed, toJson, toLines, type Section } from './report.ts'
import { editSection } from './sections/edits.ts'
import { ingestSection } from './sections/ingest.ts'
import { memorySection } from './sections/memory.ts'
import { openSection } from './sections/open.ts'
import { querySection } from './sections/queries.ts'
import { rescanSection } from './sections/rescan.ts'
import { thumbSection } from './sections/thumbs.ts'

const DEFAULT_IMAGES = 100_000
// Subtle: edits come last but one, because they add to the library that the others measure.
const SECTIONS = [ingestSection, rescanSection, openSection, querySection, memorySection, editSection, thumbSection]

const note = (line: string) => void process.stderr.write(`${line}\n`)
const abort = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort())

const { images, isJson } = readOptions()
const start = performance.now()
const scratch = mkdtempSync(join(tmpdir(), 'gleaner-bench-run-'))
try {
  const found = await run()
  const minutes = ((performance.now() - start) / 60_000).toFixed(1)
  if (isJson)
    process.stdout.write(
      `${JSON.stringify({ ...machine(), images, sections: found.map((section) => toJson(section, images)) }, null, 2)}\n`,
    )
  const gates = found.flatMap((section) => missed(section, images))
  for (const gate of gates) note(`Missed: ${gate}`)
  note(`${gates.length === 0 ? 'No gate was missed. ' : ''}It took ${minutes} minutes.`)
} catch (error) {
  if (!abort.signal.aborted) throw error
  process.exitCode = 130
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function run(): Promise<Section[]> {
  const bench: Bench = {
    images,
    data: benchData(images, note),
    scratch,
    library: join(scratch, 'library'),
    signal: abort.signal,
    note,
    duck: [],
  }
  if (!isJson) process.stdout.write(`${images.toLocaleString('en')} images; ${Object.values(machine()).join(', ')}\n\n`)
  const found: Section[] = []
  for (const measure of SECTIONS) {
    abort.signal.throwIfAborted()
    const section = await measure(bench)
    found.push(section)
    if (!isJson) process.stdout.write(`${toLines(section, images).join('\n')}\n`)
  }
  return found
}

function machine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${release()}`,
    node: `Node ${process.versions.node}`,
  }
}

function readOptions(): { images: number; isJson: boolean } {
  const { values } = parseArgs({ options: { images: { type: 'string' }, json: { type: 'boolean' } } })
  const images = Number(values.images ?? DEFAULT_IMAGES)
  if (!Number.isInteger(images) || images < 1) throw new Error('--images takes a whole number from 1.')
  return { images, isJson: values.json ?? false }
}
