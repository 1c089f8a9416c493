/**
 * Write-back of edits: one write per file at a time, at most four files in flight.
 *
 * The queue itself holds nothing: what is waiting is what the index says is not in the files, so it survives every
 * crash. Each round reads the files again in I/O threads, merges and replaces them; then what was written is journalled
 * and taken into the index. What cannot be written stays pending with its reason and is tried again later. Roots that
 * are guarded, read-only, offline or edited beside the data are never written.
 */
import { join } from 'node:path'
import { setTimeout as startTimer } from 'node:timers'
import type { ImageRow } from '../../../shared/domain/ids.ts'
import { createEarlier } from './earlier.ts'
import { createFailures, type Unwritten } from './failures.ts'
import { writeRound, type Round, type WriteQueueOptions } from './round.ts'

export type WriteQueue = {
  /** Writes what is waiting; resolves when everything that was waiting at the call has been tried. */
  drain(): Promise<void>
  /** What could not be written when it was last tried. */
  reasons(): readonly Unwritten[]
  /** Stops after the files under way. */
  pause(): void
  /** Goes on after a pause. */
  resume(): void
  /** Pauses, and waits for what is under way. */
  close(): Promise<void>
}

const PAGE = 1000

export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const failures = createFailures(options.clock)
  let isPaused = false
  let running: Promise<void> | null = null
  let following: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  const earlier = createEarlier(options.directory === undefined ? null : join(options.directory, 'before.ndjson'))
  const round: Round = { options, failures, earlier, isStopped: () => isPaused }

  const drain = (): Promise<void> => {
    if (isPaused) return running ?? Promise.resolve()
    // Subtle: a round under way may have passed an image that was edited since; one more round sees it.
    if (running) return (following ??= running.then(start))
    return start()
  }
  const start = (): Promise<void> => {
    following = null
    clearTimeout(timer)
    running = writeAll(round).then(end, (error: unknown) => {
      options.log.error('Write-back stopped.', { error: String(error) })
      end()
    })
    return running
  }
  const end = (): void => {
    running = null
    const waitMs = failures.nextRetryMs()
    if (isPaused || waitMs === null) return
    timer = startTimer(() => void drain(), waitMs)
    timer.unref()
  }
  const pause = (): void => {
    isPaused = true
    clearTimeout(timer)
  }

  return {
    drain,
    reasons: failures.list,
    pause,
    resume: () => {
      isPaused = false
      void drain()
    },
    close: async () => {
      pause()
      await running
    },
  }
}

async function writeAll(round: Round): Promise<void> {
  const { index, device } = round.options
  const met = new Set<ImageRow>()
  for (let after: ImageRow = 0; ;) {
    if (round.isStopped()) return
    const subjects = await index.unwritten({ rootId: null, limit: PAGE, after, device, isDue: true })
    for (const { row } of subjects) met.add(row)
    if (subjects.length > 0) await round.earlier.load()
    await writeRound(round, subjects)
    if (subjects.length < PAGE) break
    after = subjects.at(-1)!.row
  }
  // Undone, decided, or no longer to be written since.
  if (!round.isStopped()) round.failures.keepOnly(met)
}
