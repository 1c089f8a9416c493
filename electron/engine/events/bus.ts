/**
 * One slot per client and kind of event: a newer value replaces the older one, and a client is served at most ten
 * times a second. A stuck client thus costs a few values, never a queue (architecture.md §5).
 */
import type { Event } from '../../../shared/contract/index.ts'

export type Bus = {
  publish(event: Event): void
  /** Events for one client until `signal` ends; starts with nothing, the client asks for what it needs. */
  subscribe(signal?: AbortSignal): AsyncGenerator<Event, void, void>
  /** Calls the listener at once for every event; for the engine's own parts. */
  listen(listener: (event: Event) => void): () => void
  close(): void
}

const FLUSH_MS = 100
/** Notices are told one by one; more than this many unread ones drop the oldest. */
const NOTICE_CAP = 20

export function createBus(): Bus {
  const slots = new Set<Slots>()
  const listeners = new Set<(event: Event) => void>()
  return {
    publish(event) {
      for (const listener of listeners) listener(event)
      for (const slot of slots) slot.put(event)
    },
    async *subscribe(signal) {
      const slot = createSlots()
      const stop = () => slot.end()
      signal?.addEventListener('abort', stop, { once: true })
      slots.add(slot)
      try {
        while (!slot.isEnded()) {
          await slot.filled()
          yield* slot.take()
          await slot.pause(FLUSH_MS)
        }
      } finally {
        slots.delete(slot)
        signal?.removeEventListener('abort', stop)
      }
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      for (const slot of slots) slot.end()
      listeners.clear()
    },
  }
}

type Slots = ReturnType<typeof createSlots>

function createSlots() {
  const latest = new Map<string, Event>()
  let notices: Event[] = []
  let isEnded = false
  let wake: () => void = () => {}
  let rest: () => void = () => {}
  return {
    put(event: Event) {
      if (event.kind === 'notice') notices = [...notices, event].slice(-NOTICE_CAP)
      else latest.set(event.kind, event)
      wake()
    },
    take(): Event[] {
      const events = [...latest.values(), ...notices]
      latest.clear()
      notices = []
      return events
    },
    filled: () =>
      new Promise<void>((resolve) => {
        wake = resolve
        if (isEnded || latest.size > 0 || notices.length > 0) resolve()
      }),
    pause: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, isEnded ? 0 : ms)
        rest = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    end() {
      isEnded = true
      wake()
      rest()
    },
    isEnded: () => isEnded,
  }
}
