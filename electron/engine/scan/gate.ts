/**
 * Lets a watcher's hint into a running scan of the same root without two threads reading one folder at once: the older
 * reading could be saved last. Many may share the gate; whoever holds it is alone, and goes first.
 */
export type Gate = {
  share<T>(work: () => Promise<T>): Promise<T>
  hold<T>(work: () => Promise<T>): Promise<T>
}

export function createGate(): Gate {
  const holders: (() => void)[] = []
  const sharers: (() => void)[] = []
  let shared = 0
  let isHeld = false

  return {
    async share(work) {
      if (isHeld || holders.length > 0) await new Promise<void>((enter) => sharers.push(enter))
      else shared += 1
      try {
        return await work()
      } finally {
        shared -= 1
        next()
      }
    },
    async hold(work) {
      if (isHeld || shared > 0) await new Promise<void>((enter) => holders.push(enter))
      else isHeld = true
      try {
        return await work()
      } finally {
        isHeld = false
        next()
      }
    },
  }

  /** Counts whoever it lets in at once, so that nobody slips in between. */
  function next(): void {
    if (isHeld || shared > 0) return
    const holder = holders.shift()
    if (holder) {
      isHeld = true
      holder()
      return
    }
    for (const enter of sharers.splice(0)) {
      shared += 1
      enter()
    }
  }
}
