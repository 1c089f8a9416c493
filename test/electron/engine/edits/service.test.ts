import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createClock } from '../../../../shared/domain/clock.ts'
import { foldRecord, readState, writeState } from '../../../../shared/domain/fold.ts'
import { type LayerText, parseLayer, printLayer } from '../../../../shared/domain/layer.ts'
import type { EditRequest, JournalRecord, Operation } from '../../../../shared/domain/operation.ts'
import type { EditMode, Strategy } from '../../../../shared/domain/root.ts'
import { combine } from '../../../../shared/domain/strategy.ts'
import type { EditSubject } from '../../../../electron/engine/db/index.ts'
import { createEdits, type SidecarCheck } from '../../../../electron/engine/edits/service.ts'
import { EngineError } from '../../../../electron/engine/failure.ts'
import { createJournal, type Journal } from '../../../../electron/engine/journal/append.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { DEVICE, load, realFs } from '../journal/support.ts'

type Root = { id: string; images: LayerText[]; strategy?: Strategy; edits?: EditMode }

/** Roots of images 1, 2 … in memory, with real journals; rows count through all roots. */
function createLibrary(folder: string, roots: readonly Root[]) {
  const clock = createClock({ now: () => 1_700_000_000_000 })
  const states = new Map<string, string>()
  const images = roots.flatMap((root) => root.images.map((layer, index) => ({ root, layer, path: `${index + 1}.jpg` })))
  const checks: SidecarCheck[] = []
  const refusals = new Map<string, string>()
  const journals = new Map<string, Journal>()
  let revision = 0
  for (const root of roots) {
    const apply = (records: readonly JournalRecord[]) => {
      const store = {
        get: (path: string) => readState(states.get(`${root.id}/${path}`) ?? ''),
        set: (path: string, state: ReturnType<typeof readState>) => states.set(`${root.id}/${path}`, writeState(state)),
        delete: () => undefined,
      }
      for (const record of records) foldRecord(store, record)
      return Promise.resolve({ revision: (revision += 1), added: 0, changed: 1, removed: 0 })
    }
    mkdirSync(join(folder, root.id))
    const directory = join(folder, root.id, 'journal')
    const wallClock = { now: () => 0 }
    journals.set(
      root.id,
      createJournal({ fs: realFs, directory, rootId: root.id, device: DEVICE, clock, wallClock, apply }),
    )
  }
  const subjectOf = (row: number): EditSubject[] => {
    const image = images[row - 1]
    if (!image) return []
    const { root, layer, path } = image
    const state = states.get(`${root.id}/${path}`) ?? ''
    const layerHash = hashOf(layer)
    const strategy = root.strategy ?? 'mergeBucketWins'
    const sources = { strategy, state: state === '' ? null : readState(state), layer: parseLayer(layer), layerHash }
    const { values, tags } = combine({ ...sources, hasSidecar: true })
    const facts = { id: 'id', quickHash: 'q1', hasSidecar: true, isStale: false, sidecars: [] }
    return [{ row, rootId: root.id, path, ...facts, layer, layerHash, state, ...printLayer({ values, tags }) }]
  }
  const settings = new Map(
    roots.map(({ id, strategy, edits }) => [
      id,
      { strategy: strategy ?? 'mergeBucketWins', edits: edits ?? 'beside' } as const,
    ]),
  )
  let batches = 0
  const edits = createEdits({
    index: { editSubjects: ({ rows }) => pause(0, null).then(() => rows.flatMap(subjectOf)) },
    journalOf: (id) => journals.get(id)!,
    settingsOf: (id) => settings.get(id)!,
    checkSidecars: (items) => {
      checks.push(...items)
      return Promise.resolve(items.map(({ path }) => refusals.get(path) ?? null))
    },
    randomHex: () => `batch${(batches += 1)}`,
  })
  return {
    edits,
    checks,
    refusals,
    images,
    journals,
    records: async (id: string) => (await load(join(folder, id, 'journal'))).records,
    effective: (row: number) => {
      const [{ metadata, tags }] = subjectOf(row) as [EditSubject]
      return `${metadata} ${tags}`
    },
    close: () => Promise.all([...journals.values()].map((journal) => journal.close())),
  }
}

const hashOf = ({ metadata, tags }: LayerText) => createHash('sha256').update(`${metadata}|${tags}`).digest('hex')
const ops = (records: readonly JournalRecord[]): Operation[] =>
  records.flatMap((record) => (record.kind === 'edit' ? record.ops : []))
const set = (key: string, to: string): EditRequest => ({ kind: 'set', key, to })

