/** Combines an image's layers again after its user layer, its own sidecar layer or its root's settings have changed. */
import type { ImageRow, RootPath } from '../../../../shared/domain/ids.ts'
import type { LayerText } from '../../../../shared/domain/layer.ts'
import { splitOfDir } from '../derived.ts'
import { splitPath } from '../paths.ts'
import { FLAGS, type StoredRoot } from '../types.ts'
import { columnsOf } from './effective.ts'
import { getImage, type ImageRecord, isStaleRecord, layerOf, updateImage } from './images.ts'
import type { Changes, Session } from './session.ts'
import { getState, statePaths } from './states.ts'

/** A sidecar layer to take in at the same time, with what stands in the row about it. */
export type NewLayer = { readonly layer: LayerText; readonly sidecars: string; readonly hasSidecar: boolean }

export function recombineRoot(session: Session, changes: Changes, root: StoredRoot): void {
  for (const path of statePaths(session.sql, root.row)) recombine(session, changes, { root, path })
}

/** Returns the image's row, or null if no image is at that path. */
export function recombine(
  session: Session,
  changes: Changes,
  { root, path, next }: { root: StoredRoot; path: RootPath; next?: NewLayer },
): ImageRow | null {
  const { sql } = session
  const { dir, name } = splitPath(path)
  const image = findRecord(session, root, path)
  if (!image) return null
  const folder = { id: image.folder_id, root, dir, split: splitOfDir(dir), hasStates: true }
  const columns = columnsOf({
    folder,
    layer: next?.layer ?? layerOf(image),
    state: getState(sql, root.row, dir, name)?.state ?? '',
    hasSidecar: next?.hasSidecar ?? (image.flags & FLAGS.sidecar) !== 0,
    isStale: next === undefined && isStaleRecord(image),
  })
  updateImage(session, changes, image, { ...image, ...columns, sidecars: next?.sidecars ?? image.sidecars })
  return image.id
}

export function findRecord(session: Session, root: StoredRoot, path: RootPath): ImageRecord | undefined {
  const { dir, name } = splitPath(path)
  const folder = session.sql.get<{ id: number }>`select id from folders where root_id = ${root.row} and dir = ${dir}`
  return folder && getImage(session.sql, folder.id, name)
}
