import { expect, test } from 'vitest'
import { liveBits, applyChange, createTable, setRoots } from '../../../../electron/engine/query/table.ts'
import { compact } from '../../../../electron/engine/query/compact.ts'
import type { Steps } from '../../../../electron/engine/query/lane.ts'
import { createResults, takeRows } from '../../../../electron/engine/query/results.ts'
import { createOrders, orderHits } from '../../../../electron/engine/query/sort.ts'
import { imageOf, ROOT } from './fake-index.ts'

function finish<T>(steps: Steps<T>, meanwhile: () => void = () => undefined): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    meanwhile()
  }
}

test('a result shows the same rows before, during and after gaps are closed', () => {
  const table = createTable()
  const orders = createOrders()
  const results = createResults()
  setRoots(table, [ROOT])
  const upserts = Array.from({ length: 300 }, (_, i) => imageOf(i + 1, { dir: `d${i % 7}`, tags: '["a"]' }))
  finish(applyChange(table, { kind: 'change', revision: 1, upserts, removed: [] }))
  const removed = upserts.filter(({ row }) => row % 3 === 0).map(({ row }) => row)
  finish(applyChange(table, { kind: 'change', revision: 2, upserts: [], removed: removed.slice(50) }))
  const bits = liveBits(table).slice()
  const id = results.add(2, finish(orderHits(table, orders, { bits, total: table.alive }, [])))
  finish(applyChange(table, { kind: 'change', revision: 3, upserts: [], removed: removed.slice(0, 50) }))
  const rows = () => [...takeRows(results.get(id)!, table.rows, 0, 1000)]
  const before = rows()
  expect(before).toHaveLength(250)
  results.move(finish(compact(table, orders), () => expect(rows()).toEqual(before)))
  expect(rows()).toEqual(before)
  expect([...takeRows(results.get(id)!, table.rows, 100, 5)]).toEqual(before.slice(100, 105))
  expect([table.count, table.alive, results.get(id)!.bits]).toEqual([200, 200, liveBits(table)])
})
