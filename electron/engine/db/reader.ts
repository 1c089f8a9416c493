/** A read-only connection of its own for any thread; it sees what was committed when a call begins. */
import type { DeviceId, ImageId, ImageRow } from '../../../shared/domain/ids.ts'
import type { Db } from './connection.ts'
import { mapFile, openForReading, rememberDamage } from './open.ts'
import { readCounts } from './read/counts.ts'
import { findImage, readImage, readImagesAfter } from './read/images.ts'
import { findRowOfId, idAt, idOfRow } from './read/ids.ts'
import { countProblems, readOwned, readProblems } from './read/problems.ts'
import { readRoots, rootRow } from './read/roots.ts'
import { readFacts, readSubject } from './read/subjects.ts'
import { joinPath } from './paths.ts'
import { unpackSidecars } from './sidecar-facts.ts'
import type { Sql } from './sql.ts'
import { FLAGS, type ImageDetail, type IndexedImage, type KnownImage, type Reader } from './types.ts'

/** Ids given out lately, so that asking for an image by the id of a page costs one look-up. */
const MEMO_SIZE = 20_000

export type ReaderOptions = {
  readonly directory: string
  /** False for a connection that reads much and seldom: mapped pages count as memory of the process. */
  readonly isMapped?: boolean
}

/** Opens the index of a library for reading; the index thread must have opened it before. */
export function openReader({ directory, isMapped = true }: ReaderOptions): Reader {
  const { db, sql, file } = openForReading(directory)
  if (!isMapped) mapFile(db, false)
  const ids = createIdMemo(sql)
  const reader: Reader = {
    ...folderReads(sql),
    ...imageReads(sql),
    ...ids,
    roots: () => readRoots(sql),
    problems: ({ rootId, limit, offset }) => readProblems(sql, rootId, limit, offset),
    countProblems: (rootId = null) => countProblems(sql, rootId),
    counts: (rootId) => readCounts(sql, rootId),
    blob: (name) => readBlob({ db, sql, isMapped }, name),
    revision: () => sql.get<{ revision: number }>`select revision from index_state`?.revision ?? 0,
    close: () => void db.close(),
  }
  return rememberDamage(reader, () => file)
}

type BlobReads = { readonly db: Db; readonly sql: Sql; readonly isMapped: boolean }

/** Subtle: read past the mapping. Blobs are read once, and a hundred MB of them would stay in the process's memory. */
function readBlob({ db, sql, isMapped }: BlobReads, name: string): { revision: number; data: Uint8Array } | null {
  mapFile(db, false)
  try {
    return sql.get`select revision, data from blobs where name = ${name}` ?? null
  } finally {
    if (isMapped) mapFile(db, true)
  }
}

function folderReads(sql: Sql): Pick<Reader, 'folderDigest' | 'folder'> {
  return {
    folderDigest(rootId, dir) {
      const found = sql.get<{ digest: string }>`
        select f.digest from roots r join folders f on f.root_id = r.id where r.root_id = ${rootId} and f.dir = ${dir}`
      return found?.digest ?? ''
    },
    folder(rootId, dir) {
      type Row = { name: string; signature: string; sidecars: string; flags: number }
      const rows = sql.all<Row>`
        select i.name, i.signature, i.sidecars, i.flags
        from roots r join folders f on f.root_id = r.id join images i on i.folder_id = f.id
        where r.root_id = ${rootId} and f.dir = ${dir}`
      return rows.map(({ name, signature, sidecars, flags }): KnownImage => ({
        name,
        signature,
        sidecars: unpackSidecars(sidecars),
        isStale: (flags & FLAGS.stale) !== 0,
      }))
    },
  }
}

function imageReads(sql: Sql): Pick<Reader, 'images' | 'scan' | 'findPath' | 'detail'> {
  return {
    images: (rows) =>
      sql.together(() => {
        const found: IndexedImage[] = []
        for (const row of rows) {
          const image = readImage(sql, row)
          if (image) found.push(image)
        }
        return found
      }),
    scan: (after, limit) => readImagesAfter(sql, after, limit),
    findPath(rootId, path) {
      const root = rootRow(sql, rootId)
      return root === null ? null : findImage(sql, root, path)
    },
    detail: (row) => sql.together(() => readDetail(sql, row)),
  }
}

function readDetail(sql: Sql, row: ImageRow): ImageDetail | null {
  const subject = readSubject(sql, row)
  const image = readImage(sql, row)
  if (!subject || !image) return null
  const names = sql.get<{ value: string }>`select value from settings where name = 'deviceNames'`
  return {
    ...subject,
    image,
    problems: [...readOwned(sql, 'sidecar', row), ...readOwned(sql, 'codec', row)],
    facts: readFacts(sql, row),
    deviceNames: JSON.parse(names?.value ?? '{}') as Record<DeviceId, string>,
  }
}

function createIdMemo(sql: Sql): Pick<Reader, 'findId' | 'imageId'> {
  const memo = new Map<ImageId, ImageRow>()
  return {
    imageId(image) {
      const rootId = sql.get<{ rootId: string }>`select root_id as rootId from roots where id = ${image.root}`?.rootId
      const id = idAt(sql, rootId ?? '', joinPath(image.dir, image.name))
      if (memo.size >= MEMO_SIZE) memo.clear()
      memo.set(id, image.row)
      return id
    },
    findId(id) {
      const row = memo.get(id)
      if (row !== undefined && idOfRow(sql, row) === id) return row
      memo.delete(id)
      return sql.together(() => findRowOfId(sql, id))
    },
  }
}
