/** The thumbnail service of an open library: its own database and temp folder in the library, codecs shared with measuring. */
import { join } from 'node:path'
import type { ImageRow, QuickHash } from '../../shared/domain/ids.ts'
import { openThumbStore, type Reader, type StoredRoot } from './db/index.ts'
import type { Platform } from './platform.ts'
import { pathOf } from './sections/image-view.ts'
import type { CodecPool } from './thumbs/codec-pool.ts'
import { createThumbs, THUMB_PIPELINE, type Thumbs } from './thumbs/service.ts'

export type ThumbnailParts = {
  readonly directory: string
  readonly pool: CodecPool
  readonly reader: Reader
  readonly roots: () => readonly StoredRoot[]
  readonly platform: Platform
}

/** Opened at the first request, because most commands never look at a picture. */
export function createThumbnails(parts: ThumbnailParts): { get(): Thumbs; close(): void } {
  let open: { thumbs: Thumbs; close(): void } | undefined
  return {
    get: () => (open ??= openThumbnails(parts)).thumbs,
    close() {
      open?.close()
      open = undefined
    },
  }
}

function openThumbnails({ directory, pool, reader, roots, platform }: ThumbnailParts) {
  const store = openThumbStore({ directory, pipeline: THUMB_PIPELINE, now: () => platform.clock.now() })
  const thumbs = createThumbs({
    pool,
    store,
    tempFolder: join(directory, 'thumbs-making'),
    resolve: (row) => resolve(row, reader, roots()),
    onReady: () => {},
  })
  return {
    thumbs,
    close() {
      thumbs.close()
      store.close()
    },
  }
}

function resolve(row: ImageRow, reader: Reader, roots: readonly StoredRoot[]) {
  const detail = reader.detail(row)
  const root = detail && roots.find(({ id }) => id === detail.rootId)
  if (!detail || !root || root.isOffline) return null
  const file = join(root.path, ...pathOf(detail.image).split('/'))
  return {
    file,
    quickHash: detail.quickHash satisfies QuickHash | null,
    signature: `${detail.image.size}.${detail.image.modifiedMs}`,
  }
}
