/**
 * The column engine behind the query thread: loads columns, keeps them up to date, answers.
 *
 * Whatever reads or changes columns goes through the lane, in order; pages and rows come from a result's snapshot and
 * are answered at once. Dead slots are closed when nothing has been asked for a while.
 */
import { checkQuery, type CheckedQuery, type Diagnostic } from '../../../shared/query/index.ts'
import type { IndexChange, Reader } from '../db/index.ts'
import { andInto, countBits, type Bits } from './bits.ts'
import { compact, isWorthCompacting } from './compact.ts'
import { completeText } from './completion.ts'
import { evaluate, rootSetBits } from './evaluate.ts'
import { countFacets } from './facets.ts'
import { hydrate } from './hydrate.ts'
import { knownKeys } from './known-keys.ts'
import { createLane, type Lane, type Steps } from './lane.ts'
import { packTable } from './packed-table.ts'
import { refreshOrder } from './path-order.ts'
import { createResults, takeRows, type Results } from './results.ts'
import { createOrders, orderHits, type Orders } from './sort.ts'
import { keyStats, tagStats } from './stats.ts'
import { applyChange, bytesOfTable, createTable, type Table, type Tuning } from './table.ts'
import type { FailedQuery, OpenQuery, QueryApi } from './types.ts'
import { countUnmeasured, unmeasuredBits } from './unmeasured.ts'

/** As QueryApi, but answers may take several turns. */
export type QueryEngine = {
  [K in keyof QueryApi]: QueryApi[K] extends (...input: infer I) => infer R ? (...input: I) => Promise<R> | R : never
} & {
  /** Takes in one commit of the index; earlier ones must have been passed before. */
  change(change: IndexChange): Promise<void>
  /** Closes gaps now; otherwise it happens when idle. */
  tidy(): Promise<void>
}

export type EngineOptions = {
  readonly openReader: (directory: string) => Reader
  readonly tuning?: Tuning
  /** Quiet time after a change before gaps are closed, in ms. */
  readonly idleMs?: number
}

type State = {
  readonly table: Table
  readonly orders: Orders
  readonly results: Results
  readonly lane: Lane
  reader: Reader | null
  /** Revisions somebody waits for. */
  readonly waiting: Set<{ revision: number; resolve(): void }>
  /** Changes that came before the columns were there. */
  early: IndexChange[] | null
}

export function createQueryEngine({ openReader, tuning, idleMs = 2000 }: EngineOptions): QueryEngine {
  const state: State = {
    table: createTable(tuning),
    orders: createOrders(),
    results: createResults(),
    lane: createLane(),
    reader: null,
    waiting: new Set(),
    early: [],
  }
  const { table, lane } = state
  const idle = createIdle(idleMs, () => void lane.run(() => tidySteps(state)))
  return {
    start: ({ directory }) => start(state, openReader(directory)),
    async change(change) {
      if (state.early) state.early.push(change)
      else await lane.run(() => changeSteps(state, change))
      if (isWorthCompacting(table)) idle()
    },
    tidy: () => lane.run(() => tidySteps(state)),
    open: (query) => lane.run(() => openSteps(state, query)),
    count: (query) => lane.run(() => countSteps(state, query)),
    rows: ({ resultId, offset, limit }) => {
      const result = state.results.get(resultId)
      return result ? takeRows(result, table.rows, offset, limit) : null
    },
    page(request) {
      const result = state.results.get(request.resultId)
      if (!result || !state.reader) return null
      const images = state.reader.images(takeRows(result, table.rows, request.offset, request.limit))
      return { images, revision: result.revision, isStale: result.revision !== table.revision }
    },
    close: ({ resultId }) => state.results.close(resultId),
    ...lookups(state),
  }
}

