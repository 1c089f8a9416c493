/** The three questions, and completion, asked of the query thread the way the engine's loop does. */
import { CONDITIONS, queryOf } from '../conditions.ts'
import { repeat } from '../measure.ts'
import { ask, openThreads, type Query } from './opened.ts'

type Input = { readonly library: string; readonly runs: number; readonly warmUps: number }

/** What somebody types; the cursor is at the end. */
const TYPED = [
  '',
  'metadata.',
  'metadata.cap',
  'metadata.camera_id:',
  'metadata.note:"note 1',
  'metadata.operator:operator-1',
  'metadata.shift:night metadata.location:ware',
  'path:day-001/',
  'is:',
]

export async function queries({ library, runs, warmUps }: Input) {
  const threads = await openThreads(library)
  const query = await threads.query()
  const conditions = []
  for (const { clauses } of CONDITIONS) {
    const run = (n: number) => interaction(query, queryOf(clauses(n)))
    await repeat(warmUps, run)
    conditions.push(await repeat(runs, run))
  }
  const typed = []
  for (const text of TYPED) {
    const run = () => completion(query, text)
    await repeat(warmUps, run)
    typed.push({ text, ms: await repeat(runs, run) })
  }
  await threads.close()
  return { conditions, typed }
}

async function interaction(query: Query, text: string) {
  const start = performance.now()
  const { resultId, total } = await ask(query, text)
  const page = await query.page({ resultId, offset: 0, limit: 200 })
  const pageMs = performance.now() - start
  const facets = await query.facets({ resultId })
  const ms = performance.now() - start
  if (page?.images.length !== Math.min(200, total) || !facets) throw new Error(`${text}: the answer is not whole.`)
  await query.close({ resultId })
  return { ms, pageMs, count: total, fields: facets.length }
}

async function completion(query: Query, text: string): Promise<number> {
  const start = performance.now()
  await query.complete({ text, at: text.length })
  return performance.now() - start
}
