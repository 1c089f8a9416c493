/**
 * Hybrid logical clock: 12 hex digits of milliseconds and 4 of a counter, so text order is time order.
 *
 * It never goes back and is never behind anything it has read, so a wrong or jumping clock of one computer cannot put
 * an edit before the one it was made upon. Its time is for order; for people it is only a hint.
 */
import { compareText } from '../lib/text.ts'
import type { At } from './operation.ts'

export type LogicalClock = {
  /** The next moment, later than all before it and all that was read. */
  tick(): string
  /** Takes note of a moment read from a journal. */
  observe(hlc: string): void
}

const HLC = /^[0-9a-f]{16}$/
/** The year 9999: a moment beyond it is damage, and following it would use up the clock. */
const MAX_MS = 253_402_300_799_999
const MAX_COUNTER = 0xffff

/** `now` gives epoch milliseconds; `last` is the latest moment known from before, if any. */
export function createClock({ now, last = '' }: { now: () => number; last?: string }): LogicalClock {
  let ms = 0
  let counter = 0

  const observe = (hlc: string): void => {
    if (!isHlc(hlc)) return
    const readMs = hlcToMs(hlc)
    const readCounter = Number.parseInt(hlc.slice(12), 16)
    if (readMs < ms || (readMs === ms && readCounter <= counter)) return
    ms = readMs
    counter = readCounter
  }

  const tick = (): string => {
    const wall = Math.min(Math.max(0, Math.trunc(now()) || 0), MAX_MS)
    if (wall > ms) {
      ms = wall
      counter = 0
    } else if (counter < MAX_COUNTER) counter += 1
    else {
      ms += 1
      counter = 0
    }
    return ms.toString(16).padStart(12, '0') + counter.toString(16).padStart(4, '0')
  }

  observe(last)
  return { tick, observe }
}

/** True for a moment in our form and before the year 10000. */
export function isHlc(text: string): boolean {
  return HLC.test(text) && hlcToMs(text) <= MAX_MS
}

/** Epoch milliseconds of a moment or of a place in the order, for display. */
export function hlcToMs(hlc: string): number {
  return Number.parseInt(hlc.slice(0, 12), 16)
}

/** The place of a record's operation in the order of all devices; records without operations have index 0. */
export function atOf(record: { readonly hlc: string; readonly dev: string; readonly seq: number }, index = 0): At {
  return `${record.hlc}/${record.dev}/${record.seq}/${index}`
}

/** Orders two places: by moment, device, sequence number, index. */
export function compareAt(a: At, b: At): number {
  if (a === b) return 0
  const order = compareText(a.slice(0, 16), b.slice(0, 16))
  if (order !== 0) return order
  const [, devA = '', seqA = '', indexA = ''] = a.split('/')
  const [, devB = '', seqB = '', indexB = ''] = b.split('/')
  return compareText(devA, devB) || Number(seqA) - Number(seqB) || Number(indexA) - Number(indexB)
}

/** The moment of a place. */
export function hlcOf(at: At): string {
  return at.slice(0, 16)
}

/** The device in whose journal the operation stands. */
export function deviceOf(at: At): string {
  return at.slice(17, at.indexOf('/', 17))
}
