/** Plain SQLite as it is usually done: a dictionary of values and one row an image and key, indexed both ways. */
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Clause } from '../conditions.ts'
import { sidecarsBelow } from './files.ts'

export type Dictionary = {
  /** Reads at most `limit` sidecars; ms. */
  load(folder: string, limit: number): number
  /** Count, first page, and value counts of every key under the clauses; ms. */
  interaction(clauses: readonly Clause[]): { ms: number; count: number }
  close(): void
}

export function openDictionary(): Dictionary {
  const db = new Database(':memory:')
  db.exec(`
    CREATE TABLE image(image_id INTEGER PRIMARY KEY, path TEXT NOT NULL);
    CREATE TABLE key(key_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE value(value_id INTEGER PRIMARY KEY, text TEXT, number REAL, UNIQUE(text, number));
    CREATE TABLE entry(key_id INTEGER, value_id INTEGER, image_id INTEGER, PRIMARY KEY(key_id, value_id, image_id)) WITHOUT ROWID;
  `)
  return {
    load: (folder, limit) => load(db, folder, limit),
    interaction(clauses) {
      const start = performance.now()
      const under = clauses.map(sqlOf).join(' INTERSECT ')
      const bound = clauses.flatMap((clause) => [clause.key, ...('above' in clause ? [clause.above] : clause.oneOf)])
      const { n } = db.prepare(`SELECT count(*) AS n FROM (${under})`).get(bound) as { n: number }
      db.prepare(`SELECT * FROM image WHERE image_id IN (${under}) ORDER BY path LIMIT 200`).all(bound)
      const facet = db.prepare(
        `SELECT v.text, v.number, count(*) AS n FROM entry e JOIN value v USING(value_id) WHERE e.key_id = ? AND e.image_id IN (${under}) GROUP BY e.value_id ORDER BY n DESC LIMIT 100`,
      )
      for (const { key_id } of db.prepare('SELECT key_id FROM key').all() as { key_id: number }[]) {
        facet.all([key_id, ...bound])
      }
      return { ms: performance.now() - start, count: n }
    },
    close: () => void db.close(),
  }
}

function sqlOf(clause: Clause): string {
  const test = 'above' in clause ? 'v.number > ?' : `v.text IN (${clause.oneOf.map(() => '?').join(', ')})`
  return `SELECT e.image_id FROM entry e JOIN key k USING(key_id) JOIN value v USING(value_id) WHERE k.name = ? AND ${test}`
}

function load(db: Database.Database, folder: string, limit: number): number {
  const start = performance.now()
  const keys = new Map<string, number>()
  const values = new Map<string | number, number>()
  const addKey = db.prepare('INSERT INTO key(name) VALUES (?)')
  const addValue = db.prepare('INSERT INTO value(text, number) VALUES (?, ?)')
  const addImage = db.prepare('INSERT INTO image(image_id, path) VALUES (?, ?)')
  const addEntry = db.prepare('INSERT OR IGNORE INTO entry VALUES (?, ?, ?)')
  const idOf = <K>(map: Map<K, number>, key: K, add: () => { lastInsertRowid: number | bigint }) => {
    const id = map.get(key) ?? Number(add().lastInsertRowid)
    map.set(key, id)
    return id
  }
  db.exec('BEGIN')
  let image = 0
  for (const file of sidecarsBelow(folder)) {
    if (image >= limit) break
    addImage.run(++image, file)
    for (const [key, value] of flatten(JSON.parse(readFileSync(file, 'utf8')) as object, '')) {
      const keyId = idOf(keys, key, () => addKey.run(key))
      const text = typeof value === 'number' ? null : value
      const valueId = idOf(values, value, () => addValue.run(text, typeof value === 'number' ? value : null))
      addEntry.run(keyId, valueId, image)
    }
  }
  db.exec('COMMIT')
  return performance.now() - start
}

function* flatten(value: object, prefix: string): Generator<[string, string | number]> {
  for (const [key, item] of Object.entries(value) as [string, object | string | number | boolean | null][]) {
    if (typeof item === 'object' && item !== null) yield* flatten(item, `${prefix}${key}.`)
    else if (item !== null) yield [prefix + key, typeof item === 'number' ? item : `${item}`]
  }
}