test('one batch changes what differs and leaves the rest alone', async () => {
  using folder = tempFolder()
  const images = [
    { metadata: '{"location":"A","temp":1}', tags: '["day"]' },
    { metadata: '{"location":"B","temp":1}', tags: '["Night"]' },
    { metadata: '{}', tags: '' },
  ]
  const library = createLibrary(folder.path, [{ id: 'one', images }])
  const requests: EditRequest[] = [
    set('location', '"B"'),
    { kind: 'unset', key: 'gone' },
    { kind: 'tag', tag: 'night' },
  ]
  const preview = await library.edits.preview({ rows: [1, 2, 3], requests })
  expect(preview).toEqual({
    images: 3,
    changed: 2,
    unchanged: 1,
    failed: [],
    samples: [
      {
        rootId: 'one',
        path: '1.jpg',
        before: '{"location":"A","tags":["day"]}',
        after: '{"location":"B","tags":["day","night"]}',
      },
      { rootId: 'one', path: '3.jpg', before: '{"tags":[]}', after: '{"location":"B","tags":["night"]}' },
    ],
  })
  expect(await library.records('one')).toEqual([])
  const result = await library.edits.apply({ rows: [1, 2, 3], requests })
  expect(result).toEqual({
    images: 3,
    changed: 2,
    unchanged: 1,
    batch: 'batch1',
    failed: [],
    changedRows: [1, 3],
    revision: 1,
  })
  const records = await library.records('one')
  expect(records.map((record) => record.kind === 'edit' && [record.batch, record.end])).toEqual([['batch1', true]])
  expect(ops(records)[0]).toEqual({
    image: { path: '1.jpg', contentHash: 'q1' },
    base: hashOf(images[0]!),
    key: 'location',
    from: null,
    was: '"A"',
    to: '"B"',
  })
  expect([1, 2, 3].map(library.effective)).toEqual([
    '{"location":"B","temp":1} ["day","night"]',
    '{"location":"B","temp":1} ["Night"]',
    '{"location":"B"} ["night"]',
  ])
  expect((await library.edits.apply({ rows: [1, 2, 3], requests })).batch).toBe(null)
  await library.close()
})

test('a later edit names what it replaces: an entry, a removal, an addition', async () => {
  using folder = tempFolder()
  const library = createLibrary(folder.path, [{ id: 'one', images: [{ metadata: '{"a":1}', tags: '["x"]' }] }])
  const steps: EditRequest[][] = [
    [set('a', '2'), { kind: 'untag', tag: 'X' }],
    [
      { kind: 'unset', key: 'a' },
      { kind: 'tag', tag: 'x' },
    ],
    [set('a', '1')],
    [set('b', '1'), set('b', '2')],
  ]
  for (const requests of steps) await library.edits.apply({ rows: [1], requests })
  const made = ops(await library.records('one'))
  const at = (n: number, index = 0) => expect.stringMatching(new RegExp(`/${DEVICE}/${n}/${index}$`))
  expect(made.map((op) => ('key' in op ? [op.key, op.from, op.was, op.to] : [op.tag, op.change, op.saw]))).toEqual([
    ['a', null, '1', '2'],
    ['X', 'remove', []],
    ['a', { at: at(1), to: '2' }, '1', null],
    ['x', 'add', [at(1, 1)]],
    ['a', { at: at(2), to: null }, '1', '1'],
    ['b', null, null, '2'],
  ])
  expect(library.effective(1)).toBe('{"a":1,"b":2} ["x"]')
  await library.close()
})

test('edits asked for at the same time see each other', async () => {
  using folder = tempFolder()
  const library = createLibrary(folder.path, [{ id: 'one', images: [{ metadata: '{"a":0}', tags: '' }] }])
  const results = await Promise.all(
    ['1', '0', '0', '2'].map((to) => library.edits.apply({ rows: [1], requests: [set('a', to)] })),
  )
  expect(results.map(({ changed }) => changed)).toEqual([1, 1, 0, 1])
  expect(library.effective(1)).toBe('{"a":2} []')
  await library.close()
})

test('under untilFirstChange the first edit of metadata and of tags carries what it froze', async () => {
  using folder = tempFolder()
  const layer = { metadata: '{"a":1,"b":1}', tags: '["x"]' }
  const library = createLibrary(folder.path, [{ id: 'one', images: [layer], strategy: 'untilFirstChange' }])
  await library.edits.apply({ rows: [1], requests: [set('a', '2'), set('b', '2')] })
  await library.edits.apply({ rows: [1], requests: [set('a', '3'), { kind: 'tag', tag: 'y' }] })
  await library.edits.apply({ rows: [1], requests: [{ kind: 'tag', tag: 'z' }] })
  expect(ops(await library.records('one')).map(({ frozen }) => frozen)).toEqual([
    { layer, epoch: 0 },
    undefined,
    undefined,
    { layer: { metadata: '{}', tags: '["x"]' }, epoch: 0 },
    undefined,
  ])
  await library.close()
})

