/**
 * Takes in scanned folders. What is the same as before is not written again, so a rescan of an unchanged folder
 * writes nothing; user layers are kept by path and meet their images whichever comes first.
 */
import type { ImageRow, QuickHash, RootId, RootPath } from '../../../../shared/domain/ids.ts'
import { EMPTY_LAYER_TEXT, type LayerText } from '../../../../shared/domain/layer.ts'
import { splitOfDir } from '../derived.ts'
import { joinPath } from '../paths.ts'
import type { UnpackedFolder, UnpackedImage } from '../packed-folders.ts'
import { packSidecars } from '../sidecar-facts.ts'
import type { Sql } from '../sql.ts'
import type { Saved, ScannedFolder, ScannedImage, SeenNeeded } from '../types.ts'
import { columnsOf, needsSeen } from './effective.ts'
import {
  dropMeasurement,
  type Folder,
  getImage,
  type ImageColumns,
  type ImageRecord,
  insertImage,
  layerOf,
  measureAgain,
  removeImage,
  updateImage,
} from './images.ts'
import { problemBits, replaceProblems } from './problems.ts'
import type { Changes, Session } from './session.ts'
import { getState, hasStates } from './states.ts'

export function saveFolders(
  session: Session,
  folders: readonly (ScannedFolder | UnpackedFolder)[],
): Saved & { seen: readonly SeenNeeded[] } {
  const seen: SeenNeeded[] = []
  const saved = session.commit((changes) => {
    for (const scanned of folders) seen.push(...saveFolder(session, changes, scanned))
  })
  return { ...saved, seen }
}

/** Drops the folders of a root that a whole scan has not met. */
export function finishScan(session: Session, rootId: RootId, dirs: readonly RootPath[]): Saved {
  const met = new Set(dirs)
  return session.commit((changes) => {
    for (const { id, dir } of foldersOf(session, rootId)) if (!met.has(dir)) dropFolder(session, changes, id)
  })
}

export function foldersOf(session: Session, rootId: RootId): { id: number; dir: RootPath }[] {
  const root = session.root(rootId)
  return session.sql.all`select id, dir from folders where root_id = ${root.row}`
}

/** Takes a folder out with its images; folders below it are not touched. */
export function dropFolder(session: Session, changes: Changes, folderId: number): void {
  const { sql } = session
  const place = sql.get<{ rootId: RootId; dir: RootPath }>`
    select r.root_id as rootId, f.dir from folders f join roots r on r.id = f.root_id where f.id = ${folderId}`
  if (!place) return
  const images = sql.all<{ row: number; name: string }>`
    select id as row, name from images where folder_id = ${folderId} order by id`
  for (const image of images) removeImage(session, changes, { ...place, ...image })
  sql.run`delete from problems where scope = 'folder' and owner_id = ${folderId}`
  sql.run`delete from folders where id = ${folderId}`
}

function saveFolder(session: Session, changes: Changes, scanned: ScannedFolder | UnpackedFolder): SeenNeeded[] {
  const { sql } = session
  const { folder, digest, isNew } = openFolder(session, scanned)
  const seen: SeenNeeded[] = []
  for (const name of scanned.gone) {
    const image = isNew ? undefined : getImage(sql, folder.id, name)
    if (image) removeImage(session, changes, { rootId: folder.root.id, dir: folder.dir, name, row: image.id })
  }
  for (const image of scanned.images) {
    const known = isNew ? undefined : getImage(sql, folder.id, image.name)
    const needed = saveImage(session, changes, { folder, image, known })
    if (needed) seen.push(needed)
  }
  if (!isNew) dropMissingFolders(session, changes, scanned)
  replaceProblems(session, changes, { root: folder.root.row, scope: 'folder', id: folder.id }, scanned.problems)
  // Subtle: with images left alone the folder must not look unchanged to the next scan.
  const newDigest = seen.length > 0 ? '' : scanned.digest
  if (newDigest !== digest) sql.run`update folders set digest = ${newDigest} where id = ${folder.id}`
  return seen
}

