import { expect, test } from 'vitest'
import { createQueryEngine } from '../../../../electron/engine/query/engine.ts'
import { packTree } from '../../../../electron/engine/query/pack.ts'
import type { OpenedQuery } from '../../../../electron/engine/query/types.ts'
import { createFakeIndex, type FakeIndex, imageOf, ROOT } from './fake-index.ts'

const NOW = new Date('2026-05-03T12:00:00Z').getTime()

async function started(index: FakeIndex) {
  const engine = createQueryEngine({ openReader: () => index.reader })
  const facts = await engine.start({ directory: 'library' })
  const open = async (text: string, sort: string[] = []) => {
    const opened = await engine.open({ text, sort, now: NOW })
    if ('error' in opened) throw new Error(opened.error.message)
    return opened
  }
  const names = async (opened: OpenedQuery, offset = 0, limit = 1000) => {
    const page = await engine.page({ resultId: opened.resultId, offset, limit })
    return page?.images.map(({ name }) => name)
  }
  return { ...engine, facts, ask: engine.open, open, names }
}

test('hydrates from rows and answers in natural path order', async () => {
  const index = createFakeIndex([
    imageOf(1, { dir: 'b', name: 'img1.jpg' }),
    imageOf(2, { dir: 'a', name: 'img10.jpg' }),
    imageOf(3, { dir: 'a', name: 'img2.jpg' }),
    imageOf(4, { dir: 'a/img3', name: 'x.jpg' }),
  ])
  const engine = await started(index)
  expect(engine.facts).toEqual({ revision: 1, images: 4, hydratedFrom: 'rows' })
  const opened = await engine.open('*')
  expect(opened).toMatchObject({ total: 4, revision: 1, unmeasured: 0, warnings: [] })
  expect(await engine.names(opened)).toEqual(['img2.jpg', 'x.jpg', 'img10.jpg', 'img1.jpg'])
  expect(await engine.rows({ resultId: opened.resultId, offset: 1, limit: 2 })).toEqual(Uint32Array.of(4, 2))
})

test('a malformed query is an error with its position', async () => {
  const engine = await started(createFakeIndex())
  const asked = { text: 'widht>5', sort: [], now: NOW }
  expect(await engine.ask(asked)).toMatchObject({ error: { severity: 'error', from: 0, suggestion: 'width' } })
  expect(await engine.count(asked)).toMatchObject({ error: { severity: 'error' } })
})

test('an unknown key is a warning, a known one is not', async () => {
  const engine = await started(createFakeIndex([imageOf(1, { metadata: '{"shift":"night"}' })]))
  expect((await engine.open('metadata.shift:night')).warnings).toEqual([])
  const [warning] = (await engine.open('metadata.shfit:night')).warnings
  expect(warning).toMatchObject({ severity: 'warning', suggestion: 'shift' })
})

test('pages stay as they were while images come, go and change', async () => {
  const images = Array.from({ length: 500 }, (_, i) => imageOf(i + 1, { metadata: `{"n":${i}}` }))
  const index = createFakeIndex(images)
  const engine = await started(index)
  const opened = await engine.open('metadata.n>=100')
  const before = (await engine.names(opened))!
  const removed = [150, 151, 152]
  await engine.change(
    index.commit({
      removed,
      upserts: [imageOf(160, { metadata: '{}' }), imageOf(900, { metadata: '{"n":100}', name: 'img0.jpg' })],
    }),
  )
  await engine.tidy()
  const pages = [...((await engine.names(opened, 0, 200)) ?? []), ...((await engine.names(opened, 200, 200)) ?? [])]
  expect(pages).toEqual(before.filter((name) => !removed.some((row) => name === `img${row}.jpg`)))
  expect(await engine.page({ resultId: opened.resultId, offset: 0, limit: 1 })).toMatchObject({
    revision: 1,
    isStale: true,
  })
  const again = await engine.open('metadata.n>=100')
  expect(again).toMatchObject({ total: 397, revision: 2 })
  expect((await engine.names(again))![0]).toBe('img0.jpg')
})

