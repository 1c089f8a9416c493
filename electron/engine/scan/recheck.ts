/** Folders to look at again in a moment: files too young to be trusted, sidecars caught half-written. */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'

export type Recheck<R extends { readonly id: RootId }> = {
  /** Asks for another look after `ms`; the soonest one wins. `attempt` counts the looks at half-written files. */
  add(root: R, dir: RootPath, ms: number, attempt: number): void
  /** Forgets the folders of a root. */
  clear(rootId: RootId): void
  /** Forgets everything and takes nothing more. */
  close(): void
  isEmpty(): boolean
  /** True while half-written files are to be looked at again. */
  hasHeld(): boolean
}

type Due = { readonly atMs: number; readonly attempt: number }
type Waiting<R> = { root: R; readonly dirs: Map<RootPath, Due>; timer?: NodeJS.Timeout; firesAtMs: number }

/** Looks that fall due within this time go together. */
const TOGETHER_MS = 30

/** `look` is called with folders of one root and one attempt. */
export function createRecheck<R extends { readonly id: RootId }>(
  look: (root: R, dirs: readonly RootPath[], attempt: number) => void,
): Recheck<R> {
  const waiting = new Map<RootId, Waiting<R>>()
  let isClosed = false
  const clear = (rootId: RootId) => {
    clearTimeout(waiting.get(rootId)?.timer)
    waiting.delete(rootId)
  }
  return {
    clear,
    close() {
      isClosed = true
      for (const rootId of waiting.keys()) clear(rootId)
    },
    add(root, dir, ms, attempt) {
      if (isClosed) return
      const entry = waiting.get(root.id) ?? { root, dirs: new Map<RootPath, Due>(), firesAtMs: Infinity }
      waiting.set(root.id, entry)
      entry.root = root
      const atMs = performance.now() + ms
      const known = entry.dirs.get(dir)
      if (known === undefined || known.atMs > atMs) entry.dirs.set(dir, { atMs, attempt })
      if (atMs < entry.firesAtMs) arm(entry, atMs)
    },
    isEmpty: () => waiting.size === 0,
    hasHeld: () => [...waiting.values()].some(({ dirs }) => [...dirs.values()].some(({ attempt }) => attempt > 0)),
  }

  function arm(entry: Waiting<R>, atMs: number): void {
    clearTimeout(entry.timer)
    entry.firesAtMs = atMs
    // Unreferenced: a command that is done need not wait, the next scan looks again anyway.
    entry.timer = setTimeout(() => fire(entry), Math.max(0, atMs - performance.now())).unref()
  }

  function fire(entry: Waiting<R>): void {
    const until = performance.now() + TOGETHER_MS
    const due = new Map<number, RootPath[]>()
    let next = Infinity
    for (const [dir, { atMs, attempt }] of entry.dirs) {
      if (atMs > until) {
        next = Math.min(next, atMs)
        continue
      }
      entry.dirs.delete(dir)
      due.set(attempt, [...(due.get(attempt) ?? []), dir])
    }
    if (next === Infinity) waiting.delete(entry.root.id)
    else arm(entry, next)
    for (const [attempt, dirs] of due) look(entry.root, dirs, attempt)
  }
}
