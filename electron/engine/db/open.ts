/**
 * Opens the index: the one file that may import better-sqlite3.
 *
 * Opening garbage does not throw, a zero-length file opens as an empty database, and every pragma below is off or
 * different by default, so nothing is taken for granted (reliability.md 2.6): the file is inspected before use, what
 * cannot be used is put aside (one generation) and a new index is made; it is rebuilt from the user's files.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import type { Db } from './connection.ts'
import { migrate, type Migration } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { createSql, type Sql } from './sql.ts'

export type OpenDatabase = {
  readonly db: Db
  readonly sql: Sql
  readonly file: string
  /** Why an earlier index is not used any more, or null. */
  readonly setAside: string | null
  readonly wasUnclean: boolean
}

/** `gLNR` in ASCII: which program made the file. */
const APPLICATION_ID = 0x674c4e52
const MARKER = 'gleaner index'

const BUSY_MS = 5000
const MMAP_BYTES = 1 << 30
const WAL_LIMIT_BYTES = 64 << 20
/** 32 MB: at the default of 4 a large scan spends a fifth of its time copying the same index pages. */
const CHECKPOINT_PAGES = 8000
const OLDEST_SQLITE = [3, 51, 3]

type Verdict = { readonly kind: 'absent' | 'ours' | 'newer' } | { readonly kind: 'unusable'; readonly reason: string }

/** Opens (and migrates, or makes) the index of a library for its one writer. */
export function openIndex(directory: string, migrations: readonly Migration[] = MIGRATIONS): OpenDatabase {
  const library = checkDirectory(directory)
  mkdirSync(library, { recursive: true })
  const main = join(library, 'index.db')
  const found = inspect(main, migrations.length)
  const isNewer = found.kind === 'newer'
  const file = isNewer ? versionedFile(library, migrations.length) : main
  const verdict = isNewer ? inspect(file, migrations.length) : found
  const reason = isNewer
    ? 'The index was made by a newer version of Gleaner. It is left as it is; this version builds its own beside it.'
    : null
  if (verdict.kind === 'absent') {
    removeFiles(file)
    return use(create(file, migrations), reason, migrations)
  }
  if (verdict.kind === 'unusable') return replace(file, verdict.reason, migrations)
  try {
    return use(file, null, migrations)
  } catch (error) {
    const damage = damageOf(error)
    if (damage === null) throw error
    return replace(file, damage, migrations)
  }
}

/** Opens the index for reading, in whatever thread; the writer must have opened it before. */
export function openForReading(directory: string): { db: Db; sql: Sql; file: string } {
  const library = checkDirectory(directory)
  const main = join(library, 'index.db')
  const own = versionedFile(library, MIGRATIONS.length)
  const isNewer = existsSync(own) && inspect(main, MIGRATIONS.length).kind === 'newer'
  const file = isNewer ? own : main
  const db = connect(file, true)
  return { db, sql: createSql(db), file }
}

/** A bare connection with an exclusive transaction on a file of its own, or null if somebody else has one. */
export function holdExclusive(file: string): { release(): void } | null {
  const db = new Database(checkDirectory(file), { timeout: 0 })
  try {
    db.pragma('trusted_schema = OFF')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (codeOf(error).startsWith('SQLITE_BUSY')) return null
    throw error
  }
  return {
    release() {
      if (!db.open) return
      db.exec('ROLLBACK')
      db.close()
    },
  }
}

