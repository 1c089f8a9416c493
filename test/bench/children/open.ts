/** Opening a library that was read before, from rows and from packed columns. */
import { openReader, openThumbStore } from '../../../electron/engine/db/index.ts'
import { openHost } from '../../../electron/hosts/node.ts'
import { CONDITIONS, queryOf } from '../conditions.ts'
import { ask, openThreads } from './opened.ts'

const PAGE = 200
const THUMB_BYTES = 8000

/** Builds the columns from rows, packs them and stores them as the engine does when idle; puts a page of thumbnails in. */
export async function packColumns({ library }: { library: string }) {
  const threads = await openThreads(library)
  // What was packed when the library was closed must not be found.
  await threads.index.setBlob({ name: 'columns', revision: -1, data: new Uint8Array() })
  const start = performance.now()
  const query = await threads.query()
  const rowsMs = performance.now() - start
  const before = performance.now()
  const { revision, blobs } = await query.pack()
  for (const { name, data } of blobs) await threads.index.setBlob({ name, revision, data })
  const packMs = performance.now() - before
  const { memoryBytes } = await query.status()
  await threads.close()
  fillThumbs(library)
  return { rowsMs, packMs, blobBytes: blobs.reduce((sum, { data }) => sum + data.length, 0), memoryBytes }
}

/** From just before the index is opened to a range query with the counts of all fields, ms; `blobsMs` for the columns. */
export async function firstFacets({ library }: { library: string }) {
  const start = performance.now()
  const threads = await openThreads(library)
  const opened = performance.now()
  const query = await threads.query()
  const blobsMs = performance.now() - opened
  const { resultId } = await ask(query, queryOf(CONDITIONS[0]!.clauses(0)))
  await query.page({ resultId, offset: 0, limit: PAGE })
  await query.facets({ resultId })
  const ms = performance.now() - start
  const isPacked = hasFreshColumns(library)
  await threads.close()
  return { ms, blobsMs, isPacked }
}

/** From just before the library is opened to its first page and the 200 thumbnails on it, ms. */
export async function firstPage({ library }: { library: string }) {
  const start = performance.now()
  const host = await openHost({ directory: library, isLive: false, isServing: false })
  const { resultId } = await host.client.query.open({ text: '' })
  await host.client.query.page({ resultId, offset: 0, limit: PAGE })
  const pageMs = performance.now() - start
  const thumbs = openThumbs(library)
  for (let n = 0; n < PAGE; n += 1) {
    if (thumbs.get({ quickHash: `bench-${n}`, edge: 256 }) === null) throw new Error('A thumbnail is missing.')
  }
  const ms = performance.now() - start
  const isPacked = hasFreshColumns(library)
  thumbs.close()
  await host.close()
  return { ms, pageMs, isPacked }
}

/** Whether the packed columns are those of the index as it is: only then were they used. */
function hasFreshColumns(directory: string): boolean {
  const reader = openReader({ directory })
  try {
    return reader.blob('columns')?.revision === reader.revision()
  } finally {
    reader.close()
  }
}

function fillThumbs(library: string): void {
  const thumbs = openThumbs(library)
  for (let n = 0; n < PAGE; n += 1) {
    thumbs.put({ quickHash: `bench-${n}`, edge: 256 }, { bytes: new Uint8Array(THUMB_BYTES).fill(n), isDamaged: false })
  }
  thumbs.close()
}

function openThumbs(directory: string) {
  return openThumbStore({ directory, pipeline: 1, now: Date.now })
}