/** What is asked about the library as a whole. */
function lookups(state: State) {
  const { table, lane, orders } = state
  return {
    keys: () => lane.run(() => keyStats(table)),
    tags: () => lane.run(() => once(() => tagStats(table))),
    complete: ({ text, at }: { text: string; at: number }) => lane.run(() => completeText(table, text, at)),
    facets: ({ resultId, fields }: { resultId: number; fields?: readonly string[] }) =>
      lane.run(function* () {
        const result = state.results.get(resultId)
        return result ? yield* countFacets(table, result.bits, fields) : null
      }),
    reached: ({ revision }: { revision: number }) => reached(state, revision),
    status: () => ({
      images: table.alive,
      revision: table.revision,
      memoryBytes: bytesOfTable(table),
      unmeasured: countBits(unmeasuredBits(table)),
    }),
    pack: () =>
      lane.run(function* () {
        yield* refreshOrder(table, orders.byPath)
        return { revision: table.revision, blobs: yield* packTable(table, orders) }
      }),
  }
}

async function start(state: State, reader: Reader) {
  const { table, orders, lane } = state
  state.reader = reader
  const hydratedFrom = await lane.run(function* () {
    const from = yield* hydrate(table, orders, reader)
    answerWaiting(state)
    // Subtle: changes that arrive during these steps are appended to the same list.
    for (const change of state.early ?? []) yield* changeSteps(state, change)
    state.early = null
    return from
  })
  void lane.run(() => refreshOrder(table, orders.byPath))
  return { revision: table.revision, images: table.alive, hydratedFrom }
}

function* changeSteps(state: State, change: IndexChange): Steps<void> {
  yield* applyChange(state.table, change)
  answerWaiting(state)
}

function answerWaiting({ table, waiting }: State): void {
  for (const waiter of waiting) {
    if (waiter.revision > table.revision) continue
    waiting.delete(waiter)
    waiter.resolve()
  }
}

function reached({ table, waiting }: State, revision: number): Promise<{ revision: number }> {
  return new Promise((resolve) => {
    const answer = () => {
      resolve({ revision: table.revision })
    }
    if (table.revision >= revision) answer()
    else waiting.add({ revision, resolve: answer })
  })
}

function* openSteps(state: State, input: OpenQuery) {
  const { table, orders, results } = state
  const start = performance.now()
  const checked = check(table, input)
  if ('error' in checked) return checked
  const { bits, within } = yield* select(table, checked.query, input.roots)
  const total = countBits(bits)
  const sequence = yield* orderHits(table, orders, { bits, total }, checked.query.order)
  const unmeasured = yield* countUnmeasured(table, checked.query, within)
  const resultId = results.add(table.revision, sequence)
  const { warnings } = checked
  return { resultId, total, revision: table.revision, unmeasured, warnings, ms: performance.now() - start }
}

function* countSteps({ table }: State, input: OpenQuery) {
  const start = performance.now()
  const checked = check(table, input)
  if ('error' in checked) return checked
  const { bits, within } = yield* select(table, checked.query, input.roots)
  const unmeasured = yield* countUnmeasured(table, checked.query, within)
  return { total: countBits(bits), unmeasured, warnings: checked.warnings, ms: performance.now() - start }
}

function check(table: Table, { text, sort, now }: OpenQuery): Checked | FailedQuery {
  const checked = checkQuery(text, { now, sort, keys: knownKeys(table) })
  return checked.ok ? checked : { error: checked.error }
}

type Checked = { readonly query: CheckedQuery; readonly warnings: readonly Diagnostic[] }

function* select(
  table: Table,
  { where }: CheckedQuery,
  roots: OpenQuery['roots'],
): Steps<{ bits: Bits; within: Bits | null }> {
  const bits = yield* evaluate(table, where)
  if (!roots) return { bits, within: null }
  const within = rootSetBits(table, (root) => roots.includes(root))
  andInto(bits, within)
  return { bits, within }
}

function* tidySteps({ table, orders, results }: State): Steps<void> {
  if (table.count === table.alive) return
  yield* refreshOrder(table, orders.byPath)
  results.move(yield* compact(table, orders))
}

/** Calls back once nothing has called it for a while; never keeps the process alive. */
function createIdle(idleMs: number, then: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(then, idleMs).unref()
  }
}

function* once<T>(work: () => T): Steps<T> {
  yield
  return work()
}
