/**
 * Brings a database to the newest schema: keys off, one exclusive transaction that includes `user_version`, a check
 * of keys and pages before it is committed. Killed at any point, the file holds the old schema or the new one.
 */
import type { Db } from './connection.ts'

/** Its number is its place in the list, from 1, without gaps. */
export type Migration = { readonly name: string; readonly sql: string }

/** Runs the migrations that are still missing; throws, and changes nothing, if one fails or leaves the file unsound. */
export function migrate(db: Db, migrations: readonly Migration[]): void {
  const from = Number(db.pragma('user_version', { simple: true }))
  if (from >= migrations.length) return
  db.pragma('foreign_keys = OFF')
  try {
    db.transaction(() => {
      for (const { sql } of migrations.slice(from)) db.exec(sql)
      db.pragma(`user_version = ${migrations.length}`)
      const names = migrations.slice(from).map(({ name }) => name)
      const hasBrokenKeys = (db.pragma('foreign_key_check') as unknown[]).length > 0
      if (hasBrokenKeys) throw new Error(`Migration ${names.join(', ')} left broken references.`)
      if (!isSound(db)) throw new Error(`Migration ${names.join(', ')} left a damaged file.`)
    }).exclusive()
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

/** SQLite's own full check of pages, rows and indexes; `quick_check` misses most damage (measured). */
export function isSound(db: Db): boolean {
  return db.pragma('integrity_check(1)', { simple: true }) === 'ok'
}
