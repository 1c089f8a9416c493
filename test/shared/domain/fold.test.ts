import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atOf, createClock } from '../../../shared/domain/clock.ts'
import { foldRecord, readState, type StateStore, type UserState, writeState } from '../../../shared/domain/fold.ts'
import type { At, JournalRecord, Operation } from '../../../shared/domain/operation.ts'
import { combine } from '../../../shared/domain/strategy.ts'

type Draft = Record<string, unknown> & { kind: string }

/** States go through their text, as they do in the index. */
function createStore(): StateStore & { texts: Map<string, string> } {
  const texts = new Map<string, string>()
  return {
    texts,
    get: (path) => (texts.has(path) ? readState(texts.get(path)!) : null),
    set: (path, state) => texts.set(path, writeState(state)),
    delete: (path) => texts.delete(path),
  }
}

function inOrder(records: readonly JournalRecord[]): JournalRecord[] {
  return [...records].sort((a, b) =>
    a.hlc !== b.hlc ? (a.hlc < b.hlc ? -1 : 1) : a.dev !== b.dev ? (a.dev < b.dev ? -1 : 1) : a.seq - b.seq,
  )
}

/** Folds as the index does: a refold drops everything known and starts over, in order. */
function foldAll(records: readonly JournalRecord[]): Map<string, string> {
  let store = createStore()
  for (const [index, record] of records.entries()) {
    if (!foldRecord(store, record).refold) continue
    store = createStore()
    for (const known of inOrder(records.slice(0, index + 1))) expect(foldRecord(store, known).refold).toBe(undefined)
  }
  return new Map([...store.texts].filter(([, text]) => text !== ''))
}

const HOUR = 3_600_000
const layerText = fc.record({
  metadata: fc.constantFrom('{}', '{"a":1}', '{"a":2,"b":"x"}', '{"b":"y","c":true}'),
  tags: fc.constantFrom('', '[]', '["x"]', '["X","y"]'),
})
const path = fc.constantFrom('p', 'q', 'r')
const hash = fc.constantFrom('L0', 'L1', 'L2')
const frozen = fc.option(fc.record({ layer: layerText, epoch: fc.nat(2) }), { nil: undefined })
const value = fc.constantFrom('1', '2', '"x"', null)

type Step = {
  device: number
  syncs: boolean
  kind: 'key' | 'clear' | 'tag' | 'written' | 'seen' | 'conflict' | 'moved' | 'root'
  path: string
  to: string
  base: string
  layer: { metadata: string; tags: string }
  name: string
  value: string | null
  change: 'add' | 'remove' | 'clear'
  frozen: { layer: { metadata: string; tags: string }; epoch: number } | undefined
  known: number
}

function arbitrarySteps(kinds: readonly Step['kind'][]): fc.Arbitrary<Step[]> {
  const step = fc.record({
    device: fc.nat(3),
    syncs: fc.boolean(),
    kind: fc.constantFrom(...kinds),
    path,
    to: path,
    base: hash,
    layer: layerText,
    name: fc.constantFrom('a', 'b', '__proto__', '7'),
    value,
    change: fc.constantFrom('add' as const, 'remove' as const, 'clear' as const),
    frozen,
    known: fc.nat(),
  })
  return fc.array(step, { minLength: 1, maxLength: 24 })
}

/**
 * Records as four devices with clocks hours apart would write them, some having read the others' and some not. Honest
 * ones name only what their device has read; the others may say anything.
 */
function toRecords(steps: readonly Step[], { areHonest = false } = {}): JournalRecord[] {
  let time = 1_700_000_000_000
  const offsets = [0, 5 * HOUR, -9 * HOUR, 0]
  const clocks = offsets.map((offset) => createClock({ now: () => time + offset }))
  const numbers = offsets.map(() => 0)
  const records: JournalRecord[] = []
  for (const step of steps) {
    time += 1000
    if (step.syncs) for (const { hlc } of records) clocks[step.device]!.observe(hlc)
    numbers[step.device]! += 1
    const head = { v: 1, dev: `device${step.device}`, seq: numbers[step.device], hlc: clocks[step.device]!.tick() }
    records.push({ ...head, ...toDraft(step, areHonest && !step.syncs ? [] : records) } as unknown as JournalRecord)
  }
  return records
}

