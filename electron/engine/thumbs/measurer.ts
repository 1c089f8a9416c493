/**
 * Measures what the index does not know yet — identity, size, format, EXIF — behind everything else, and saves it in
 * batches. It keeps no list of its own: what is not saved is found again, so it may be stopped or killed at any time.
 */
import { join } from 'node:path'
import type { RootId } from '../../../shared/domain/ids.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import type { IndexApi, Measured, Move, Saved, Unmeasured } from '../db/index.ts'
import type { Log } from '../platform.ts'
import type { CodecPool } from './codec-pool.ts'

export type Measurer = {
  /** Looks for work; to be called after every scan. */
  wake(): void
  /** Resolves when there is nothing left to do, or after `stop`. */
  idle(): Promise<void>
  /** Takes back what is waiting; resolves when nothing runs any more. A later `wake` goes on. */
  stop(): Promise<void>
}

type MeasurerOptions = {
  readonly index: Pick<Remote<IndexApi>, 'unmeasured' | 'saveMeasured'>
  readonly pool: CodecPool
  readonly log: Log
  /** The folder of a root, or null while it is offline. */
  rootPath(rootId: RootId): string | null
  /** After each batch: how many images it measured. */
  onSaved(saved: Saved, images: number): void
  /** Edited images that were found again at another path. */
  onMoves(moves: readonly Move[]): void
}

/** One stretch of work, from waking up to nothing left; `stop` ends it for good, the next waking begins another. */
type Shift = { isStopped: boolean; readonly done: Promise<void> }

type State = MeasurerOptions & {
  readonly jobs: Set<{ cancel(): void }>
  /** Files that once took too long: a disk may have been asleep, so they get a second chance. */
  readonly slow: Set<string>
  isWoken: boolean
  shift: Shift | null
}

const BATCH = 256
const LIMIT_MS = 2_000

/** Makes a measurer; it does nothing until it is woken. */
export function createMeasurer(options: MeasurerOptions): Measurer {
  const state: State = { ...options, jobs: new Set(), slow: new Set(), isWoken: false, shift: null }
  return {
    wake() {
      state.isWoken = true
      if (state.shift === null || state.shift.isStopped) begin(state, state.shift)
    },
    idle: async () => {
      while (state.shift && !state.shift.isStopped) await state.shift.done
    },
    async stop() {
      const { shift } = state
      if (shift === null) return
      shift.isStopped = true
      for (const job of state.jobs) job.cancel()
      await shift.done
    },
  }
}

function begin(state: State, before: Shift | null): void {
  const { promise, resolve } = Promise.withResolvers<void>()
  const shift: Shift = { isStopped: false, done: promise }
  state.shift = shift
  const work = async () => {
    await before?.done
    await drain(state, shift)
  }
  work()
    .catch((error: unknown) => {
      if (!shift.isStopped) state.log.error('Measuring stopped.', { error: String(error) })
    })
    .finally(() => {
      if (state.shift === shift) state.shift = null
      // Woken between the last look and now.
      if (state.shift === null && state.isWoken && !shift.isStopped) begin(state, null)
      resolve()
    })
}

// While one batch is saved, the next one is measured.
async function drain(state: State, shift: Shift): Promise<void> {
  let saving: Promise<void> = Promise.resolve()
  let after = 0
  while (!shift.isStopped) {
    if (after === 0) state.isWoken = false
    const page = await state.index.unmeasured({ limit: BATCH, after })
    const last = page.at(-1)
    if (last === undefined) {
      await saving
      if (!state.isWoken) return
      after = 0
      continue
    }
    after = last.row
    const items = await measureAll(state, shift, page)
    await saving
    saving = save(state, items)
    // Awaited above or below; this only keeps an early failure from being unhandled meanwhile.
    saving.catch(() => {})
  }
  await saving
}

async function measureAll(state: State, shift: Shift, page: readonly Unmeasured[]): Promise<Measured[]> {
  const items = await Promise.all(page.map((image) => measure(state, shift, image)))
  return items.filter((item) => item !== null)
}

async function measure(state: State, shift: Shift, image: Unmeasured): Promise<Measured | null> {
  const root = state.rootPath(image.rootId)
  if (root === null || shift.isStopped) return null
  const file = join(root, ...image.path.split('/'))
  const options = { priority: 'rest', subject: `${file}\0${image.signature}`, limitMs: LIMIT_MS } as const
  const job = state.pool.run({ kind: 'measure', file }, options)
  state.jobs.add(job)
  const answer = await job.answer
  state.jobs.delete(job)
  if (answer === null) return null
  const { rootId, path, signature } = image
  const problem = (reason: string) => ({ kind: 'image', file: path, reason }) as const
  if (answer.ok) {
    const { quickHash, facts } = answer
    return {
      rootId,
      path,
      signature,
      quickHash,
      facts,
      problem: answer.problem === null ? null : problem(answer.problem),
    }
  }
  if (!isFinal(state, options.subject, answer.code)) return null
  return { rootId, path, signature, quickHash: null, facts: null, problem: problem(answer.reason) }
}

// What is not the file's fault, or may pass, is left unmeasured: it is asked for again after the next scan.
function isFinal(state: State, subject: string, code: string): boolean {
  if (code === 'missing' || code === 'unavailable') return false
  if (code !== 'timeout' || state.slow.has(subject)) return true
  state.slow.add(subject)
  state.isWoken = true
  return false
}

async function save(state: State, items: readonly Measured[]): Promise<void> {
  if (items.length === 0) return
  const { moves, ...saved } = await state.index.saveMeasured({ items })
  state.onSaved(saved, items.length)
  if (moves.length > 0) state.onMoves(moves)
}