test('what a sidecar cannot take is a failure of that image, and nothing is journalled for it', async () => {
  using folder = tempFolder()
  const images = Array.from({ length: 600 }, (_, index) => ({ metadata: `{"n":${index}}`, tags: '["t"]' }))
  const library = createLibrary(folder.path, [
    { id: 'one', images, edits: 'sidecars' },
    { id: 'two', images: images.slice(0, 1), edits: 'beside' },
  ])
  library.refusals.set('3.jpg', 'a is an object in the file.').set('500.jpg', 'The file is too large.')
  const rows = Array.from({ length: 601 }, (_, index) => index + 1)
  const requests: EditRequest[] = [set('a', '1'), { kind: 'untag', tag: 'T' }]
  const failed = [
    { rootId: 'one', path: '3.jpg', reason: 'a is an object in the file.' },
    { rootId: 'one', path: '500.jpg', reason: 'The file is too large.' },
  ]
  expect(await library.edits.preview({ rows, requests, limit: 1 })).toMatchObject({
    changed: 599,
    unchanged: 0,
    failed,
    samples: { length: 1 },
  })
  library.checks.length = 0
  expect(await library.edits.apply({ rows, requests })).toMatchObject({ changed: 599, unchanged: 0, failed })
  expect(library.checks.length).toBe(600)
  expect(library.checks[0]).toEqual({
    rootId: 'one',
    path: '1.jpg',
    layer: images[0],
    change: { set: new Map([['a', '1']]), unset: [], addTags: [], removeTags: ['T'] },
  })
  const paths = new Set(ops(await library.records('one')).map(({ image }) => image.path))
  expect([paths.size, paths.has('3.jpg'), paths.has('500.jpg')]).toEqual([598, false, false])
  expect(ops(await library.records('two')).length).toBe(2)
  await library.close()
})

test('a root whose journal cannot be written fails as a whole, the others stand', async () => {
  using folder = tempFolder()
  const image = { metadata: '{}', tags: '' }
  const library = createLibrary(folder.path, [
    { id: 'one', images: [image, image] },
    { id: 'two', images: [image] },
  ])
  const full = new EngineError('DISK_FULL', 'The disk is full.')
  library.journals.set('one', { append: () => Promise.reject(full), close: () => Promise.resolve() })
  expect(await library.edits.apply({ rows: [1, 2, 3], requests: [set('a', '1')] })).toEqual({
    images: 3,
    changed: 1,
    unchanged: 0,
    batch: 'batch1',
    failed: [
      { rootId: 'one', path: '1.jpg', reason: 'The disk is full.' },
      { rootId: 'one', path: '2.jpg', reason: 'The disk is full.' },
    ],
    changedRows: [3],
    revision: 1,
  })
  await expect(library.edits.apply({ rows: [1], requests: [set('a', '1')] })).rejects.toBe(full)
  expect(await library.edits.apply({ rows: [3], requests: [set('a', '2')] })).toMatchObject({ changed: 1 })
  await library.close()
})

test('images that have gone meanwhile are left out', async () => {
  using folder = tempFolder()
  const library = createLibrary(folder.path, [{ id: 'one', images: [{ metadata: '{}', tags: '' }] }])
  expect(await library.edits.apply({ rows: [1, 99], requests: [set('a', '1')] })).toMatchObject({
    images: 1,
    changed: 1,
  })
  await library.close()
})

test('ten thousand images are one batch, and the loop stays free', async () => {
  using folder = tempFolder()
  const images = Array.from({ length: 10_000 }, (_, index) => ({
    metadata: `{"camera_id":"cam001","capture.temperature":72.5,"location":"warehouse-${index % 7}","quality_score":${index},"reviewed":true,"shift":"night"}`,
    tags: '["raw","reviewed"]',
  }))
  const library = createLibrary(folder.path, [{ id: 'one', images, strategy: 'untilFirstChange' }])
  let longestMs = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last)
    last = performance.now()
  }, 1)
  const rows = images.map((_, index) => index + 1)
  const start = performance.now()
  const result = await library.edits.apply({
    rows,
    requests: [set('location', '"dock"'), { kind: 'tag', tag: 'moved' }],
  })
  const ms = performance.now() - start
  clearInterval(timer)
  expect(result).toMatchObject({ changed: 10_000, failed: [] })
  const records = await library.records('one')
  expect(ops(records).length).toBe(20_000)
  expect(new Set(records.map((record) => record.kind === 'edit' && record.batch)).size).toBe(1)
  // Generous: the machine is shared, and here the index's part runs on the same thread.
  expect(ms).toBeLessThan(5000)
  expect(longestMs).toBeLessThan(250)
  await library.close()
})
