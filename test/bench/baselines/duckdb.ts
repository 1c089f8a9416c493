/**
 * DuckDB, tuned as well as we know: a projected schema and one thread for read_json (with two it is twice as slow on many
 * small files: measured), one thread a core for queries on the table.
 */
import { DuckDBInstance } from '@duckdb/node-api'

const COLUMNS = `{camera_id:'VARCHAR', location:'VARCHAR', shift:'VARCHAR', weather:'VARCHAR', quality_score:'DOUBLE', reviewed:'BOOLEAN',
  batch:'BIGINT', operator:'VARCHAR', capture:'STRUCT(temperature DOUBLE, lens VARCHAR, iso BIGINT)', gps:'STRUCT(lat DOUBLE, lon DOUBLE)',
  frame:'BIGINT', note:'VARCHAR'}`

const FIELDS = [
  'camera_id',
  'location',
  'shift',
  'weather',
  'quality_score',
  'reviewed',
  'batch',
  'operator',
  'temperature',
  'lens',
  'iso',
  'lat',
  'lon',
  'note',
]

export type Duck = {
  /** Reads every sidecar below the folder into a table; ms. */
  ingest(folder: string): Promise<number>
  /** Count, first page in path order (`pageMs`), and value counts of every field under the condition; ms. */
  interaction(condition: string): Promise<{ ms: number; pageMs: number; count: number }>
  close(): void
}

export async function openDuck(): Promise<Duck> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  const number = async (sql: string) => Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0)
  return {
    async ingest(folder) {
      await connection.run('SET threads = 1')
      const start = performance.now()
      await connection.run(`CREATE OR REPLACE TABLE image AS
        SELECT filename AS path, camera_id, location, shift, weather, quality_score, reviewed, batch, operator,
          capture.temperature AS temperature, capture.lens AS lens, capture.iso AS iso, gps.lat AS lat, gps.lon AS lon, frame, note
        FROM read_json('${folder}/**/*.json', columns = ${COLUMNS}, filename = true, format = 'unstructured', maximum_object_size = 16384)`)
      const ms = performance.now() - start
      await connection.run('SET threads = 2')
      return ms
    },
    async interaction(condition) {
      const start = performance.now()
      const count = await number(`SELECT count(*) FROM image WHERE ${condition}`)
      await connection.runAndReadAll(`SELECT * FROM image WHERE ${condition} ORDER BY path LIMIT 200`)
      const pageMs = performance.now() - start
      for (const field of FIELDS) {
        await connection.runAndReadAll(
          `SELECT ${field}, count(*) AS n FROM image WHERE ${condition} GROUP BY 1 ORDER BY n DESC LIMIT 100`,
        )
      }
      return { ms: performance.now() - start, pageMs, count }
    },
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
