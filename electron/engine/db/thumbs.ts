/**
 * The thumbnail cache: a database of its own in the library, keyed by content, with a cap on its size.
 *
 * Everything in it can be made again, so whatever goes wrong has one answer: throw the file away and go on, with a new
 * one or, on a full disk, without. Writes and times of use are gathered and committed together, so that looking at
 * thumbnails costs no transaction each.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Db } from './connection.ts'
import { openCache } from './open.ts'
import { createSql, type Sql } from './sql.ts'

export type ThumbKey = { readonly quickHash: string; readonly edge: number }
type StoredThumb = { readonly bytes: Uint8Array; readonly isDamaged: boolean }

export type ThumbStore = {
  get(key: ThumbKey): StoredThumb | null
  has(key: ThumbKey): boolean
  /** Takes a thumbnail in; it is readable at once and on disk after the next flush. */
  put(key: ThumbKey, thumb: StoredThumb): void
  /** Writes what is gathered and lets the longest unused go until the cap is kept. */
  flush(): void
  size(): { count: number; bytes: number }
  /** Throws everything away and gives the space back: the first thing to do when the disk is full. */
  drop(): void
  close(): void
}

type StoreOptions = {
  /** The library folder. */
  readonly directory: string
  /** Version of how thumbnails are made; those of another version are thrown away. */
  readonly pipeline: number
  /** Cap on the thumbnails' bytes. */
  readonly capBytes?: number
  now(): number
}

const SCHEMA_VERSION = 1
const PAGE_BYTES = 16_384
const CAP_BYTES = 1_000_000_000
const FLUSH_MS = 500
const FLUSH_COUNT = 64
/** Times of use are kept only this exactly: LRU over a gigabyte needs no more. */
const TOUCH_MS = 60_000
const PAUSE_MS = 60_000
const EVICT_COUNT = 256
const SCHEMA = `
  create table if not exists thumb (
    thumb_id integer primary key,
    quick_hash text not null,
    edge integer not null,
    is_damaged integer not null check (is_damaged in (0, 1)),
    size_bytes integer not null,
    used_at integer not null,
    bytes blob not null,
    unique (quick_hash, edge)
  ) strict;
  create index if not exists thumb_used on thumb (used_at, size_bytes);
`

type State = StoreOptions & {
  readonly file: string
  db: Db | null
  sql: Sql | null
  bytes: number
  pausedUntil: number
  timer: NodeJS.Timeout | null
  readonly pending: Map<string, { key: ThumbKey; thumb: StoredThumb }>
  readonly touched: Map<number, number>
}

/** Opens the cache, or makes it; where that is impossible it keeps nothing and everything else works. */
export function openThumbStore(options: StoreOptions): ThumbStore {
  const state: State = {
    ...options,
    file: join(options.directory, 'thumbs.db'),
    db: null,
    sql: null,
    bytes: 0,
    pausedUntil: 0,
    timer: null,
    pending: new Map(),
    touched: new Map(),
  }
  open(state)
  return {
    get: (key) => guarded(state, (sql) => get(state, sql, key)) ?? null,
    has: (key) => state.pending.has(nameOf(key)) || guarded(state, (sql) => has(sql, key)) === true,
    put: (key, thumb) => put(state, key, thumb),
    flush: () => flush(state),
    size: () => guarded(state, (sql) => ({ count: countRows(sql), bytes: state.bytes })) ?? { count: 0, bytes: 0 },
    drop: () => remake(state),
    close() {
      flush(state)
      if (state.timer) clearTimeout(state.timer)
      disconnect(state)
    },
  }
}

function open(state: State): void {
  try {
    connect(state)
  } catch {
    disconnect(state)
    try {
      removeFiles(state)
      connect(state)
    } catch {
      disconnect(state)
    }
  }
}

function connect(state: State): void {
  state.db = openCache(state.file, PAGE_BYTES)
  state.sql = createSql(state.db)
  const version = SCHEMA_VERSION * 1000 + state.pipeline
  const found = state.db.pragma('user_version', { simple: true })
  if (found !== 0 && found !== version) {
    disconnect(state)
    removeFiles(state)
    return connect(state)
  }
  state.db.exec(SCHEMA)
  state.db.pragma(`user_version = ${version}`)
  const row = state.sql.get<{ bytes: number }>`select coalesce(sum(size_bytes), 0) as bytes from thumb`
  state.bytes = row?.bytes ?? 0
}