function toDraft(step: Step, before: readonly JournalRecord[]): Draft {
  const image = { path: step.path, contentHash: null }
  const known = before[step.known % Math.max(1, before.length)]
  const at = known && step.known % 3 > 0 ? atOf(known) : null
  const common = { image, base: step.base, ...(step.frozen && { frozen: step.frozen }) }
  const from = at && { at, to: '1' }
  switch (step.kind) {
    case 'key':
      return edit({ ...common, key: step.name, from, was: null, to: step.value } as unknown as Operation)
    case 'clear':
      return edit({ ...common, key: step.name, from, was: null, clear: true } as unknown as Operation)
    case 'tag':
      return edit({ ...common, tag: step.name, change: step.change, saw: at ? [at] : [] })
    case 'written':
      return { kind: 'written', image, file: 'f.json', sha256: 's', base: step.base, layer: step.to }
    case 'seen':
      return { kind: 'seen', image, layer: step.layer }
    case 'conflict':
      return { kind: 'conflict', image, key: step.name, ours: step.value, theirs: '9' }
    case 'moved':
      return { kind: 'moved', image, to: step.to, id: `id${step.known % 5}` }
    case 'root':
      return { kind: 'root', settings: step.value === null ? { strategy: 'append' } : { name: `root ${step.value}` } }
  }
}

function edit(op: Operation): Draft {
  return { kind: 'edit', batch: 'b', ops: [op], end: true }
}

const ALL = ['key', 'key', 'clear', 'tag', 'tag', 'written', 'seen', 'conflict', 'moved', 'root'] as const

test('the states do not depend on the order of arrival, nor on repeats', () => {
  fc.assert(
    fc.property(
      arbitrarySteps(ALL).chain((steps) => {
        const records = toRecords(steps)
        return fc.record({
          records: fc.constant(records),
          shuffled: fc
            .tuple(fc.shuffledSubarray(records, { minLength: records.length }), fc.subarray(records))
            .map(([all, again]) => [...all, ...again]),
        })
      }),
      ({ records, shuffled }) => {
        expect(foldAll(shuffled)).toEqual(foldAll(inOrder(records)))
      },
    ),
    { numRuns: 2000 },
  )
})

test('journals merged as whole files in any order give the same states', () => {
  fc.assert(
    fc.property(arbitrarySteps(ALL), fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (steps, order) => {
      const records = toRecords(steps)
      const byFile = order.flatMap((device) => records.filter(({ dev }) => dev === `device${device}`))
      expect(foldAll(byFile)).toEqual(foldAll(inOrder(records)))
    }),
    { numRuns: 500 },
  )
})

test('a state survives its text', () => {
  fc.assert(
    fc.property(arbitrarySteps(ALL), (steps) => {
      for (const text of foldAll(inOrder(toRecords(steps))).values()) expect(writeState(readState(text))).toBe(text)
    }),
    { numRuns: 200 },
  )
  expect(writeState(readState(''))).toBe('')
})

/** The plain reading of "per key the latest by (clock, device)": no slots, no states, just a list. */
test('per key the latest operation wins, a removal included', () => {
  fc.assert(
    fc.property(arbitrarySteps(['key']), (steps) => {
      const records = inOrder(toRecords(steps, { areHonest: true }))
      const expected = new Map<string, Map<string, string>>()
      for (const record of records) {
        if (record.kind !== 'edit') continue
        const op = record.ops[0]!
        if (!('key' in op)) continue
        const values = expected.get(op.image.path) ?? new Map<string, string>()
        expected.set(op.image.path, values)
        if (typeof op.to === 'string') values.set(op.key, op.to)
        else values.delete(op.key)
      }
      const states = foldAll(records)
      for (const [path, values] of expected) expect(valuesOf(readState(states.get(path)!))).toEqual(values)
    }),
  )
})

test('tags are an observed-remove set: a removal undoes only the additions it names', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ device: fc.nat(2), adds: fc.boolean(), sees: fc.boolean() }), { maxLength: 20 }),
      (steps) => {
        const clocks = [0, 1, 2].map((hours) => createClock({ now: () => 1_700_000_000_000 - hours * HOUR }))
        const known = [new Set<At>(), new Set<At>(), new Set<At>()]
        const additions = new Set<At>()
        const all = new Set<At>()
        const gone = new Set<At>()
        const store = createStore()
        steps.forEach(({ device, adds, sees }, index) => {
          // A device knows its own operations, and where it has synchronised, all others'.
          if (sees) all.forEach((at) => (known[device]!.add(at), clocks[device]!.observe(at.slice(0, 16))))
          const saw = [...known[device]!]
          const head = { v: 1 as const, dev: `device${device}`, seq: index + 1, hlc: clocks[device]!.tick() }
          const op = {
            image: { path: 'p', contentHash: null },
            base: 'L0',
            tag: 'x',
            change: adds ? ('add' as const) : ('remove' as const),
            saw,
          }
          foldRecord(store, { ...head, kind: 'edit', batch: 'b', end: true, ops: [op] })
          const at = atOf(head)
          known[device]!.add(at)
          all.add(at)
          if (adds) additions.add(at)
          else saw.forEach((seen) => gone.add(seen))
        })
        const isThere = [...additions].some((at) => !gone.has(at))
        const state = store.get('p') ?? null
        expect(tagsOf(state)).toEqual(isThere ? ['x'] : [])
      },
    ),
    { numRuns: 500 },
  )
})

