/**
 * Keeps the columns as packed blobs in the index, so that a large library answers at once when it is opened again. They
 * are a cache: true for one revision only, and made from the rows where they do not fit.
 */
import type { Remote } from '../../shared/lib/call.ts'
import type { IndexApi } from './db/index.ts'
import type { QueryThread } from './query-thread.ts'

/** Columns of fewer images are made from rows in a moment. */
const WORTH_KEEPING = 20_000

/** Stores the columns if they are worth it and not stored already; does nothing if nobody has asked a question yet. */
export async function keepColumns(queryThread: QueryThread, index: Remote<IndexApi>): Promise<void> {
  const started = await queryThread.started()
  if (!started) return
  const remote = await queryThread.remote()
  const { images, revision } = await remote.status()
  const isKept = started.hydratedFrom === 'blobs' && started.revision === revision
  if (images < WORTH_KEEPING || isKept) return
  const packed = await remote.pack()
  for (const { name, data } of packed.blobs) await index.setBlob({ name, data, revision: packed.revision })
}
