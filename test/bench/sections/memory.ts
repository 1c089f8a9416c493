/** Memory of an open library. */
import type { Bench } from '../bench.ts'
import { inChild } from '../measure.ts'
import type { Section } from '../report.ts'

export async function memorySection({ library, signal, note }: Bench): Promise<Section> {
  note('Memory …')
  const { mb, plainMb, peakMb, mappedMb } = await inChild('memory', { library }, signal)
  const whole = (value: number) => `${Math.round(value)} MB`
  return {
    title: 'Memory',
    rows: [
      {
        what: 'process, resident, idle after queries',
        unit: 'MB',
        ours: mb,
        gate: { most: 250, from: 1_000_000 },
        note: `After a collection of garbage in every thread; ${whole(plainMb)} before it, ${whole(peakMb)} at most. ${whole(mappedMb)} of it are mapped files.`,
      },
    ],
  }
}