test('two devices that change a key without knowing of each other are a conflict until one has seen the other', () => {
  const store = createStore()
  const at = (device: string, hlc: string) => `${hlc}/${device}/1/0`
  const put = (head: { dev: string; seq: number; hlc: string }, to: string, from: At | null) =>
    foldRecord(store, {
      v: 1,
      ...head,
      kind: 'edit',
      batch: 'b',
      end: true,
      ops: [
        {
          image: { path: 'p', contentHash: null },
          base: 'L0',
          key: 'k',
          was: null,
          to,
          from: from === null ? null : { at: from, to: '0' },
        },
      ],
    })
  const isConflicted = () => combine(sources(store.get('p') ?? null)).isConflicted
  put({ dev: 'a', seq: 1, hlc: '0000000000010000' }, '1', null)
  expect(isConflicted()).toBe(false)
  put({ dev: 'b', seq: 1, hlc: '0000000000020000' }, '2', null)
  expect([isConflicted(), valuesOf(store.get('p')!)]).toEqual([true, new Map([['k', '2']])])
  put({ dev: 'a', seq: 2, hlc: '0000000000030000' }, '3', at('b', '0000000000020000'))
  expect([isConflicted(), valuesOf(store.get('p')!)]).toEqual([false, new Map([['k', '3']])])
})

test('the same value from two devices is no conflict', () => {
  const steps: Step[] = [0, 1].map((device) => ({
    device,
    syncs: false,
    kind: 'key',
    path: 'p',
    to: 'q',
    base: 'L0',
    layer: { metadata: '{}', tags: '' },
    name: 'a',
    value: '"x"',
    change: 'add',
    frozen: undefined,
    known: 0,
  }))
  const state = readState(foldAll(toRecords(steps)).get('p')!)
  expect(combine(sources(state)).isConflicted).toBe(false)
})

test('a moved image keeps its edits, also those that arrive later and those made before another move', () => {
  const store = createStore()
  const set = (...[dev, seq, hlc, place, key]: [string, number, string, string, string]) =>
    foldRecord(store, {
      v: 1,
      dev,
      seq,
      hlc,
      kind: 'edit',
      batch: 'b',
      end: true,
      ops: [{ image: { path: place, contentHash: null }, base: 'L0', key, from: null, was: null, to: '1' }],
    })
  const move = (seq: number, hlc: string, from: string, to: string) =>
    foldRecord(store, {
      v: 1,
      dev: 'a',
      seq,
      hlc,
      kind: 'moved',
      image: { path: from, contentHash: null },
      to,
      id: 'id',
    })
  set('a', 1, '0000000000010000', 'p', 'first')
  expect(move(2, '0000000000020000', 'p', 'q')).toEqual({ paths: ['p', 'q'], moved: { from: 'p', to: 'q', id: 'id' } })
  set('a', 3, '0000000000030000', 'p', 'newcomer')
  move(4, '0000000000040000', 'q', 'r')
  // Made on another laptop before it had heard of either move.
  expect(set('b', 1, '0000000000010001', 'p', 'late')).toEqual({ paths: ['r'] })
  expect(valuesOf(store.get('p')!)).toEqual(new Map([['newcomer', '1']]))
  expect(valuesOf(store.get('q')!)).toEqual(new Map())
  expect(valuesOf(store.get('r')!)).toEqual(
    new Map([
      ['first', '1'],
      ['late', '1'],
    ]),
  )
  // A move that should have been folded before an edit at its place asks for a new start and changes nothing.
  const before = new Map(store.texts)
  expect(
    foldRecord(store, {
      v: 1,
      dev: 'b',
      seq: 2,
      hlc: '0000000000020001',
      kind: 'moved',
      image: { path: 'p', contentHash: null },
      to: 's',
      id: 'x',
    }),
  ).toEqual({ paths: [], refold: true })
  expect(store.texts).toEqual(before)
})

test('of the settings of a root the latest of each counts', () => {
  const store = createStore()
  const put = (hlc: string, settings: object) =>
    foldRecord(store, { v: 1, dev: 'a', seq: 1, hlc, kind: 'root', settings }).settings
  expect(put('0000000000020000', { name: 'new', strategy: 'append' })).toEqual({ name: 'new', strategy: 'append' })
  expect(put('0000000000010000', { name: 'old', edits: 'beside' })).toEqual({
    name: 'new',
    strategy: 'append',
    edits: 'beside',
  })
})

function sources(state: UserState | null) {
  const layer = { values: new Map(), tags: null }
  return { strategy: 'mergeUserWins' as const, state, layer, layerHash: 'L0', hasSidecar: false }
}

function valuesOf(state: UserState): Map<string, string> {
  return combine(sources(state)).values
}

function tagsOf(state: UserState | null): string[] {
  return combine(sources(state)).tags
}
