/** An index in memory: what the query thread reads of the database, and the changes the index thread would post. */
import type { IndexChange, IndexedImage, Reader, StoredRoot } from '../../../../electron/engine/db/index.ts'

export type FakeIndex = {
  readonly reader: Reader
  /** Commits a change and returns what the index thread posts. */
  commit(change: {
    upserts?: readonly IndexedImage[]
    removed?: readonly number[]
    roots?: readonly StoredRoot[]
  }): IndexChange
  saveBlobs(packed: { revision: number; blobs: readonly { name: string; data: Uint8Array }[] }): void
  damageBlob(name: string): void
}

export const ROOT: StoredRoot = {
  row: 1,
  id: 'root-1',
  name: 'captures',
  slug: 'captures',
  path: '/captures',
  strategy: 'mergeBucketWins',
  edits: 'sidecars',
  isOffline: false,
  isReadOnly: false,
  guard: null,
}

export function imageOf(row: number, facts: Partial<IndexedImage> = {}): IndexedImage {
  return {
    row,
    root: 1,
    dir: 'a',
    name: `img${row}.jpg`,
    metadata: '{}',
    tags: '',
    size: 1000,
    modifiedMs: 1_777_000_000_000,
    editedMs: null,
    width: 640,
    height: 480,
    format: 'jpeg',
    takenMs: null,
    exif: '',
    split: null,
    flags: 32,
    problems: 0,
    ...facts,
  }
}

export function createFakeIndex(
  first: readonly IndexedImage[] = [],
  firstRoots: readonly StoredRoot[] = [ROOT],
): FakeIndex {
  const images = new Map(first.map((image) => [image.row, image]))
  const blobs = new Map<string, { revision: number; data: Uint8Array }>()
  let roots = firstRoots
  let revision = 1
  const unused = () => {
    throw new Error('The query thread does not read this.')
  }
  return {
    reader: {
      roots: () => roots,
      images: (rows) => Array.from(rows, (row) => images.get(row)).filter((image) => image !== undefined),
      scan: (after, limit) =>
        [...images.values()]
          .filter(({ row }) => row > after)
          .sort((a, b) => a.row - b.row)
          .slice(0, limit),
      blob: (name) => blobs.get(name) ?? null,
      revision: () => revision,
      close: () => undefined,
      folderDigest: unused,
      folder: unused,
      findPath: unused,
      findId: unused,
      detail: unused,
      problems: unused,
      countProblems: unused,
      counts: unused,
      imageId: unused,
    },
    commit({ upserts = [], removed = [], ...rest }) {
      revision += 1
      for (const row of removed) images.delete(row)
      for (const image of upserts) images.set(image.row, image)
      roots = rest.roots ?? roots
      return { kind: 'change', revision, upserts, removed, ...rest }
    },
    saveBlobs(packed) {
      for (const { name, data } of packed.blobs) blobs.set(name, { revision: packed.revision, data })
    },
    damageBlob(name) {
      const { data } = blobs.get(name)!
      data[data.length - 9]! ^= 1
    },
  }
}