function openFolder(
  session: Session,
  { rootId, dir }: Pick<ScannedFolder, 'rootId' | 'dir'>,
): { folder: Folder; digest: string; isNew: boolean } {
  const { sql } = session
  const root = session.root(rootId)
  const known = sql.get<{ id: number; digest: string }>`
    select id, digest from folders where root_id = ${root.row} and dir = ${dir}`
  const id =
    known?.id ??
    Number(sql.run`insert into folders (root_id, dir, digest) values (${root.row}, ${dir}, '')`.lastInsertRowid)
  const folder = { id, root, dir, split: splitOfDir(dir), hasStates: hasStates(sql, root.row) }
  return { folder, digest: known?.digest ?? '', isNew: known === undefined }
}

type Image = ScannedImage | UnpackedImage
type Saving = { folder: Folder; image: Image; known: ImageRecord | undefined }

function saveImage(session: Session, changes: Changes, { folder, image, known }: Saving): SeenNeeded | null {
  const { sql } = session
  const { root, dir } = folder
  const old = known ? layerOf(known) : EMPTY_LAYER_TEXT
  const layer = image.layer ?? old
  const state = folder.hasStates ? (getState(sql, root.row, dir, image.name)?.state ?? '') : ''
  if (known && root.strategy === 'append' && needsSeen(state, old, layer))
    return { rootId: root.id, path: joinPath(dir, image.name), quickHash: quickHashOf(sql, known.id), layer: old }
  const columns = columnsOfScanned(folder, image, { layer, state })
  if (known) changeImage(session, changes, { known, folder, image, columns })
  else insertScanned(session, changes, { folder, image, columns })
  return null
}

type Inserting = { folder: Folder; image: Image; columns: ImageColumns }

function insertScanned(session: Session, changes: Changes, { folder, image, columns }: Inserting): void {
  const row = insertImage(session, changes, folder, { ...columns, name: image.name })
  if (columns.problems === 0) return
  replaceProblems(session, changes, { root: folder.root.row, scope: 'sidecar', id: row }, image.problems)
}

function columnsOfScanned(
  folder: Folder,
  image: Image,
  { layer, state }: { layer: LayerText; state: string },
): ImageColumns {
  const { hasSidecar, problems, size, modifiedMs, signature, sidecars } = image
  return {
    ...columnsOf({ folder, layer, state, hasSidecar, isStale: image.layer === null }),
    problems: problemBits(problems),
    size_bytes: size,
    modified_at: Math.floor(modifiedMs),
    signature,
    sidecars: typeof sidecars === 'string' ? sidecars : packSidecars(sidecars),
  }
}

type Changing = Inserting & { known: ImageRecord }

function changeImage(session: Session, changes: Changes, { known, folder, image, columns }: Changing): void {
  // Subtle: the same scan saved twice is not a second change of the file.
  const isSameFile = !image.isFileChanged || (known.signature === image.signature && image.signature !== '')
  const isYoung = known.signature === '' && known.size_bytes === image.size
  if (!isSameFile && isYoung && known.modified_at === Math.floor(image.modifiedMs)) {
    measureAgain(session, changes, known.id)
  } else if (!isSameFile) dropMeasurement(session, changes, known.id)
  updateImage(session, changes, known, columns)
  if (columns.problems === 0 && known.problems === 0) return
  replaceProblems(session, changes, { root: folder.root.row, scope: 'sidecar', id: known.id }, image.problems)
}

function quickHashOf(sql: Sql, row: ImageRow): QuickHash | null {
  const found = sql.get<{ quick_hash: QuickHash | null }>`select quick_hash from measurements where image_id = ${row}`
  return found?.quick_hash ?? null
}

/** Drops every folder below this one whose first step is not among the subfolders there now. */
function dropMissingFolders(
  session: Session,
  changes: Changes,
  { rootId, dir, folders }: Pick<ScannedFolder, 'rootId' | 'dir' | 'folders'>,
): void {
  const present = new Set(folders)
  const root = session.root(rootId)
  const start = dir === '' ? '' : `${dir}/`
  // `0` is the character after `/`: the range holds all paths below the folder and no others.
  const end = dir === '' ? null : `${dir}0`
  const below = session.sql.all<{ id: number; dir: RootPath }>`
    select id, dir from folders
    where root_id = ${root.row} and dir > ${start} and (${end} is null or dir < ${end})`
  for (const folder of below) {
    const rest = folder.dir.slice(start.length)
    const cut = rest.indexOf('/')
    if (!present.has(cut === -1 ? rest : rest.slice(0, cut))) dropFolder(session, changes, folder.id)
  }
}
