/**
 * Ids that stay with moved images, and the table that finds images by id.
 *
 * `image_keys` is filled behind the ingest, oldest image first, because random inserts would cost as much as the rest
 * of it; up to `keys_filled_to` it is kept true. Keys of images that have gone may stay: rows are never used again
 * and every answer is checked, so `sweepImageKeys` takes them out when idle.
 */
import type { ImageId, ImageRow, RootPath, RootRow } from '../../../../shared/domain/ids.ts'
import { keyOfId } from '../image-id.ts'
import { joinPath, splitPath } from '../paths.ts'
import { findImage } from '../read/images.ts'
import { findKeyedRow, idAt, idOfRow, placesAfter } from '../read/ids.ts'
import type { Sql } from '../sql.ts'
import type { StoredRoot } from '../types.ts'

/** An image's place and the id that came with it by a move; null = none. */
export type Keeper = { readonly path: RootPath; readonly id: ImageId | null }

/** Makes the kept ids of these paths what they are to be. */
export function syncKeptIds(sql: Sql, root: StoredRoot, keepers: readonly Keeper[]): void {
  const changed = keepers
    .map((keeper) => ({ ...keeper, old: keptAt(sql, root.row, keeper.path) }))
    .filter(({ id, old }) => id !== old)
  if (changed.length === 0) return
  const before = affectedIds(sql, root, changed)
  for (const { path } of changed) {
    const { dir, name } = splitPath(path)
    sql.run`delete from kept_ids where root_id = ${root.row} and dir = ${dir} and name = ${name}`
  }
  for (const { path, id } of changed) {
    const { dir, name } = splitPath(path)
    if (id !== null)
      sql.run`insert into kept_ids (root_id, dir, name, id_text) values (${root.row}, ${dir}, ${name}, ${id})`
  }
  const isReleased = changed.some(({ old }) => old !== null && !isKept(sql, old))
  if (isReleased) return emptyImageKeys(sql)
  const filledTo = keysFilledTo(sql)
  for (const [row, old] of before) {
    const id = idOfRow(sql, row)
    if (id === null || id === old || row > filledTo) continue
    sql.run`delete from image_keys where key = ${keyOfId(old)} and image_id = ${row}`
    sql.run`insert or ignore into image_keys (key, image_id) values (${keyOfId(id)}, ${row})`
  }
}

/** Drops the kept ids of a root whose journals are folded anew. */
export function forgetKeptIds(sql: Sql, root: RootRow): void {
  if (sql.run`delete from kept_ids where root_id = ${root}`.changes > 0) emptyImageKeys(sql)
}

/** Adds up to `limit` more images to `image_keys`; returns false when all are there. */
export function fillImageKeys(sql: Sql, limit: number): boolean {
  const places = placesAfter(sql, keysFilledTo(sql), limit)
  const last = places.at(-1)
  if (!last) return false
  for (const { id, rootId, dir, name } of places) {
    const key = keyOfId(idAt(sql, rootId, joinPath(dir, name)))
    sql.run`insert or ignore into image_keys (key, image_id) values (${key}, ${id})`
  }
  sql.run`update index_state set keys_filled_to = ${last.id} where id = 1`
  return true
}

/** Takes out the keys of images that have gone. */
export function sweepImageKeys(sql: Sql): void {
  sql.run`delete from image_keys where not exists (select 1 from images i where i.id = image_keys.image_id)`
}

function affectedIds(sql: Sql, root: StoredRoot, changed: readonly Keeper[]): Map<ImageRow, ImageId> {
  const rows = new Set<ImageRow | null>()
  for (const { path, id } of changed) {
    rows.add(findImage(sql, root.row, path))
    if (id !== null) rows.add(findKeyedRow(sql, id))
  }
  const ids = new Map<ImageRow, ImageId>()
  for (const row of rows) {
    const id = row === null ? null : idOfRow(sql, row)
    if (row !== null && id !== null) ids.set(row, id)
  }
  return ids
}

function emptyImageKeys(sql: Sql): void {
  sql.run`delete from image_keys`
  sql.run`update index_state set keys_filled_to = 0 where id = 1`
}

function keysFilledTo(sql: Sql): ImageRow {
  return sql.get<{ row: ImageRow }>`select keys_filled_to as row from index_state where id = 1`?.row ?? 0
}

function keptAt(sql: Sql, root: RootRow, path: RootPath): ImageId | null {
  const { dir, name } = splitPath(path)
  const found = sql.get<{ id: ImageId }>`
    select id_text as id from kept_ids where root_id = ${root} and dir = ${dir} and name = ${name}`
  return found?.id ?? null
}

function isKept(sql: Sql, id: ImageId): boolean {
  return sql.get`select 1 from kept_ids where id_text = ${id}` !== undefined
}
