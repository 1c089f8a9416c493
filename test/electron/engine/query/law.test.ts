/** The law of the column engine: whatever happened before, it answers as the naive evaluator does. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { IndexedImage, StoredRoot } from '../../../../electron/engine/db/index.ts'
import { countBits } from '../../../../electron/engine/query/bits.ts'
import { compact } from '../../../../electron/engine/query/compact.ts'
import { evaluate } from '../../../../electron/engine/query/evaluate.ts'
import { countFacets } from '../../../../electron/engine/query/facets.ts'
import type { Steps } from '../../../../electron/engine/query/lane.ts'
import { packTable, unpackTable } from '../../../../electron/engine/query/packed-table.ts'
import { toMatchRecord } from '../../../../electron/engine/query/record.ts'
import { createOrders, orderHits } from '../../../../electron/engine/query/sort.ts'
import { takeSlots } from '../../../../electron/engine/query/sequence.ts'
import { keyStats, scalarText, tagStats } from '../../../../electron/engine/query/stats.ts'
import { applyChange, createTable, setRoots, type Tuning } from '../../../../electron/engine/query/table.ts'
import {
  compareRecords,
  matches,
  type MatchRecord,
  type Predicate,
  type SortKey,
} from '../../../../shared/query/index.ts'
import { imageOf, ROOT } from './fake-index.ts'
import { image, order, predicate, roots, ROWS } from './random-library.ts'

type Command =
  | { kind: 'change'; upserts: IndexedImage[]; removed: number[]; roots?: StoredRoot[] | undefined }
  | { kind: 'edit'; upserts: IndexedImage[] }
  | { kind: 'pack' | 'compact' }
  | { kind: 'query'; where: Predicate; order: SortKey[] }

const change = fc.record({
  kind: fc.constant('change' as const),
  upserts: fc.array(image, { maxLength: 12 }),
  removed: fc.array(fc.integer({ min: 1, max: ROWS }), { maxLength: 3 }),
  roots: fc.option(roots, { nil: undefined, freq: 4 }),
})
const edit = fc.record({ kind: fc.constant('edit' as const), upserts: fc.array(image, { maxLength: 6 }) })
const upkeep = fc.constantFrom('pack' as const, 'compact' as const).map((kind) => ({ kind }))
const commands: fc.Arbitrary<Command[]> = fc
  // Few orders, used again and again, so that what is kept of them meets changes.
  .tuple(fc.array(order, { minLength: 1, maxLength: 2 }), change)
  .chain(([orders, first]) => {
    const query = fc.record({
      kind: fc.constant('query' as const),
      where: fc.oneof(predicate, fc.constant({ kind: 'all' } as const)),
      order: fc.constantFrom(...orders),
    })
    const next = fc.oneof(
      { weight: 3, arbitrary: change },
      { weight: 2, arbitrary: edit },
      { weight: 6, arbitrary: query },
      { weight: 1, arbitrary: upkeep },
    )
    return fc.array(next, { maxLength: 12 }).map((rest) => [first, ...rest])
  })
const tuning: fc.Arbitrary<Tuning> = fc.record({
  mostRare: fc.constantFrom(0, 1, 3),
  denseFrom: fc.constantFrom(1, 3, 1000),
  mostNumbers: fc.constantFrom(2, 5, 65_534),
})

test('columns answer as the naive evaluator does', () => {
  fc.assert(
    fc.property(tuning, roots, commands, (tuning, roots, commands) => {
      const world = createWorld(tuning, roots)
      for (const command of commands) world.run(command)
    }),
    { numRuns: 1500 },
  )
})

test('facets, keys and tags are what counting one by one gives', () => {
  const steps = fc.array(fc.oneof(change, edit, upkeep), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(tuning, roots, steps, predicate, (tuning, roots, steps, where) => {
      const world = createWorld(tuning, roots)
      for (const command of steps) {
        world.run(command)
        world.checkCounts(where)
      }
    }),
    { numRuns: 300 },
  )
})

test('bounds of ranges count or do not count as they say', () => {
  const world = createWorld({ mostRare: 0, denseFrom: 1000, mostNumbers: 2 }, [ROOT])
  const numbers = ['-1', '0', '-0', '5e-324', '0.5', '1', '2', '12345678901234567890', '-12345678901234567890']
  const upserts = numbers.map((text, i) => imageOf(i + 1, { metadata: `{"k":${text}}` }))
  world.run({ kind: 'change', upserts, removed: [] })
  for (const text of numbers) {
    for (const isInclusive of [true, false]) {
      for (const side of ['from', 'to']) {
        const tests = [{ kind: 'range' as const, [side]: { text, isInclusive } }]
        const where = { kind: 'some' as const, source: { kind: 'metadata' as const, key: 'k' }, tests }
        world.run({ kind: 'query', where, order: [] })
      }
    }
  }
})

function createWorld(tuning: Tuning, roots: StoredRoot[]) {
  let table = createTable(tuning)
  let orders = createOrders()
  const images = new Map<number, IndexedImage>()
  let rootsNow = new Map(roots.map((root) => [root.row, root]))
  setRoots(table, roots)
  const recordOf = (row: number) => {
    const image = images.get(row)!
    return toMatchRecord(image, rootsNow.get(image.root)!)
  }
  const hitsOf = (where: Predicate) => {
    const bits = finish(evaluate(table, where))
    return { bits, total: countBits(bits) }
  }
  const naive = (where: Predicate) => [...images.keys()].filter((row) => matches(where, recordOf(row)))
  return {
    run(command: Command) {
      switch (command.kind) {
        case 'change': {
          const revision = table.revision + 1
          const { roots, ...rest } = command
          for (const row of command.removed) images.delete(row)
          for (const image of command.upserts) images.set(image.row, image)
          if (roots) rootsNow = new Map(roots.map((root) => [root.row, root]))
          finish(applyChange(table, { ...rest, revision, ...(roots && { roots }) }))
          break
        }
        case 'edit': {
          // Other values of images that stay where they are.
          const upserts = command.upserts.flatMap((image) => {
            const known = images.get(image.row)
            return known ? [{ ...image, root: known.root, dir: known.dir, name: known.name }] : []
          })
          for (const image of upserts) images.set(image.row, image)
          finish(applyChange(table, { kind: 'change', upserts, removed: [], revision: table.revision + 1 }))
          break
        }
        case 'pack': {
          const blobs = new Map(finish(packTable(table, orders)).map(({ name, data }) => [name, data]))
          const { revision } = table
          table = createTable(tuning)
          orders = createOrders()
          setRoots(table, [...rootsNow.values()])
          const read = (name: string) => ({ revision, data: blobs.get(name)! })
          expect(finish(unpackTable(table, orders, read, revision))).toBe(true)
          break
        }
        case 'compact':
          finish(compact(table, orders))
          break
        case 'query': {
          const hits = hitsOf(command.where)
          const sequence = finish(orderHits(table, orders, hits, command.order))
          const rows = Array.from(takeSlots(sequence, 0, Infinity), (slot) => table.rows[slot]!)
          expect(rows.toSorted(ascending)).toEqual(naive(command.where).toSorted(ascending))
          const records = rows.map(recordOf)
          const wrong = records.findIndex(
            (record, i) => i > 0 && compareRecords(command.order, records[i - 1]!, record) > 0,
          )
          if (wrong >= 0) expect(describe(records, command.order)).toBe('in order')
        }
      }
    },
    checkCounts(where: Predicate) {
      const { bits } = hitsOf(where)
      const facets = finish(countFacets(table, bits))
      const records = naive(where).map(recordOf)
      const keys = [...new Set(records.flatMap(({ values }) => [...values.keys()]))]
      const expected = new Map([
        ...keys.map((key) => [`metadata.${key}`, count(records, (record) => record.values.get(key) ?? [])] as const),
        ['tag', count(records, (record) => record.fields.tag)] as const,
        ['width', count(records, (record) => record.fields.width)] as const,
        ['root', count(records, (record) => record.fields.root.slice(0, 1))] as const,
      ])
      for (const [field, values] of expected) {
        const facet = facets.find((facet) => facet.field === field)
        const listed = new Map<string, number>()
        for (const { text, images } of facet?.values ?? []) listed.set(text, (listed.get(text) ?? 0) + images)
        const inBins = (facet?.bins ?? []).reduce((sum, bin) => sum + bin.images, 0)
        if (inBins === 0) expect([field, sorted(listed)]).toEqual([field, sorted(values.counts)])
        expect(facet?.present ?? 0).toBe(values.present)
      }
      const all = [...images.keys()].map(recordOf)
      const allKeys = [...new Set(all.flatMap(({ values }) => [...values.keys()]))]
      const present = allKeys
        .map((key) => [key, all.filter(({ values }) => (values.get(key)?.length ?? 0) > 0).length] as const)
        .filter(([, images]) => images > 0)
      expect(new Map(finish(keyStats(table)).map(({ key, images }) => [key, images]))).toEqual(new Map(present))
      expect(sorted(new Map(tagStats(table).map(({ tag, images }) => [JSON.stringify(tag), images])))).toEqual(
        sorted(count(all, ({ fields }) => fields.tag).counts),
      )
    },
  }
}

type Values = MatchRecord['fields']['tag']

function count(records: readonly MatchRecord[], valuesOf: (record: MatchRecord) => Values) {
  const counts = new Map<string, number>()
  let present = 0
  for (const record of records) {
    const texts = new Set(valuesOf(record).map((value) => scalarText(typeof value === 'number' ? value + 0 : value)))
    if (texts.size > 0) present += 1
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return { counts, present }
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}

function ascending(a: number, b: number): number {
  return a - b
}

function describe(records: readonly MatchRecord[], order: readonly SortKey[]): string {
  const lines = records.map((record) => {
    const keys = order.map(({ source }) =>
      source.kind === 'metadata'
        ? (record.values.get(source.key) ?? [])
        : source.kind === 'field'
          ? record.fields[source.name]
          : [],
    )
    return `${record.root}:${record.path} ${JSON.stringify(keys)}`
  })
  return [JSON.stringify(order), ...lines].join('\n')
}

function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
