/** Fills a table when a library is opened: from packed blobs of the index's revision, else row by row. */
import type { Reader } from '../db/index.ts'
import type { Steps } from './lane.ts'
import { unpackTable } from './packed-table.ts'
import type { Orders } from './sort.ts'
import { putImage, setRoots, type Table } from './table.ts'

const ROWS_PER_SLICE = 500

/**
 * Fills an empty table. Subtle: rows are read while the index may go on changing; whoever calls keeps the changes
 * that arrive meanwhile and applies those after `table.revision`, which brings every row to its last state.
 */
export function* hydrate(table: Table, orders: Orders, reader: Reader): Steps<'blobs' | 'rows'> {
  const revision = reader.revision()
  setRoots(table, reader.roots())
  if (yield* unpackTable(table, orders, (name) => reader.blob(name), revision)) return 'blobs'
  table.revision = revision
  for (let after = 0; ;) {
    const images = reader.scan(after, ROWS_PER_SLICE)
    for (const image of images) putImage(table, image)
    const last = images.at(-1)
    if (!last) return 'rows'
    after = last.row
    yield
  }
}
