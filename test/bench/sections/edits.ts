/** Edits: one at a time, ten thousand at once, and into the sidecars. On folders of their own, in the same library. */
import { join } from 'node:path'
import { plainAppends } from '../baselines/append.ts'
import type { Bench } from '../bench.ts'
import { makeImages } from '../data.ts'
import { inChild, median, p95, settle } from '../measure.ts'
import type { Section } from '../report.ts'

const MOST = 10_000
const ONES = 200
const RUNS = 3

export async function editSection({ images, library, scratch, signal, note }: Bench): Promise<Section> {
  note('Edits …')
  const count = Math.min(images, MOST)
  const [beside, sidecars, plain] = ['beside', 'sidecars', 'plain'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ]
  for (const folder of [beside, sidecars, plain]) makeImages(folder, count)
  await settle()
  await inChild('prepareEdits', { library, beside, sidecars }, signal)
  const appends = plainAppends(join(scratch, 'appends'), ONES)
  const ones = await inChild('editOnes', { library, edits: ONES }, signal)
  const many = await inChild('editMany', { library, plain, runs: RUNS }, signal)
  const bulk = `${count.toLocaleString('en')} images`
  return {
    title: 'Edits',
    rows: [
      {
        what: 'one edit acknowledged',
        unit: 'ms',
        ours: median(ones.ms),
        p95: p95(ones.ms),
        baseline: { name: 'append and fdatasync', value: median(appends) },
        gate: { most: 20, of: 'p95' },
        note: `${ONES} edits, one after the other, while those before are written into their sidecars.`,
      },
      {
        what: `${bulk}: journal, index, columns`,
        unit: 'ms',
        ours: median(many.besideMs),
        gate: { most: 1000, from: 10_000 },
      },
      {
        what: `${bulk}: the same where sidecars will be written`,
        unit: 'ms',
        ours: median(many.countedMs),
        note: 'Here every sidecar is read and the change tried on it before anything is journalled.',
      },
      {
        what: `${bulk}: with sidecars written`,
        unit: 'ms',
        ours: median(many.writtenMs),
        baseline: { name: 'write, fsync, rename', value: median(many.plainMs) },
        gate: { ratio: 0.5, from: 10_000 },
        note: `Longest pause of the loop while sidecars were written: ${Math.round(many.longestPauseMs)} ms.`,
      },
    ],
  }
}
