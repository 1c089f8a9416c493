/** Hands out a root's coalesced events when they are due. */
import type { RootPath } from '../../../shared/domain/ids.ts'
import { createCoalescer, type RawEvent } from './coalesce.ts'

export type EventPost = { push(event: RawEvent): void; close(): void }

export function createEventPost(give: (dirs: readonly RootPath[] | 'all') => void): EventPost {
  const coalescer = createCoalescer()
  let due: NodeJS.Timeout | undefined
  let isClosed = false
  const arm = (): void => {
    const at = coalescer.dueAt()
    if (at !== null && !isClosed) due = setTimeout(fire, Math.max(1, at - performance.now()))
  }
  const fire = (): void => {
    due = undefined
    const dirs = coalescer.take(performance.now())
    if (dirs !== null && dirs.length > 0) give(dirs)
    arm()
  }
  return {
    push(event: RawEvent): void {
      if (isClosed) return
      coalescer.add(event, performance.now())
      if (due === undefined) arm()
    },
    close(): void {
      isClosed = true
      clearTimeout(due)
    },
  }
}
