/** Opening a library: columns from rows, columns from their packed form, first page, first answer with facets. */
import type { Bench } from '../bench.ts'
import { inChild, median, repeat } from '../measure.ts'
import type { Section } from '../report.ts'

const RUNS = 3

export async function openSection({ library, signal, note }: Bench): Promise<Section> {
  note('Opening …')
  const packed = await inChild('packColumns', { library }, signal)
  const facets = await repeat(RUNS, () => inChild('firstFacets', { library }, signal))
  const pages = await repeat(RUNS, () => inChild('firstPage', { library }, signal))
  const isPacked = facets.every((run) => run.isPacked) && pages.every((run) => run.isPacked)
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1)
  return {
    title: 'Open',
    rows: [
      {
        what: 'query thread with columns from packed blobs',
        unit: 'ms',
        ours: median(facets.map((run) => run.blobsMs)),
        baseline: { name: 'from rows', value: packed.rowsMs },
        note: `Columns take ${mb(packed.memoryBytes)} MB in memory and ${mb(packed.blobBytes)} MB packed; packing and storing takes ${Math.round(packed.packMs)} ms.${isPacked ? '' : ' The packed columns were older than the index, so rows were read instead.'}`,
      },
      {
        what: 'open → first page and its 200 cached thumbnails',
        unit: 'ms',
        ours: median(pages.map((run) => run.ms)),
        gate: { most: 300, from: 1_000_000 },
        note: `The page alone after ${Math.round(median(pages.map((run) => run.pageMs)))} ms.`,
      },
      {
        what: 'open → first query with all facets',
        unit: 'ms',
        ours: median(facets.map((run) => run.ms)),
        gate: { most: 1000, from: 1_000_000 },
      },
    ],
  }
}
