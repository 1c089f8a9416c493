/** Folds journal records into user layers, and remembers in the same transaction how far the journal was read. */
import type { RootId, RootPath } from '../../../../shared/domain/ids.ts'
import { foldRecord } from '../../../../shared/domain/fold.ts'
import type { JournalRecord } from '../../../../shared/domain/operation.ts'
import type { RootSettings } from '../../../../shared/domain/root.ts'
import { splitPath } from '../paths.ts'
import type { JournalOffset, Saved, StoredRoot } from '../types.ts'
import { forgetKeptIds, syncKeptIds } from './kept-ids.ts'
import { recombine, recombineRoot } from './recombine.ts'
import { writeSettings } from './roots.ts'
import type { Changes, Session } from './session.ts'
import { openStates, statePaths } from './states.ts'

export type Records = {
  readonly rootId: RootId
  readonly records: readonly JournalRecord[]
  readonly offset: JournalOffset | null
}

/** Applying a record again changes nothing. With `refold`, nothing at all was taken in (types.ts). */
export function applyRecords(session: Session, { rootId, records, offset }: Records): Saved & { refold?: true } {
  const root = session.root(rootId)
  try {
    return session.commit((changes) => {
      foldAll(session, changes, root, records)
      if (offset) saveOffset(session, root, offset)
    })
  } catch (error) {
    if (error !== REFOLD) throw error
    return { ...session.commit(() => {}), refold: true }
  }
}

/** Drops all user layers of a root and how far its journals were read. */
export function resetRecords(session: Session, rootId: RootId): Saved {
  const root = session.root(rootId)
  const { sql } = session
  return session.commit((changes) => {
    const paths = statePaths(sql, root.row)
    sql.run`delete from states where root_id = ${root.row}`
    sql.run`delete from journals where root_id = ${root.row}`
    forgetKeptIds(sql, root.row)
    for (const path of paths) recombine(session, changes, { root, path })
  })
}

/** Thrown to roll back: a record came too late to be folded in on its own. */
const REFOLD = new Error('The journals of this folder must be folded again from the start.')

function foldAll(session: Session, changes: Changes, root: StoredRoot, records: readonly JournalRecord[]): void {
  const { sql } = session
  const states = openStates(sql, root)
  let settings: Partial<RootSettings> | undefined
  for (const record of records) {
    const effect = foldRecord(states, record)
    if (effect.refold) throw REFOLD
    settings = effect.settings ?? settings
    noteHashes(states, record, effect)
  }
  const touched = states.flush()
  syncKeptIds(
    sql,
    root,
    touched.map((path) => ({ path, id: states.get(path)?.id?.id ?? null })),
  )
  const isRecombined = settings !== undefined && writeSettings(session, changes, root, settings)
  if (isRecombined) recombineRoot(session, changes, session.root(root.id))
  for (const path of touched) {
    if (path === '') continue
    const row = recombine(session, changes, { root: session.root(root.id), path })
    if (row === null) session.lost?.push({ rootId: root.id, ...splitPath(path) })
  }
}

type Effect = ReturnType<typeof foldRecord>
type States = ReturnType<typeof openStates>

function noteHashes(states: States, record: JournalRecord, { paths, moved }: Effect): void {
  const reached = new Set<RootPath>(paths)
  if (moved && record.kind === 'moved') {
    if (record.image.contentHash !== null) states.noteHash(moved.to, record.image.contentHash)
  } else if (record.kind === 'edit') {
    for (const { image } of record.ops)
      if (image.contentHash !== null && reached.has(image.path)) states.noteHash(image.path, image.contentHash)
  } else if (record.kind === 'seen' && record.image.contentHash !== null && reached.has(record.image.path))
    states.noteHash(record.image.path, record.image.contentHash)
}

function saveOffset({ sql }: Session, root: StoredRoot, { file, offset, headHash }: JournalOffset): void {
  sql.run`
    insert into journals (root_id, file, offset_bytes, head_hash) values (${root.row}, ${file}, ${offset}, ${headHash})
    on conflict (root_id, file) do update set offset_bytes = excluded.offset_bytes, head_hash = excluded.head_hash
    where offset_bytes <> excluded.offset_bytes or head_hash <> excluded.head_hash`
}
