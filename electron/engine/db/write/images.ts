/** Rows of images: what is stored of one, writing what differs, taking one out. */
import type { ImageRow, RootPath } from '../../../../shared/domain/ids.ts'
import type { Place } from '../read/ids.ts'
import type { Sql } from '../sql.ts'
import { FLAGS, type IndexedImage, type StoredRoot } from '../types.ts'
import type { Changes, Session } from './session.ts'

export type ImageColumns = {
  readonly flags: number
  readonly problems: number
  readonly size_bytes: number
  readonly modified_at: number
  readonly signature: string
  readonly sidecars: string
  readonly tags: string
  readonly metadata: string
  readonly edited_at: number | null
  readonly split: IndexedImage['split']
  /** The sidecars' own texts where they differ from the effective ones. */
  readonly layer_tags: string | null
  readonly layer_metadata: string | null
}
export type ImageRecord = ImageColumns & { readonly id: ImageRow; readonly folder_id: number; readonly name: string }

/** A folder as the writer works on it. */
export type Folder = {
  readonly id: number
  readonly root: StoredRoot
  readonly dir: RootPath
  readonly split: IndexedImage['split']
  /** False if nothing under this root has a user layer, so that nobody need look. */
  readonly hasStates: boolean
}

export function getImage(sql: Sql, folderId: number, name: string): ImageRecord | undefined {
  return sql.get<ImageRecord>`select * from images where folder_id = ${folderId} and name = ${name}`
}

export function insertImage(
  session: Session,
  changes: Changes,
  folder: Folder,
  image: ImageColumns & { name: string },
) {
  const id = session.nextImage()
  const { name, flags, problems, size_bytes, modified_at, tags, metadata, edited_at, split } = image
  writeImage(session.sql, { ...image, id, folder_id: folder.id })
  const place = { row: id, root: folder.root.row, dir: folder.dir, name }
  const facts = { size: size_bytes, modifiedMs: modified_at, editedMs: edited_at, split, flags, problems }
  const unmeasured = { width: null, height: null, format: null, takenMs: null, exif: '' }
  changes.add({ ...place, metadata, tags, ...facts, ...unmeasured })
  return id
}

/** Subtle: most images of a first scan have nothing in the last four columns, and what is not bound costs nothing. */
function writeImage(sql: Sql, image: ImageRecord): void {
  const { id, folder_id, flags, problems, size_bytes, modified_at, name, signature, sidecars, tags, metadata } = image
  const { edited_at, split, layer_tags, layer_metadata } = image
  if (edited_at === null && split === null && layer_tags === null && layer_metadata === null)
    sql.run`
      insert into images (id, folder_id, flags, problems, size_bytes, modified_at, name, signature, sidecars, tags,
        metadata)
      values (${id}, ${folder_id}, ${flags}, ${problems}, ${size_bytes}, ${modified_at}, ${name}, ${signature},
        ${sidecars}, ${tags}, ${metadata})`
  else
    sql.run`
      insert into images (id, folder_id, flags, problems, size_bytes, modified_at, name, signature, sidecars, tags,
        metadata, edited_at, split, layer_tags, layer_metadata)
      values (${id}, ${folder_id}, ${flags}, ${problems}, ${size_bytes}, ${modified_at}, ${name}, ${signature},
        ${sidecars}, ${tags}, ${metadata}, ${edited_at}, ${split}, ${layer_tags}, ${layer_metadata})`
}

/** Writes the row if anything in it differs; only what people can see counts as a change of the image. */
export function updateImage(session: Session, changes: Changes, old: ImageRecord, next: ImageColumns): void {
  const isVisible = VISIBLE.some((column) => old[column] !== next[column])
  if (!isVisible && HIDDEN.every((column) => old[column] === next[column])) return
  session.sql.run`
    update images set flags = ${next.flags}, problems = ${next.problems}, size_bytes = ${next.size_bytes},
      modified_at = ${next.modified_at}, signature = ${next.signature}, sidecars = ${next.sidecars},
      tags = ${next.tags}, metadata = ${next.metadata}, edited_at = ${next.edited_at}, split = ${next.split},
      layer_tags = ${next.layer_tags}, layer_metadata = ${next.layer_metadata}
    where id = ${old.id}`
  if (isVisible) changes.change(old.id)
}

/** Takes an image out. Its user layer stays, with the hash it was last known by, so that it can be found elsewhere. */
export function removeImage(session: Session, changes: Changes, place: Place & { row: ImageRow }): void {
  const { sql } = session
  const { row, rootId, dir, name } = place
  const root = session.root(rootId)
  const state = sql.get<{ id: number }>`
    select id from states where root_id = ${root.row} and dir = ${dir} and name = ${name} and is_trace = 0`
  if (state) {
    sql.run`
      update states set quick_hash = m.quick_hash from measurements m
      where states.id = ${state.id} and m.image_id = ${row} and m.quick_hash is not null`
    session.lost?.push({ rootId, dir, name })
  }
  sql.run`delete from problems where scope in ('sidecar', 'codec') and owner_id = ${row}`
  sql.run`delete from measurements where image_id = ${row}`
  sql.run`delete from images where id = ${row}`
  changes.remove(row)
}

/** Forgets what was measured of an image whose file has changed. */
export function dropMeasurement(session: Session, changes: Changes, row: ImageRow): void {
  const { sql } = session
  if (sql.run`delete from measurements where image_id = ${row}`.changes === 0) return
  sql.run`delete from problems where scope = 'codec' and owner_id = ${row}`
  session.measuredTo = Math.min(session.measuredTo, row - 1)
  changes.change(row)
}

/**
 * Has an image measured again and shows what is known of it until then: its file was too young to be trusted when it
 * was measured, and looks the same now.
 */
export function measureAgain(session: Session, changes: Changes, row: ImageRow): void {
  const { sql } = session
  if (sql.run`update measurements set flags = flags & ~${FLAGS.measured} where image_id = ${row}`.changes === 0) return
  session.measuredTo = Math.min(session.measuredTo, row - 1)
  changes.change(row)
}

export function isStaleRecord({ flags }: ImageRecord): boolean {
  return (flags & FLAGS.stale) !== 0
}

/** The sidecar layer of a stored image. */
export function layerOf(image: ImageRecord): { metadata: string; tags: string } {
  return { metadata: image.layer_metadata ?? image.metadata, tags: image.layer_tags ?? image.tags }
}

const VISIBLE = [
  'flags',
  'problems',
  'size_bytes',
  'modified_at',
  'tags',
  'metadata',
  'edited_at',
  'split',
] as const satisfies readonly (keyof ImageColumns)[]
const HIDDEN = [
  'signature',
  'sidecars',
  'layer_tags',
  'layer_metadata',
] as const satisfies readonly (keyof ImageColumns)[]
