/**
 * Raw events of a watcher → folders to look at, at the right moment. Pure: the time is passed in.
 *
 * Waits for quiet, but never long, because somebody may save all the time. What an event says is not believed, only
 * where it happened: the scan finds out what is there. After a burst the queue of the system may have overflowed
 * without a word, so the whole root is looked at once it is over.
 */
import type { RootPath } from '../../../shared/domain/ids.ts'

export type RawEvent =
  /** Something in the folder was added, changed or removed. */
  | { readonly kind: 'in'; readonly dir: RootPath }
  /** The folder itself has appeared: its content may have come before anybody watched it. */
  | { readonly kind: 'new'; readonly dir: RootPath }
  /** The folder itself has gone. */
  | { readonly kind: 'gone'; readonly dir: RootPath }
  /** Events may have been lost. */
  | { readonly kind: 'lost' }

export type Coalescer = {
  add(event: RawEvent, nowMs: number): void
  /** When `take` has something to give; null = nothing is waiting. */
  dueAt(): number | null
  /** The folders to look at, without those below one that has gone; `all` = the whole root; null = not yet. */
  take(nowMs: number): readonly RootPath[] | 'all' | null
}

export type CoalescerOptions = { readonly quietMs?: number; readonly maxMs?: number; readonly burst?: number }

export function createCoalescer({ quietMs = 250, maxMs = 1000, burst = 8000 }: CoalescerOptions = {}): Coalescer {
  let dirs = new Set<RootPath>()
  let isLost = false
  let firstMs = 0
  let lastMs = -Infinity
  /** Events since it was last quiet. */
  let count = 0

  return {
    add(event, nowMs) {
      if (nowMs - lastMs >= quietMs && dirs.size === 0) count = 0
      if (dirs.size === 0 && !isLost) firstMs = nowMs
      lastMs = nowMs
      count += 1
      mark(event)
    },
    dueAt,
    take(nowMs) {
      const due = dueAt()
      if (due === null || nowMs < due) return null
      const isQuiet = nowMs - lastMs >= quietMs
      const isAll = isLost || (isQuiet && count > burst)
      const taken = [...dirs]
      dirs = new Set()
      isLost = false
      if (isQuiet) count = 0
      return isAll ? 'all' : taken
    },
  }

  function mark(event: RawEvent): void {
    if (event.kind === 'lost') isLost = true
    else if (event.kind === 'in') dirs.add(event.dir)
    else if (event.dir === '') isLost = true
    else {
      const cut = event.dir.lastIndexOf('/')
      dirs.add(cut === -1 ? '' : event.dir.slice(0, cut))
      if (event.kind === 'new') dirs.add(event.dir)
      else for (const dir of dirs) if (dir === event.dir || dir.startsWith(`${event.dir}/`)) dirs.delete(dir)
    }
  }

  function dueAt(): number | null {
    if (dirs.size > 0 || isLost) return Math.min(lastMs + quietMs, firstMs + maxMs)
    // After a burst that was handed out in parts, the look at everything is still owed.
    return count > burst ? lastMs + quietMs : null
  }
}
