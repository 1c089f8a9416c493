/**
 * The writer's state between calls, and the one way to commit: everything a call changes is one transaction, raises the
 * revision by one if anybody could see a difference, and is told to the listeners after it is on disk, in commit order.
 * A call that changes nothing writes nothing.
 */
import type { ImageRow, RootId } from '../../../../shared/domain/ids.ts'
import type { Db } from '../connection.ts'
import { readImage } from '../read/images.ts'
import { readRoots } from '../read/roots.ts'
import type { Place } from '../read/ids.ts'
import type { Sql } from '../sql.ts'
import type { IndexChange, IndexedImage, Saved, StoredRoot } from '../types.ts'

export type Session = {
  readonly sql: Sql
  roots(): readonly StoredRoot[]
  /** Throws if the index does not know the root. */
  root(id: RootId): StoredRoot
  /** A number for a new image; never one that was used before. */
  nextImage(): ImageRow
  commit(work: (changes: Changes) => void): Saved
  /** Places whose user layer has no image and was not yet looked for elsewhere; null = any may be. */
  lost: Place[] | null
  /** Every image up to this row is measured. */
  measuredTo: ImageRow
}

/** What one transaction did, as far as somebody could see it. */
export type Changes = {
  add(image: IndexedImage): void
  change(row: ImageRow): void
  remove(row: ImageRow): void
  /** Something that can be seen has changed, but no image. */
  changeOther(): void
  /** Roots were written: they are read again at once. */
  changeRoots(): void
}

export type SessionParts = {
  readonly db: Db
  readonly sql: Sql
  /** Returns false where nobody listens, so that changes need not be collected. */
  readonly hasListeners: () => boolean
  readonly post: (change: IndexChange) => void
}

type State = { revision: number; next_image_id: ImageRow }

export function createSession({ db, sql, hasListeners, post }: SessionParts): Session {
  let state = readState(sql)
  let roots = readRoots(sql)
  let nextImage = state.next_image_id
  const reload = () => {
    state = readState(sql)
    roots = readRoots(sql)
    nextImage = state.next_image_id
  }
  const finish = (log: ChangeLog): IndexChange | null => {
    if (!log.isVisible()) return null
    const revision = state.revision + 1
    sql.run`update index_state set revision = ${revision}, next_image_id = ${nextImage} where id = 1`
    state = { revision, next_image_id: nextImage }
    if (!hasListeners()) return null
    return { ...log.toChange(sql, revision), ...(log.areRootsChanged && { roots }) }
  }
  return {
    sql,
    lost: null,
    measuredTo: 0,
    roots: () => roots,
    root(id) {
      const found = roots.find((root) => root.id === id)
      if (!found) throw new Error('This folder is not in the library any more.')
      return found
    },
    nextImage: () => nextImage++,
    commit(work) {
      const log = createLog()
      let change: IndexChange | null
      db.exec('BEGIN IMMEDIATE')
      try {
        work({
          ...log.changes,
          changeRoots() {
            log.areRootsChanged = true
            roots = readRoots(sql)
          },
        })
        change = finish(log)
        db.exec('COMMIT')
      } catch (error) {
        // SQLite: some errors (disk full) have ended the transaction already.
        if (db.inTransaction) db.exec('ROLLBACK')
        reload()
        throw error
      }
      if (change) post(change)
      return { revision: state.revision, ...log.counts() }
    },
  }
}

type ChangeLog = ReturnType<typeof createLog>

function createLog() {
  /** null = changed again since, so it must be read at the end. */
  const added = new Map<ImageRow, IndexedImage | null>()
  const changed = new Set<ImageRow>()
  const removed = new Set<ImageRow>()
  const log = {
    areRootsChanged: false,
    isOtherChanged: false,
    isVisible: () => added.size + changed.size + removed.size > 0 || log.areRootsChanged || log.isOtherChanged,
    counts: () => ({ added: added.size, changed: changed.size, removed: removed.size }),
    toChange(sql: Sql, revision: number): IndexChange {
      const upserts: IndexedImage[] = []
      for (const [row, known] of [...added, ...[...changed].map((row) => [row, null] as const)]) {
        const image = known ?? readImage(sql, row)
        if (image) upserts.push(image)
      }
      return { kind: 'change', revision, upserts, removed: [...removed] }
    },
    changes: {
      add: (image) => void added.set(image.row, image),
      change(row) {
        if (added.has(row)) added.set(row, null)
        else changed.add(row)
      },
      remove(row) {
        changed.delete(row)
        if (!added.delete(row)) removed.add(row)
      },
      changeOther() {
        log.isOtherChanged = true
      },
    } satisfies Omit<Changes, 'changeRoots'>,
  }
  return log
}

function readState(sql: Sql): State {
  return (
    sql.get<State>`select revision, next_image_id from index_state where id = 1` ?? { revision: 0, next_image_id: 1 }
  )
}
