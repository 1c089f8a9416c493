/** The index thread's table of calls over one open database. */
import type { Db } from './connection.ts'
import { isSound } from './migrate.ts'
import { damageOf, markSuspect, openIndex, rememberDamage } from './open.ts'
import { readSubject } from './read/subjects.ts'
import type { IndexApi, IndexChange, JournalOffset, OpenedIndex } from './types.ts'
import { finishScan, saveFolders } from './write/folders.ts'
import { fillImageKeys, sweepImageKeys } from './write/kept-ids.ts'
import { findUnmeasured, saveMeasured } from './write/measured.ts'
import { replaceProblems } from './write/problems.ts'
import { applyRecords, resetRecords } from './write/records.ts'
import { putRoot, removeRoot } from './write/roots.ts'
import { createSession, type Session } from './write/session.ts'
import { unpackFolders } from './packed-folders.ts'
import { findUnwritten, saveWritten } from './write/written.ts'

export type IndexApiParts = {
  readonly hasListeners: () => boolean
  readonly post: (change: IndexChange) => void
}

type Open = { readonly db: Db; readonly session: Session; readonly file: string }

/** `fillKeys` does a short piece of work that was put off; it returns false when there is no more. */
export function createIndexApi(parts: IndexApiParts): { api: IndexApi; fillKeys: () => boolean } {
  let current: Open | undefined
  const use = (): Open => {
    if (!current) throw new Error('The index is not open.')
    return current
  }
  const api: IndexApi = {
    open({ directory }) {
      if (current) throw new Error('The index is open already.')
      const { opened, ...open } = openSession(directory, parts)
      current = open
      return opened
    },
    close() {
      if (!current) return
      closeIndex(current)
      current = undefined
    },
    tidy: () => tidy(use()),
    ...calls(() => use().session),
  }
  const fillKeys = () => {
    if (!current) return false
    let hasMore = false
    const { session } = current
    session.commit(() => {
      hasMore = fillImageKeys(session.sql, 2000)
    })
    return hasMore
  }
  return { api: rememberDamage(api, () => current?.file), fillKeys }
}

function calls(session: () => Session): Omit<IndexApi, 'open' | 'close' | 'tidy'> {
  return {
    putRoot: (root) => putRoot(session(), root),
    removeRoot: ({ rootId }) => removeRoot(session(), rootId),
    saveFolders: ({ folders }) => saveFolders(session(), folders),
    savePacked: ({ packed }) =>
      saveFolders(
        session(),
        packed.flatMap((bytes) => unpackFolders(bytes)),
      ),
    finishScan: ({ rootId, dirs }) => finishScan(session(), rootId, dirs),
    saveMeasured: ({ items }) => saveMeasured(session(), items),
    unmeasured: ({ limit, after }) => findUnmeasured(session(), limit, after),
    applyRecords: (input) => applyRecords(session(), input),
    resetRecords: ({ rootId }) => resetRecords(session(), rootId),
    saveWritten: ({ items }) => saveWritten(session(), items),
    editSubjects({ rows }) {
      const { sql } = session()
      return sql.together(() => rows.map((row) => readSubject(sql, row)).filter((found) => found !== undefined))
    },
    unwritten: (input) => session().sql.together(() => findUnwritten(session(), input)),
    setProblems({ rootId, scope, problems }) {
      const open = session()
      const { row } = open.root(rootId)
      const owner = { root: row, scope: `root:${scope}`, id: row }
      return open.commit((changes) => replaceProblems(open, changes, owner, problems))
    },
    setBlob({ name, revision, data }) {
      const { sql, commit } = session()
      commit(() => sql.run`insert or replace into blobs (name, revision, data) values (${name}, ${revision}, ${data})`)
    },
    getSetting: ({ name }) =>
      session().sql.get<{ value: string }>`select value from settings where name = ${name}`?.value ?? null,
    setSetting({ name, value }) {
      const { sql, commit } = session()
      commit(() => sql.run`insert or replace into settings (name, value) values (${name}, ${value})`)
    },
  }
}

/** Damage may show only when the first tables are read: the file is then put aside like any other that is damaged. */
function openSession(directory: string, parts: IndexApiParts): Open & { opened: OpenedIndex } {
  const { db, sql, file, setAside, wasUnclean } = openIndex(directory)
  try {
    const session = createSession({ db, sql, ...parts })
    return { db, file, session, opened: describe(session, setAside, wasUnclean) }
  } catch (error) {
    db.close()
    if (damageOf(error) === null || setAside !== null) throw error
    markSuspect(file, String(error))
    return openSession(directory, parts)
  }
}

function describe(session: Session, setAside: string | null, wasUnclean: boolean): OpenedIndex {
  const { sql } = session
  const { revision } = session.commit(() => {})
  const journals = sql.all<JournalOffset>`
    select r.root_id as rootId, j.file, j.offset_bytes as offset, j.head_hash as headHash
    from journals j join roots r on r.id = j.root_id order by j.root_id, j.file`
  return { revision, setAside, wasUnclean, roots: session.roots(), journals }
}

function tidy({ db, session, file }: Open): boolean {
  if (!isSound(db)) {
    markSuspect(file, 'integrity check')
    return false
  }
  session.commit(() => sweepImageKeys(session.sql))
  db.pragma('optimize')
  db.pragma('wal_checkpoint(TRUNCATE)')
  return true
}

function closeIndex({ db, session, file }: Open): void {
  try {
    session.sql.run`update index_state set is_open = 0 where id = 1`
    db.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    if (damageOf(error) === null) throw error
    markSuspect(file, String(error))
  } finally {
    db.close()
  }
}
