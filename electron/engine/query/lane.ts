/**
 * One thing at a time, in slices: every piece of work that needs the columns to hold still, and every change of them,
 * runs here in the order it came. Work is a generator; after a slice the thread answers what else is waiting
 * (pages, new questions) before it goes on.
 */
export type Steps<T> = Generator<void, T, void>

export type Lane = {
  /** Runs the work after all that came before it. */
  run<T>(work: () => Steps<T>): Promise<T>
  /** How many pieces of work wait or run. */
  waiting(): number
}

const SLICE_MS = 8

export function createLane(pause: () => Promise<void> = nextTurn): Lane {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    waiting: () => waiting,
    run(work) {
      waiting += 1
      const result = after(last, () => runInSlices(work(), pause)).finally(() => {
        waiting -= 1
      })
      last = result
      return result
    },
  }
}

/** Whoever asked hears of a failure; it does not stop what waits behind. */
async function after<T>(last: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  await Promise.allSettled([last])
  return await work()
}

async function runInSlices<T>(steps: Steps<T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE_MS
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() < end)
    await pause()
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
