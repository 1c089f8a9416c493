/** Looking again at folders in which nothing has changed. */
import { timeCommand } from '../baselines/files.ts'
import type { Bench } from '../bench.ts'
import { inChild, median, settle } from '../measure.ts'
import type { Section } from '../report.ts'

const RUNS = 5

export async function rescanSection({ data, library, signal, note }: Bench): Promise<Section> {
  note('Looking again …')
  await settle()
  const find = () => timeCommand('find', [data.folder, '-printf', '%p %s %T@ %C@ %i\\n'])
  find()
  await inChild('rescan', { library }, signal)
  const ours: number[] = []
  const theirs: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    ours.push((await inChild('rescan', { library }, signal)).ms)
    const ms = find()
    if (ms !== null) theirs.push(ms)
  }
  return {
    title: 'Rescan',
    rows: [
      {
        what: 'nothing changed, warm',
        unit: 'ms',
        ours: median(ours),
        baseline: { name: 'find -printf', value: theirs.length > 0 ? median(theirs) : null },
        gate: { ratio: 1, aim: 2, from: 100_000 },
      },
    ],
  }
}
