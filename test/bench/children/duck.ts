/** DuckDB, first reading the sidecars, then answering the three questions. */
import { openDuck } from '../baselines/duckdb.ts'
import { CONDITIONS, sqlOf } from '../conditions.ts'
import { repeat } from '../measure.ts'

type Input = { readonly folder: string; readonly ingests: number; readonly runs: number; readonly warmUps: number }

export async function duck({ folder, ingests, runs, warmUps }: Input) {
  const db = await openDuck()
  try {
    const ingestMs = await repeat(ingests, () => db.ingest(folder))
    const conditions = []
    for (const { clauses } of CONDITIONS) {
      const ask = (run: number) => db.interaction(sqlOf(clauses(run)))
      await repeat(warmUps, ask)
      conditions.push(await repeat(runs, ask))
    }
    return { ingestMs, conditions }
  } finally {
    db.close()
  }
}
