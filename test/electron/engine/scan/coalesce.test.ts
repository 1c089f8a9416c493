import { expect, it } from 'vitest'
import fc from 'fast-check'
import { createCoalescer, type RawEvent } from '../../../../electron/engine/scan/coalesce.ts'

type Taken = { readonly at: number; readonly dirs: readonly string[] | 'all' }

/** Plays events at their times, taking whenever something is due, as the watcher's thread does. */
function play(events: readonly { at: number; event: RawEvent }[], options = {}): Taken[] {
  const coalescer = createCoalescer(options)
  const taken: Taken[] = []
  const takeUntil = (time: number) => {
    for (let due = coalescer.dueAt(); due !== null && due <= time; due = coalescer.dueAt()) {
      const dirs = coalescer.take(due)
      if (dirs === null) throw new Error('due, but nothing was given')
      if (dirs.length > 0) taken.push({ at: due, dirs })
    }
  }
  for (const { at, event } of events) {
    takeUntil(at)
    coalescer.add(event, at)
  }
  takeUntil(Infinity)
  return taken
}

const dir = fc.constantFrom('', 'a', 'b', 'a/x', 'a/x/y', 'ab')
const event: fc.Arbitrary<RawEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('in' as const), dir }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('new' as const, 'gone' as const), dir }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'lost' as const }) },
)
const history = fc
  .array(fc.record({ gap: fc.oneof(fc.nat(100), fc.nat(1000)), event }), { maxLength: 60 })
  .map((steps) => {
    let at = 0
    return steps.map(({ gap, event }) => ({ at: (at += gap), event }))
  })

/** Folders that must be looked at because of an event, if nothing else happens. */
function needed(event: RawEvent): readonly string[] | 'all' {
  if (event.kind === 'lost') return 'all'
  if (event.kind === 'in') return [event.dir]
  if (event.dir === '') return 'all'
  const parent = event.dir.split('/').slice(0, -1).join('/')
  return event.kind === 'new' ? [event.dir, parent] : [parent]
}

it('hands out what a replay of the raw events needs, never late', () => {
  fc.assert(
    fc.property(history, (events) => {
      const taken = play(events)
      for (const [index, { at, event }] of events.entries()) {
        const need = needed(event)
        const next = taken.filter((look) => look.at > at || (look.at === at && at === events.at(-1)?.at))
        const isSeen = (dir: string) =>
          next.some(({ dirs, at: time }) => time <= at + 1000 && (dirs === 'all' || dirs.includes(dir)))
        // A folder that goes away later needs no look of its own: the one above it is looked at.
        const isGone = (dir: string) =>
          events.slice(index + 1).some(({ event }) => event.kind === 'gone' && `${dir}/`.startsWith(`${event.dir}/`))
        if (need === 'all') expect(next[0]?.dirs).toBe('all')
        else for (const dir of need) expect(isSeen(dir) || isGone(dir)).toBe(true)
      }
      // Nothing is looked at without a reason, and every look waits for quiet or for the longest wait.
      const wanted = new Set(events.flatMap(({ event }) => needed(event)))
      for (const { at, dirs } of taken) {
        if (dirs !== 'all') expect(dirs.every((dir) => wanted.has(dir))).toBe(true)
        const last = events.findLast((entry) => entry.at < at)!.at
        const firstWaiting =
          events.find((entry) => entry.at > (taken.findLast((look) => look.at < at)?.at ?? -1))?.at ?? last
        expect(at - last === 250 || at >= firstWaiting + 1000).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

it('gives parts of a long burst early, and the whole root once it is over', () => {
  const events = Array.from({ length: 300 }, (_, i) => ({
    at: i * 10,
    event: { kind: 'in', dir: `d${i % 3}` } as const,
  }))
  const taken = play(events, { burst: 200 })
  expect(taken.map(({ dirs }) => (dirs === 'all' ? 'all' : dirs.length))).toEqual([3, 3, 3, 'all'])
  expect(taken.at(-1)?.at).toBe(2990 + 250)
  expect(play(events, { burst: 300 }).map(({ dirs }) => dirs.length)).toEqual([3, 3, 3])
  // The same number, but with quiet in between.
  const calm = events.map(({ at, event }, i) => ({ at: at + (i < 150 ? 0 : 300), event }))
  expect(play(calm, { burst: 200 }).filter(({ dirs }) => dirs === 'all')).toEqual([])
})

it('forgets folders below one that has gone', () => {
  const events = [
    { at: 0, event: { kind: 'in', dir: 'a/x/y' } },
    { at: 1, event: { kind: 'in', dir: 'a/xy' } },
    { at: 2, event: { kind: 'gone', dir: 'a/x' } },
  ] as const
  expect(play(events)).toEqual([{ at: 252, dirs: ['a/xy', 'a'] }])
})
