/**
 * From images to ids and back (image-id.ts). An image's id is the one kept for its path by a move, else the first
 * computed one that no moved image has.
 *
 * `image_keys` holds every image up to `keys_filled_to`; what is newer is searched by computing, which is only slow
 * while a large scan runs, because the index thread fills the table as soon as it is idle.
 */
import type { ImageId, ImageRow, RootId, RootPath, RootRow } from '../../../../shared/domain/ids.ts'
import { imageIdOf, keyOfId } from '../image-id.ts'
import { joinPath, splitPath } from '../paths.ts'
import type { Sql } from '../sql.ts'

export type Place = { readonly rootId: RootId; readonly dir: RootPath; readonly name: string }
type PlacedRow = Place & { readonly id: ImageRow }

/** The id of whatever image is, or would be, at this path. */
export function idAt(sql: Sql, rootId: RootId, path: RootPath): ImageId {
  const hasKept = sql.get`select 1 from kept_ids limit 1` !== undefined
  if (!hasKept) return imageIdOf(rootId, path, 0)
  const { dir, name } = splitPath(path)
  const kept = sql.get<{ id: ImageId; root: RootRow }>`
    select k.id_text as id, k.root_id as root from roots r join kept_ids k on k.root_id = r.id
    where r.root_id = ${rootId} and k.dir = ${dir} and k.name = ${name}`
  // Subtle: two devices may have found one image at two places; the first path keeps the id.
  if (kept && isFirstKeeper(sql, { ...kept, dir, name })) return kept.id
  for (let counter = 0; ; counter += 1) {
    const id = imageIdOf(rootId, path, counter)
    if (!sql.get`select 1 from kept_ids where id_text = ${id}`) return id
  }
}

function placeOf(sql: Sql, row: ImageRow): Place | undefined {
  return sql.get<Place>`
    select r.root_id as rootId, f.dir as dir, i.name as name
    from images i join folders f on f.id = i.folder_id join roots r on r.id = f.root_id where i.id = ${row}`
}

export function idOfRow(sql: Sql, row: ImageRow): ImageId | null {
  const place = placeOf(sql, row)
  return place ? idAt(sql, place.rootId, joinPath(place.dir, place.name)) : null
}

export function findRowOfId(sql: Sql, id: ImageId): ImageRow | null {
  const known = findKeyedRow(sql, id)
  if (known !== null) return known
  let after = sql.get<{ row: ImageRow }>`select keys_filled_to as row from index_state`?.row ?? 0
  for (;;) {
    const page = placesAfter(sql, after, 1000)
    const found = page.find(({ rootId, dir, name }) => idAt(sql, rootId, joinPath(dir, name)) === id)
    if (found) return found.id
    const last = page.at(-1)
    if (!last) return null
    after = last.id
  }
}

/** As far as `image_keys` is filled. */
export function findKeyedRow(sql: Sql, id: ImageId): ImageRow | null {
  const known = sql.all<{ row: ImageRow }>`select image_id as row from image_keys where key = ${keyOfId(id)}`
  return known.find(({ row }) => idOfRow(sql, row) === id)?.row ?? null
}

export function placesAfter(sql: Sql, after: ImageRow, limit: number): PlacedRow[] {
  return sql.all<PlacedRow>`
    select i.id as id, r.root_id as rootId, f.dir as dir, i.name as name
    from images i join folders f on f.id = i.folder_id join roots r on r.id = f.root_id
    where i.id > ${after} order by i.id limit ${limit}`
}

function isFirstKeeper(sql: Sql, keeper: { id: ImageId; root: RootRow; dir: RootPath; name: string }): boolean {
  const first = sql.get<{ root: RootRow; dir: RootPath; name: string }>`
    select root_id as root, dir, name from kept_ids where id_text = ${keeper.id} order by root_id, dir, name limit 1`
  return first?.root === keeper.root && first.dir === keeper.dir && first.name === keeper.name
}