/** Opens or makes a database that is only a cache, with pages of the given size; throws where it cannot be used. */
export function openCache(file: string, pageBytes: number): Db {
  const db = new Database(checkDirectory(file), { timeout: BUSY_MS })
  try {
    // SQLite: the size of pages is fixed once the database is in WAL mode.
    db.pragma(`page_size = ${pageBytes}`)
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Remembers beside the file that it must not be trusted: the next open puts it aside. */
export function markSuspect(file: string, reason: string): void {
  writeFileSync(suspectFile(file), reason)
}

/** The same calls; whichever of them meets damage, the file is remembered as suspect. */
export function rememberDamage<T extends object>(calls: T, file: () => string | undefined): T {
  const guarded = Object.entries(calls as Record<string, (...input: never[]) => unknown>).map(([name, call]) => [
    name,
    (...input: never[]) => {
      try {
        return call(...input)
      } catch (error) {
        const path = file()
        if (path !== undefined && damageOf(error) !== null) markSuspect(path, String(error))
        throw error
      }
    },
  ])
  return Object.fromEntries(guarded) as T
}

/** Plain reason if the error means that the file itself is bad (not that it is busy, or the disk full), else null. */
export function damageOf(error: unknown): string | null {
  const code = codeOf(error)
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'It is damaged.'
  if (code.startsWith('SQLITE_READONLY')) return 'It cannot be written.'
  return null
}

function use(file: string, setAside: string | null, migrations: readonly Migration[]): OpenDatabase {
  const db = connect(file, false)
  try {
    migrate(db, migrations)
    const sql = createSql(db)
    const state = sql.get<{ is_open: number }>`select is_open from index_state where id = 1`
    sql.run`update index_state set is_open = 1 where id = 1`
    return { db, sql, file, setAside, wasUnclean: state?.is_open === 1 }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Makes a whole new index under another name first, so that a kill leaves none or a complete one. */
function create(file: string, migrations: readonly Migration[]): string {
  const temp = `${file}.new`
  removeFiles(temp)
  const db = connect(temp, false)
  try {
    migrate(db, migrations)
  } finally {
    db.close()
  }
  renameSync(temp, file)
  return file
}

function replace(file: string, reason: string, migrations: readonly Migration[]): OpenDatabase {
  removeFiles(`${file}.aside`)
  for (const tail of ['', '-wal', '-shm']) if (existsSync(file + tail)) renameSync(file + tail, `${file}.aside${tail}`)
  rmSync(suspectFile(file), { force: true })
  const text = `The index could not be used and was put aside. ${reason} It is built again from your files.`
  return use(create(file, migrations), text, migrations)
}

function inspect(file: string, version: number): Verdict {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) return { kind: 'absent' }
  if (!stat.isFile()) throw new Error('index.db in the library folder is not a file. Move it away and start again.')
  if (stat.size === 0) return { kind: 'unusable', reason: 'It was empty.' }
  if (existsSync(suspectFile(file))) return { kind: 'unusable', reason: 'It was found damaged.' }
  let db: Db | undefined
  try {
    db = connect(file, true)
    return judge(db, version)
  } catch (error) {
    const code = codeOf(error)
    // Subtle: SQLITE_ERROR here is a missing table or column, so the file is not ours or not whole.
    const reason = code === 'SQLITE_ERROR' ? 'Parts of it are missing.' : damageOf(error)
    if (reason === null) throw error
    return { kind: 'unusable', reason }
  } finally {
    db?.close()
  }
}

function judge(db: Db, version: number): Verdict {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    return { kind: 'unusable', reason: 'It was made by another program.' }
  const found = Number(db.pragma('user_version', { simple: true }))
  if (found > version) return { kind: 'newer' }
  if (found < 1) return { kind: 'unusable', reason: 'It was never finished.' }
  const row = createSql(db).get<{ marker: string }>`select marker from index_state where id = 1`
  return row?.marker === MARKER ? { kind: 'ours' } : { kind: 'unusable', reason: 'Its mark is missing.' }
}

function connect(file: string, isReader: boolean): Db {
  const db = new Database(file, { readonly: isReader, fileMustExist: isReader, timeout: BUSY_MS })
  try {
    checkVersion(String(createSql(db).get<{ version: string }>`select sqlite_version() as version`?.version))
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    db.pragma(`busy_timeout = ${BUSY_MS}`)
    if (isReader) db.pragma('query_only = ON')
    else db.pragma('journal_mode = WAL')
    // Subtle: the connection that first enables WAL would run FULL, every later one NORMAL (measured).
    db.pragma('synchronous = NORMAL')
    db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`)
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    mapFile(db, true)
    db.pragma('foreign_keys = ON')
    db.pragma(`cache_size = -${isReader ? 16_384 : 65_536}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Maps the database file into memory, which makes single rows three times as fast, or lets go of it. */
export function mapFile(db: Db, isMapped: boolean): void {
  db.pragma(`mmap_size = ${isMapped ? MMAP_BYTES : 0}`)
}

function checkVersion(version: string): void {
  const parts = version.split('.').map(Number)
  const difference = OLDEST_SQLITE.map((least, i) => (parts[i] ?? 0) - least).find((step) => step !== 0) ?? 0
  if (difference < 0) throw new Error(`SQLite ${version} is too old to be safe; ${OLDEST_SQLITE.join('.')} is needed.`)
}

/** SQLite: better-sqlite3 trims the name it is given, so `lib ` would quietly be another folder. */
function checkDirectory(path: string): string {
  if (path !== path.trim())
    throw new Error('The path of the library begins or ends with a blank. Rename the folder or choose another one.')
  return resolve(path)
}

function versionedFile(library: string, version: number): string {
  return join(library, `index-v${version}.db`)
}

function suspectFile(file: string): string {
  return `${file}-suspect`
}

function removeFiles(file: string): void {
  for (const tail of ['', '-wal', '-shm']) rmSync(file + tail, { force: true })
}

function codeOf(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : ''
}
