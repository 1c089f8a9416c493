/**
 * Thumbnails being made: each once, however many ask; as urgent as the most urgent of those who ask or look; given up
 * when nobody does any more.
 */
import type { ImageRow } from '../../../shared/domain/ids.ts'
import type { CodecJob, CodecPool } from './codec-pool.ts'
import type { CodecWork, Priority } from './codec-queue.ts'

export type Edge = 256 | 512
export type Looked = 'visible' | 'near'

/** What the maker uses: its codec jobs follow the priority, and end with the making. */
export type Making = {
  readonly isCancelled: boolean
  run<W extends CodecWork>(pool: CodecPool, work: W, subject: string): CodecJob<W>['answer']
}

type Entry<T> = Making & {
  waiters: number
  priority: Priority
  job: CodecJob | null
  isCancelled: boolean
  result: Promise<T | null>
}

type Part<T> = {
  readonly result: Promise<T | null>
  /** Stops taking part. */
  leave(): void
}

export type Makings<T> = {
  /** Takes part in a making; null comes out only after `close`. */
  join(row: ImageRow, edge: Edge, signal?: AbortSignal): Part<T>
  /** These are looked at now, and what was before is not. */
  look(rows: readonly ImageRow[], looked: Looked, edge: Edge): void
  close(): void
}

type Make<T> = (row: ImageRow, edge: Edge, making: Making) => Promise<T | null>

/** Keeps account of the makings that `make` does. */
export function createMakings<T>(make: Make<T>): Makings<T> {
  const entries = new Map<string, Entry<T>>()
  const looks: Record<Looked, ReadonlySet<string>> = { visible: new Set(), near: new Set() }
  let isClosed = false

  function start(row: ImageRow, edge: Edge): Entry<T> {
    const name = `${row}/${edge}`
    const known = entries.get(name)
    if (known) return known
    const entry = createEntry<T>()
    entries.set(name, entry)
    entry.result = make(row, edge, entry).finally(() => {
      if (entries.get(name) === entry) entries.delete(name)
    })
    return entry
  }

  function reconsider(name: string): void {
    const entry = entries.get(name)
    if (!entry) return
    if (entry.waiters > 0 || looks.visible.has(name)) setPriority(entry, 'visible')
    else if (looks.near.has(name)) setPriority(entry, 'near')
    else {
      // Out of the books at once, so that the next who asks starts anew.
      entries.delete(name)
      cancel(entry)
    }
  }

  return {
    join(row, edge, signal) {
      const name = `${row}/${edge}`
      const entry = start(row, edge)
      let isIn = true
      const leave = () => {
        if (!isIn) return
        isIn = false
        entry.waiters -= 1
        if (entries.get(name) === entry) reconsider(name)
      }
      entry.waiters += 1
      reconsider(name)
      if (isClosed) cancel(entry)
      signal?.addEventListener('abort', leave, { once: true })
      return { result: entry.result, leave }
    },
    look(rows, looked, edge) {
      if (isClosed) return
      const before = looks[looked]
      looks[looked] = new Set(rows.map((row) => `${row}/${edge}`))
      for (const name of before) reconsider(name)
      for (const row of rows) {
        start(row, edge).result.catch(() => {}) // whoever asks for it sees the error
        reconsider(`${row}/${edge}`)
      }
    },
    close() {
      isClosed = true
      for (const entry of entries.values()) cancel(entry)
      entries.clear()
    },
  }
}

function createEntry<T>(): Entry<T> {
  const entry: Entry<T> = {
    waiters: 0,
    priority: 'near',
    job: null,
    isCancelled: false,
    result: Promise.resolve(null),
    run(pool, work, subject) {
      if (entry.isCancelled) return Promise.resolve(null)
      const job = pool.run(work, { priority: entry.priority, subject })
      entry.job = job
      return job.answer
    },
  }
  return entry
}

function setPriority(entry: Entry<unknown>, priority: Priority): void {
  entry.priority = priority
  entry.job?.setPriority(priority)
}

function cancel(entry: Entry<unknown>): void {
  entry.isCancelled = true
  entry.job?.cancel()
}
