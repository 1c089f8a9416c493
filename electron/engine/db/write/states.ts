/**
 * User layers as rows: one a path, whether an image is there or not, so that edits can arrive before their image.
 * A path's last known hash stands beside, to find the image elsewhere when it is gone.
 */
import type { QuickHash, RootId, RootPath, RootRow } from '../../../../shared/domain/ids.ts'
import { readState, type StateStore, type UserState, writeState } from '../../../../shared/domain/fold.ts'
import { joinPath, splitPath } from '../paths.ts'
import type { Place } from '../read/ids.ts'
import type { Sql } from '../sql.ts'

export type StateRow = {
  readonly id: number
  readonly state: string
  readonly quick_hash: QuickHash | null
}

export function getState(sql: Sql, root: RootRow, dir: RootPath, name: string): StateRow | undefined {
  return sql.get<StateRow>`
    select id, state, quick_hash from states where root_id = ${root} and dir = ${dir} and name = ${name}`
}

export function hasStates(sql: Sql, root: RootRow): boolean {
  return sql.get`select 1 from states where root_id = ${root} limit 1` !== undefined
}

/** States of images with a known hash and no image at their path. */
export function lostStates(sql: Sql): Place[] {
  return sql.all<Place>`
    select r.root_id as rootId, s.dir, s.name from states s join roots r on r.id = s.root_id
    where s.quick_hash is not null and not exists (
      select 1 from folders f join images i on i.folder_id = f.id
      where f.root_id = s.root_id and f.dir = s.dir and i.name = s.name)`
}

/** States of one root while records are folded: read once, written once, and only where their text has changed. */
export type OpenStates = StateStore & {
  /** The hash the path's image had when an operation was made; counts where none is known yet. */
  noteHash(path: RootPath, hash: QuickHash): void
  /** Writes what has changed and returns its paths. */
  flush(): RootPath[]
}

type Entry = { row: StateRow | undefined; state: UserState | null; hash: QuickHash | null; isTouched: boolean }

export function openStates(sql: Sql, root: { row: RootRow; id: RootId }): OpenStates {
  const entries = new Map<RootPath, Entry>()
  const entryOf = (path: RootPath): Entry => {
    let entry = entries.get(path)
    if (!entry) {
      const { dir, name } = splitPath(path)
      const row = getState(sql, root.row, dir, name)
      entry = { row, state: row ? readState(row.state) : null, hash: row?.quick_hash ?? null, isTouched: false }
      entries.set(path, entry)
    }
    return entry
  }
  return {
    get: (path) => entryOf(path).state,
    set(path, state) {
      Object.assign(entryOf(path), { state, isTouched: true })
    },
    delete(path) {
      Object.assign(entryOf(path), { state: null, isTouched: true })
    },
    noteHash(path, hash) {
      const entry = entryOf(path)
      if (entry.hash === null) Object.assign(entry, { hash, isTouched: true })
    },
    flush() {
      const paths: RootPath[] = []
      for (const [path, entry] of entries)
        if (entry.isTouched && writeEntry(sql, root.row, path, entry)) paths.push(path)
      return paths
    },
  }
}

/** Returns true if the text of the state has changed. */
function writeEntry(sql: Sql, root: RootRow, path: RootPath, { row, state, hash }: Entry): boolean {
  const old = row ?? NO_STATE
  const text = state ? writeState(state) : ''
  const isTrace = state === null || !hasContent(state)
  const quickHash = isTrace ? null : hash
  if (text === old.state && quickHash === old.quick_hash) return false
  const { dir, name } = splitPath(path)
  if (text === '') sql.run`delete from states where root_id = ${root} and dir = ${dir} and name = ${name}`
  else
    sql.run`
      insert into states (root_id, dir, name, quick_hash, is_trace, state)
      values (${root}, ${dir}, ${name}, ${quickHash}, ${Number(isTrace)}, ${text})
      on conflict (root_id, dir, name) do update set quick_hash = excluded.quick_hash, is_trace = excluded.is_trace,
        state = excluded.state`
  return text !== old.state
}

const NO_STATE = { state: '', quick_hash: null }

/** False where only the trace of a departed image is left: there is nothing to find again. */
function hasContent({ keys, tags, held, heldTags, frozen, frozenTags }: UserState): boolean {
  return keys.size + tags.size + held.size + heldTags.size > 0 || frozen !== null || frozenTags !== null
}

/** The paths of a root that have a user layer, except the root's own. */
export function statePaths(sql: Sql, root: RootRow): RootPath[] {
  type Row = { dir: RootPath; name: string }
  return sql.all<Row>`select dir, name from states where root_id = ${root} and name <> ''`.map(({ dir, name }) =>
    joinPath(dir, name),
  )
}