test('the sixteen results used last stay', async () => {
  const engine = await started(createFakeIndex([imageOf(1)]))
  const first = await engine.open('*')
  const second = await engine.open('*')
  for (let i = 0; i < 15; i += 1) {
    expect(await engine.names(first)).toHaveLength(1)
    await engine.open('*')
  }
  expect(await engine.names(first)).toHaveLength(1)
  expect(await engine.names(second)).toBeUndefined()
  await engine.close({ resultId: first.resultId })
  expect(await engine.rows({ resultId: first.resultId, offset: 0, limit: 1 })).toBeNull()
})

test('changes that arrive before or during the start are applied once, in order', async () => {
  const index = createFakeIndex(Array.from({ length: 3000 }, (_, i) => imageOf(i + 1)))
  const engine = createQueryEngine({ openReader: () => index.reader })
  const early = index.commit({ upserts: [imageOf(1, { metadata: '{"k":1}' })], removed: [2] })
  await engine.change(early)
  const starting = engine.start({ directory: 'library' })
  const during = index.commit({ upserts: [imageOf(1, { metadata: '{"k":2}' })], removed: [3000] })
  await engine.change(during)
  await starting
  expect(await engine.reached({ revision: 3 })).toEqual({ revision: 3 })
  expect(await engine.count({ text: 'metadata.k:2', sort: [], now: NOW })).toMatchObject({ total: 1 })
  expect(await engine.status()).toMatchObject({ images: 2998, revision: 3 })
})

test('reached waits for the revision', async () => {
  const index = createFakeIndex([imageOf(1)])
  const engine = await started(index)
  const waiting = engine.reached({ revision: 2 })
  await engine.change(index.commit({ upserts: [imageOf(2)] }))
  expect(await waiting).toEqual({ revision: 2 })
})

test('packed columns answer as before; a damaged or older blob is not used', async () => {
  const images = Array.from({ length: 300 }, (_, i) =>
    imageOf(i + 1, { metadata: `{"n":${i},"t":"x${i % 7}"}`, tags: i % 3 === 0 ? '["a","b"]' : '', dir: `d${i % 5}` }),
  )
  const index = createFakeIndex(images)
  const first = await started(index)
  index.saveBlobs(await first.pack())
  const second = await started(index)
  expect(second.facts).toEqual({ revision: 1, images: 300, hydratedFrom: 'blobs' })
  const text = 'metadata.t:x3 tag:a OR metadata.n<5'
  expect(await second.names(await second.open(text))).toEqual(await first.names(await first.open(text)))
  const change = index.commit({ upserts: [imageOf(301, { metadata: '{"n":-1,"fresh":true}', dir: 'new' })] })
  await second.change(change)
  expect(await second.names(await second.open('metadata.n<1'))).toEqual(['img1.jpg', 'img301.jpg'])
  const third = await started(index)
  expect(third.facts).toEqual({ revision: 2, images: 301, hydratedFrom: 'rows' })
  index.saveBlobs(await third.pack())
  index.damageBlob('columns-names')
  expect((await started(index)).facts.hydratedFrom).toBe('rows')
})

test('blobs of another layout are not used', async () => {
  const index = createFakeIndex([imageOf(1)])
  const { revision } = await (await started(index)).pack()
  index.saveBlobs({ revision, blobs: [{ name: 'columns', data: packTree({ layout: 0, parts: 1 }) }] })
  expect((await started(index)).facts).toEqual({ revision: 1, images: 1, hydratedFrom: 'rows' })
})

test('parts of two packings of one revision do not mix', async () => {
  const index = createFakeIndex([imageOf(1, { tags: '["a"]' }), imageOf(2)])
  const first = await started(index)
  // A moved image gets a new slot here, but not where the rows are read afresh.
  await first.change(index.commit({ upserts: [imageOf(1, { dir: 'moved', tags: '["a"]' })] }))
  const second = await started(index)
  const [packed, other] = [await first.pack(), await second.pack()]
  expect(packed.revision).toBe(other.revision)
  index.saveBlobs(packed)
  expect((await started(index)).facts.hydratedFrom).toBe('blobs')
  index.saveBlobs({ ...other, blobs: other.blobs.slice(0, -1) })
  expect((await started(index)).facts.hydratedFrom).toBe('rows')
  index.saveBlobs(other)
  const third = await started(index)
  expect(third.facts.hydratedFrom).toBe('blobs')
  expect(await third.names(await third.open('tag:a'))).toEqual(['img1.jpg'])
})

