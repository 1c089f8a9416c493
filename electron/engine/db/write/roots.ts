/** Roots: adding, changing and forgetting them, and the settings that their journals carry. */
import type { RootId } from '../../../../shared/domain/ids.ts'
import type { RootSettings } from '../../../../shared/domain/root.ts'
import type { Saved, StoredRoot } from '../types.ts'
import { isWrittenBack } from './effective.ts'
import { dropFolder, foldersOf } from './folders.ts'
import { forgetKeptIds } from './kept-ids.ts'
import { recombineRoot } from './recombine.ts'
import type { Changes, Session } from './session.ts'

type NewRoot = Omit<StoredRoot, 'row'>

export function putRoot(session: Session, root: NewRoot): StoredRoot {
  const old = session.roots().find(({ id }) => id === root.id)
  if (old && isSame(old, root)) return old
  session.commit((changes) => {
    writeRoot(session, root)
    changes.changeRoots()
    if (old && needsRecombining(old, root)) recombineRoot(session, changes, session.root(root.id))
  })
  return session.root(root.id)
}

/** Takes over settings from the journals; returns true if what is in force may differ now. */
export function writeSettings(
  session: Session,
  changes: Changes,
  root: StoredRoot,
  settings: Partial<RootSettings>,
): boolean {
  const { row: _, ...next } = { ...root, ...settings }
  if (isSame(root, next)) return false
  writeRoot(session, next)
  changes.changeRoots()
  return needsRecombining(root, next)
}

/** Forgets a root and everything below it; the folder itself is not touched. */
export function removeRoot(session: Session, rootId: RootId): Saved {
  const { sql } = session
  const root = session.roots().find(({ id }) => id === rootId)
  return session.commit((changes) => {
    if (!root) return
    for (const { id } of foldersOf(session, rootId)) dropFolder(session, changes, id)
    forgetKeptIds(sql, root.row)
    sql.run`delete from problems where root_id = ${root.row}`
    sql.run`delete from states where root_id = ${root.row}`
    sql.run`delete from journals where root_id = ${root.row}`
    sql.run`delete from roots where id = ${root.row}`
    changes.changeRoots()
  })
}

function writeRoot({ sql }: Session, root: NewRoot): void {
  const { id, slug, name, path, strategy, edits, guard } = root
  const isOffline = Number(root.isOffline)
  const isReadOnly = Number(root.isReadOnly)
  const format = guard?.format ?? null
  const file = guard?.file ?? null
  sql.run`
    insert into roots (root_id, slug, name, path, strategy, edits, is_offline, is_read_only, guard_format, guard_file)
    values (${id}, ${slug}, ${name}, ${path}, ${strategy}, ${edits}, ${isOffline}, ${isReadOnly}, ${format}, ${file})
    on conflict (root_id) do update set slug = excluded.slug, name = excluded.name, path = excluded.path,
      strategy = excluded.strategy, edits = excluded.edits, is_offline = excluded.is_offline,
      is_read_only = excluded.is_read_only, guard_format = excluded.guard_format, guard_file = excluded.guard_file`
}

function needsRecombining(old: NewRoot, next: NewRoot): boolean {
  return old.strategy !== next.strategy || isWrittenBack(old) !== isWrittenBack(next)
}

function isSame(a: NewRoot, b: NewRoot): boolean {
  const keys = ['slug', 'name', 'path', 'strategy', 'edits', 'isOffline', 'isReadOnly'] as const
  return (
    keys.every((key) => a[key] === b[key]) && a.guard?.format === b.guard?.format && a.guard?.file === b.guard?.file
  )
}
