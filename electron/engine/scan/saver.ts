/**
 * Hands what was read to the index thread, in the order it was read, one transaction at a time.
 *
 * Whatever gathers while one is under way goes into the next: the first images are saved at once, and a fast scan
 * fills large batches by itself.
 */
import type { Remote } from '../../../shared/lib/call.ts'
import type { IndexApi, SeenNeeded } from '../db/index.ts'

/** What a scan has changed in the index so far. */
export type Tally = { added: number; changed: number; removed: number }

export type Saver = {
  /** Queues packed folders; the promise is that of their being saved. */
  add(packed: Uint8Array, images: number, tally: Tally): Promise<void>
  /** Resolves while there is room for more. */
  room(): Promise<void>
}

export type SaverParts = {
  readonly index: Pick<Remote<IndexApi>, 'savePacked'>
  /** Journals and applies what `append` must remember; the images are then saved again. */
  readonly onSeen: (needed: readonly SeenNeeded[]) => Promise<void>
}

type Entry = {
  readonly packed: Uint8Array
  readonly images: number
  readonly tally: Tally
  resolve(): void
  reject(error: unknown): void
}

/** Images in one transaction, about. */
const BATCH_IMAGES = 4000
/** Images waiting beyond which the scan pauses: some 20 MB. */
const QUEUE_IMAGES = 40_000

export function createSaver({ index, onSeen }: SaverParts): Saver {
  const queue: Entry[] = []
  const pausing: (() => void)[] = []
  let queued = 0
  let isSaving = false

  return {
    add: (packed, images, tally) =>
      new Promise((resolve, reject) => {
        queue.push({ packed, images, tally, resolve, reject })
        queued += images
        if (!isSaving) void saveAll()
      }),
    async room() {
      if (queued > QUEUE_IMAGES) await new Promise<void>((resume) => pausing.push(resume))
    },
  }

  async function saveAll(): Promise<void> {
    isSaving = true
    while (queue.length > 0) {
      const batch = takeBatch()
      try {
        await save(batch)
        for (const entry of batch) entry.resolve()
      } catch (error) {
        for (const entry of batch) entry.reject(error)
      }
      for (const { images } of batch) queued -= images
      if (queued <= QUEUE_IMAGES) for (const resume of pausing.splice(0)) resume()
    }
    isSaving = false
  }

  /** Only entries of one tally go together, because the index answers with one sum. */
  function takeBatch(): Entry[] {
    const first = queue[0]!
    let images = 0
    let count = 0
    for (const entry of queue) {
      if (entry.tally !== first.tally || (count > 0 && images + entry.images > BATCH_IMAGES)) break
      images += entry.images
      count += 1
    }
    return queue.splice(0, count)
  }

  async function save(batch: readonly Entry[]): Promise<void> {
    const packed = batch.map((entry) => entry.packed)
    const { tally } = batch[0]!
    const saved = await index.savePacked({ packed })
    count(tally, saved)
    if (saved.seen.length === 0) return
    await onSeen(saved.seen)
    count(tally, await index.savePacked({ packed }))
  }
}

function count(tally: Tally, saved: Tally): void {
  tally.added += saved.added
  tally.changed += saved.changed
  tally.removed += saved.removed
}