test('counts what is not measured yet only where the query needs it', async () => {
  const index = createFakeIndex([
    imageOf(1),
    imageOf(2, { flags: 0, width: null, height: null, metadata: '{"shift":"night"}' }),
    imageOf(3, { flags: 0, width: null, height: null }),
  ])
  const engine = await started(index)
  expect(await engine.open('width>=640')).toMatchObject({ total: 1, unmeasured: 2 })
  expect(await engine.open('width>=640 metadata.shift:night')).toMatchObject({ total: 0, unmeasured: 1 })
  expect(await engine.open('metadata.shift:night')).toMatchObject({ total: 1, unmeasured: 0 })
  expect(await engine.open('*', ['-taken'])).toMatchObject({ total: 3, unmeasured: 2 })
  expect(await engine.count({ text: 'is:damaged', sort: [], now: NOW })).toMatchObject({ total: 0, unmeasured: 2 })
  expect(await engine.status()).toMatchObject({ unmeasured: 2 })
})

test('limits a query to roots, and follows their names and state', async () => {
  const other = { ...ROOT, row: 2, id: 'root-2', name: 'archive', slug: 'archive' }
  const index = createFakeIndex([imageOf(1), imageOf(2, { root: 2 })], [ROOT, other])
  const engine = await started(index)
  const asked = { text: '*', sort: [], now: NOW, roots: [2] }
  expect(await engine.count(asked)).toMatchObject({ total: 1 })
  expect(await engine.names(await engine.open('*'))).toEqual(['img2.jpg', 'img1.jpg'])
  await engine.change(index.commit({ roots: [ROOT, { ...other, name: 'zoo', isOffline: true }] }))
  expect(await engine.names(await engine.open('*'))).toEqual(['img1.jpg', 'img2.jpg'])
  expect(await engine.names(await engine.open('is:offline'))).toEqual(['img2.jpg'])
  expect(await engine.names(await engine.open('root:zoo'))).toEqual(['img2.jpg'])
})

test('keys, tags, facets and completions come with counts', async () => {
  const index = createFakeIndex([
    imageOf(1, { metadata: '{"shift":"night","temp":1.5}', tags: '["reviewed","v1"]' }),
    imageOf(2, { metadata: '{"shift":"night","temp":"warm"}', tags: '["reviewed"]' }),
    imageOf(3, { metadata: '{"defects":["crack","dent"],"shift":"day"}' }),
  ])
  const engine = await started(index)
  expect(await engine.keys()).toEqual([
    { key: 'shift', images: 3, types: { string: 3 }, examples: ['"night"', '"day"'] },
    { key: 'temp', images: 2, types: { number: 1, string: 1 }, examples: ['1.5', '"warm"'] },
    { key: 'defects', images: 1, types: { list: 1 }, examples: ['"crack"', '"dent"'] },
  ])
  expect(await engine.tags()).toEqual([
    { tag: 'reviewed', images: 2 },
    { tag: 'v1', images: 1 },
  ])
  const { resultId } = await engine.open('tag:reviewed')
  expect(await engine.facets({ resultId, fields: ['metadata.shift', 'tag', 'metadata.defects'] })).toEqual([
    { field: 'metadata.shift', present: 2, distinct: 1, values: [{ text: '"night"', images: 2 }], bins: [] },
    {
      field: 'tag',
      present: 2,
      distinct: 2,
      values: [
        { text: '"reviewed"', images: 2 },
        { text: '"v1"', images: 1 },
      ],
      bins: [],
    },
  ])
  const offered = await engine.complete({ text: 'metadata.shift:', at: 15 })
  expect(offered.map(({ text, count }) => [text, count])).toEqual([
    ['night', 2],
    ['day', 1],
  ])
  const words = await engine.complete({ text: 'is:unt', at: 6 })
  expect(words[0]).toMatchObject({ text: 'untagged', count: 1 })
})
