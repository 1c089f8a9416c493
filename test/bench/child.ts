/** Entry of the processes that are measured in: `child.ts NAME INPUT-AS-JSON`; the answer is the last line on stdout. */
import { fileURLToPath } from 'node:url'
import { rawRead } from './baselines/raw-read.ts'
import { editMany, editOnes, prepareEdits } from './children/edits.ts'
import { ingest, rescan } from './children/ingest.ts'
import { duck } from './children/duck.ts'
import { memory } from './children/memory.ts'
import { firstFacets, firstPage, packColumns } from './children/open.ts'
import { queries } from './children/queries.ts'
import { thumbsOfEngine, thumbsOfSharp } from './children/thumbs.ts'

const children = {
  ingest,
  rescan,
  duck,
  memory,
  packColumns,
  firstFacets,
  firstPage,
  queries,
  prepareEdits,
  editOnes,
  editMany,
  thumbsOfEngine,
  thumbsOfSharp,
  rawRead: ({ folder }: { folder: string }) => rawRead(folder),
}

export type Children = typeof children

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name = '', input = '{}'] = process.argv
  const run = (children as Record<string, (input: never) => unknown>)[name]
  if (!run) throw new Error(`There is no ${name} to measure.`)
  process.stdout.write(`\n${JSON.stringify(await run(JSON.parse(input) as never))}\n`)
}