function disconnect(state: State): void {
  const { db } = state
  state.db = null
  state.sql = null
  state.bytes = 0
  try {
    db?.close()
  } catch {
    // A damaged file may refuse even that; it is removed next.
  }
}

function remake(state: State): void {
  disconnect(state)
  state.touched.clear()
  state.pending.clear()
  removeFiles(state)
  open(state)
}

function removeFiles({ file }: State): void {
  for (const tail of ['', '-wal', '-shm']) rmSync(file + tail, { force: true })
}

// Whatever the database throws, the cache is not worth an error: out with it. A full disk must not be filled again.
function guarded<T>(state: State, work: (sql: Sql) => T): T | null {
  if (state.sql === null) return null
  try {
    return work(state.sql)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_FULL') state.pausedUntil = state.now() + PAUSE_MS
    try {
      remake(state)
    } catch {
      disconnect(state)
    }
    return null
  }
}

type Row = { thumb_id: number; is_damaged: number; used_at: number; bytes: Uint8Array }

function has(sql: Sql, { quickHash, edge }: ThumbKey): boolean {
  return sql.get`select 1 from thumb where quick_hash = ${quickHash} and edge = ${edge}` !== undefined
}

function get(state: State, sql: Sql, key: ThumbKey): StoredThumb | null {
  const fresh = state.pending.get(nameOf(key))
  if (fresh) return fresh.thumb
  const row = sql.get<Row>`
    select thumb_id, is_damaged, used_at, bytes from thumb
    where quick_hash = ${key.quickHash} and edge = ${key.edge}`
  if (!row) return null
  if (state.now() - row.used_at > TOUCH_MS) {
    state.touched.set(row.thumb_id, state.now())
    schedule(state)
  }
  return { bytes: row.bytes, isDamaged: row.is_damaged === 1 }
}

function put(state: State, key: ThumbKey, thumb: StoredThumb): void {
  if (state.db === null || state.now() < state.pausedUntil) return
  state.pending.set(nameOf(key), { key, thumb })
  if (state.pending.size >= FLUSH_COUNT) flush(state)
  else schedule(state)
}

function schedule(state: State): void {
  state.timer ??= setTimeout(() => flush(state), FLUSH_MS).unref()
}

function flush(state: State): void {
  if (state.timer) clearTimeout(state.timer)
  state.timer = null
  if (state.pending.size === 0 && state.touched.size === 0) return
  guarded(state, (sql) => state.db?.transaction(() => write(state, sql)).exclusive())
  state.pending.clear()
  state.touched.clear()
}

function write(state: State, sql: Sql): void {
  for (const [id, usedAt] of state.touched) sql.run`update thumb set used_at = ${usedAt} where thumb_id = ${id}`
  for (const { key, thumb } of state.pending.values()) {
    const old = sql.get<{ size_bytes: number }>`
      select size_bytes from thumb where quick_hash = ${key.quickHash} and edge = ${key.edge}`
    sql.run`
      insert or replace into thumb (quick_hash, edge, is_damaged, size_bytes, used_at, bytes)
      values (${key.quickHash}, ${key.edge}, ${thumb.isDamaged ? 1 : 0}, ${thumb.bytes.length}, ${state.now()}, ${thumb.bytes})`
    state.bytes += thumb.bytes.length - (old?.size_bytes ?? 0)
  }
  evict(state, sql)
}

function evict(state: State, sql: Sql): void {
  const cap = state.capBytes ?? CAP_BYTES
  while (state.bytes > cap) {
    const rows = sql.all<{ thumb_id: number; size_bytes: number }>`
      select thumb_id, size_bytes from thumb order by used_at limit ${EVICT_COUNT}`
    if (rows.length === 0) return
    for (const row of rows) {
      if (state.bytes <= cap * 0.95) return
      sql.run`delete from thumb where thumb_id = ${row.thumb_id}`
      state.bytes -= row.size_bytes
    }
  }
}

function countRows(sql: Sql): number {
  return sql.get<{ count: number }>`select count(*) as count from thumb`?.count ?? 0
}

function nameOf({ quickHash, edge }: ThumbKey): string {
  return `${quickHash}/${edge}`
}
