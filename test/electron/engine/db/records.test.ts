import { expect, test } from 'vitest'
import { layerHash, openReader } from '../../../../electron/engine/db/index.ts'
import type { JournalRecord } from '../../../../shared/domain/operation.ts'
import {
  apply,
  canonical,
  contentOf,
  createScribe,
  flagNames,
  folder,
  image,
  openIndexIn,
  ROOT,
  rootWith,
  rowOf,
  type TestIndex,
  testIndex,
} from './fixture.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const show = ({ directory }: TestIndex) =>
  Object.fromEntries(
    Object.entries(contentOf(directory)).map(([path, { metadata, tags, flags }]) => [
      path,
      [metadata, tags, ...flagNames(flags).filter((name) => name !== 'sidecar')],
    ]),
  )
const layerOf = (values: Record<string, unknown>) => ({ metadata: canonical(values), tags: '' })

test('an edit is in force at once, told to the query thread, and its offset is kept with it', () => {
  using index = testIndex()
  const { api, directory, changes } = index
  const scribe = createScribe()
  api.saveFolders({ folders: [folder('a', [image('1.jpg', { lens: 'x' }), image('2.jpg')])] })
  const record = scribe.edit(index, 1, [
    { kind: 'set', key: 'split', to: '"val"' },
    { kind: 'unset', key: 'lens' },
    { kind: 'tag', tag: 'Good' },
  ])!
  const offset = { rootId: ROOT, file: 'd.ndjson', offset: 77, headHash: 'h' }
  expect(api.applyRecords({ rootId: ROOT, records: [record], offset })).toEqual({
    revision: 3,
    added: 0,
    changed: 1,
    removed: 0,
  })
  expect(show(index)).toEqual({
    'a/1.jpg': ['{"split":"val"}', '["Good"]', 'edited', 'unwritten'],
    'a/2.jpg': ['{}', ''],
  })
  const reader = openReader({ directory })
  expect(changes.at(-1)).toEqual({ kind: 'change', revision: 3, upserts: reader.scan(0, 1), removed: [] })
  expect(reader.scan(0, 1)[0]).toMatchObject({ split: 'valid', editedMs: 1 })
  reader.close()
  api.close()
  expect(api.open({ directory })).toMatchObject({ revision: 3, journals: [offset] })
})

test('applying records again changes nothing', () => {
  using index = testIndex()
  const scribe = createScribe()
  index.api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 })])] })
  const records: JournalRecord[] = [scribe.set(index, 1, { a: 2, b: 3 })]
  apply(index, ...records)
  records.push(scribe.set(index, 1, { a: null }))
  const { revision } = apply(index, ...records)
  const before = show(index)
  expect(apply(index, ...records)).toEqual({ revision, added: 0, changed: 0, removed: 0 })
  expect(show(index)).toEqual(before)
})

test('edits wait for their image, and outlive it', () => {
  using index = testIndex()
  const { api } = index
  const scribe = createScribe()
  const folders = [folder('', [image('1.jpg', { a: 1 })])]
  api.saveFolders({ folders })
  const record = scribe.set(index, 1, { b: 2 })
  const edited = { '1.jpg': ['{"a":1,"b":2}', '', 'edited', 'unwritten'] }
  apply(index, record)
  expect(show(index)).toEqual(edited)
  api.saveFolders({ folders: [folder('', [], { gone: ['1.jpg'] })] })
  expect(show(index)).toEqual({})
  api.saveFolders({ folders })
  expect(show(index)).toEqual(edited)

  using other = testIndex()
  apply(other, record)
  other.api.saveFolders({ folders })
  expect(show(other)).toEqual(edited)
})

test('resetting drops every user layer and offset; folding again brings them back', () => {
  using index = testIndex()
  const { api, directory } = index
  const scribe = createScribe()
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 }), image('2.jpg', { a: 1 })])] })
  const records = [scribe.set(index, 1, { a: 2 }), scribe.set(index, 2, { a: 3 })]
  api.applyRecords({ rootId: ROOT, records, offset: { rootId: ROOT, file: 'f', offset: 1, headHash: '' } })
  const edited = show(index)
  expect(api.resetRecords({ rootId: ROOT })).toMatchObject({ changed: 2 })
  expect(show(index)).toEqual({ '1.jpg': ['{"a":1}', ''], '2.jpg': ['{"a":1}', ''] })
  api.close()
  expect(api.open({ directory }).journals).toEqual([])
  apply(index, ...records)
  expect(show(index)).toEqual(edited)
})

test('what only a fold from the start can take in is refused whole', () => {
  using index = testIndex()
  const { api } = index
  const scribe = createScribe()
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 })])] })
  const moved = {
    ...scribe.head(1),
    kind: 'moved' as const,
    image: { path: '1.jpg', contentHash: null },
    to: '2.jpg',
    id: 'x'.repeat(20),
  }
  apply(index, scribe.set(index, 1, { a: 2 }))
  const { revision } = apply(index)
  const offset = { rootId: ROOT, file: 'f', offset: 1, headHash: '' }
  const next = scribe.set(index, 1, { a: 9 })
  expect(api.applyRecords({ rootId: ROOT, records: [next, moved], offset })).toEqual({
    revision,
    added: 0,
    changed: 0,
    removed: 0,
    refold: true,
  })
  expect(show(index)['1.jpg']?.[0]).toBe('{"a":2}')
})

test('settings from the journal change what is in force', () => {
  using index = testIndex()
  const { api, directory, changes } = index
  const scribe = createScribe()
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 })])] })
  apply(index, scribe.set(index, 1, { a: 2, b: 2 }))
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 3 })])] })
  expect(show(index)['1.jpg']?.[0]).toBe('{"a":3,"b":2}')
  const setting = (settings: object) => ({ ...scribe.head(), kind: 'root' as const, settings })
  apply(index, setting({ strategy: 'mergeUserWins', name: 'North' }))
  expect(show(index)['1.jpg']).toEqual(['{"a":2,"b":2}', '', 'edited', 'unwritten'])
  expect(changes.at(-1)).toMatchObject({ upserts: [{ name: '1.jpg' }], roots: [{ name: 'North' }] })
  apply(index, setting({ strategy: 'overwrite', edits: 'beside' }))
  expect(show(index)['1.jpg']).toEqual(['{"a":3}', '', 'edited'])
  api.close()
  expect(api.open({ directory }).roots).toEqual([
    { ...rootWith({ strategy: 'overwrite', edits: 'beside', name: 'North' }), row: 1 },
  ])
})

test('the worked example: five strategies before and after the sidecar changes', () => {
  const before = { location: 'A', temp: 1 }
  const after = { location: 'C', temp: 2, lens: '50mm' }
  const expected = {
    mergeBucketWins: { location: 'C', temp: 2, note: 'x', lens: '50mm' },
    mergeUserWins: { location: 'B', temp: 2, note: 'x', lens: '50mm' },
    overwrite: after,
    untilFirstChange: { location: 'B', temp: 1, note: 'x' },
    append: { location: 'B', temp: 1, note: 'x', lens: '50mm' },
  } as const
  const found = Object.fromEntries(
    (Object.keys(expected) as (keyof typeof expected)[]).map((strategy) => {
      using index = testIndex({ strategy })
      const scribe = createScribe()
      index.api.saveFolders({ folders: [folder('', [image('1.jpg', before)])] })
      apply(index, scribe.set(index, 1, { location: 'B', note: 'x' }))
      expect(show(index)['1.jpg']?.[0]).toBe(canonical({ location: 'B', note: 'x', temp: 1 }))
      const changed = [folder('', [image('1.jpg', after)])]
      const { seen } = index.api.saveFolders({ folders: changed })
      for (const { path, quickHash, layer } of seen)
        apply(index, { ...scribe.head(), kind: 'seen', image: { path, contentHash: quickHash }, layer })
      if (seen.length > 0) index.api.saveFolders({ folders: changed })
      return [strategy, JSON.parse(show(index)['1.jpg']?.[0] ?? '')]
    }),
  )
  expect(found).toEqual(expected)
})

test('append: a foreign change waits for its seen record, and the folder does not look unchanged meanwhile', () => {
  using index = testIndex({ strategy: 'append' })
  const { api, directory } = index
  const scribe = createScribe()
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 }), image('2.jpg')])] })
  const changed = [folder('', [image('1.jpg', { a: 2, b: 1 }), image('2.jpg', { z: 1 })])]
  const { seen } = api.saveFolders({ folders: changed })
  expect(seen).toEqual([{ rootId: ROOT, path: '1.jpg', quickHash: null, layer: layerOf({ a: 1 }) }])
  expect(show(index)).toEqual({ '1.jpg': ['{"a":1}', ''], '2.jpg': ['{"z":1}', ''] })
  const reader = openReader({ directory })
  expect(reader.folderDigest(ROOT, '')).toBe('')
  const [first] = seen
  apply(index, { ...scribe.head(), kind: 'seen', image: { path: '1.jpg', contentHash: null }, layer: first!.layer })
  expect(api.saveFolders({ folders: changed }).seen).toEqual([])
  expect(show(index)['1.jpg']?.[0]).toBe('{"a":1,"b":1}')
  expect(reader.folderDigest(ROOT, '')).toBe(changed[0]?.digest)
  reader.close()
})

test('append: what we wrote ourselves needs no seen record', () => {
  using index = testIndex({ strategy: 'append' })
  const { api } = index
  const scribe = createScribe()
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 })])] })
  apply(index, scribe.set(index, 1, { b: 2 }))
  const written = image('1.jpg', { a: 1, b: 2 })
  apply(index, {
    ...scribe.head(),
    kind: 'written',
    image: { path: '1.jpg', contentHash: null },
    file: '1.json',
    sha256: '',
    base: layerHash(layerOf({ a: 1 })),
    layer: layerHash(layerOf({ a: 1, b: 2 })),
  })
  expect(api.saveFolders({ folders: [folder('', [written])] }).seen).toEqual([])
  expect(show(index)).toEqual({ '1.jpg': ['{"a":1,"b":2}', '', 'edited'] })
})

test('a sidecar we wrote is taken in with its signature, so its echo changes nothing', () => {
  using index = testIndex()
  const { api, directory } = index
  const scribe = createScribe()
  api.saveFolders({ folders: [folder('', [image('1.jpg')])] })
  apply(index, scribe.set(index, 1, { b: 2 }))
  const echo = { ...image('1.jpg', { b: 2 }), isFileChanged: false }
  const { layer, sidecars } = echo
  const saved = api.saveWritten({
    items: [{ rootId: ROOT, path: '1.jpg', layer: layer!, layerHash: layerHash(layer!), sidecars }],
  })
  expect(saved).toMatchObject({ changed: 1 })
  expect(contentOf(directory)['1.jpg']?.flags).toBe(3)
  const { revision } = apply(index)
  expect(api.saveFolders({ folders: [folder('', [echo])] })).toMatchObject({ revision, changed: 0 })
})

test('unwritten: only what this device can and must write, page by page', () => {
  using index = testIndex()
  const { api } = index
  const mine = createScribe('1'.repeat(32))
  const theirs = createScribe('2'.repeat(32))
  api.saveFolders({
    folders: [
      folder(
        '',
        ['1', '2', '3', '4'].map((name) => image(`${name}.jpg`, { a: 1 })),
      ),
    ],
  })
  apply(index, mine.set(index, 1, { a: 2 }), theirs.set(index, 2, { a: 2 }), mine.set(index, 4, { b: 2 }))
  const pathsOf = (input: Partial<Parameters<typeof api.unwritten>[0]>) =>
    api.unwritten({ rootId: null, limit: 10, after: 0, ...input }).map(({ path }) => path)
  expect([
    pathsOf({}),
    pathsOf({ device: '1'.repeat(32) }),
    pathsOf({ limit: 1, after: 1 }),
    pathsOf({ rootId: 'f'.repeat(32) }),
  ]).toEqual([['1.jpg', '2.jpg', '4.jpg'], ['1.jpg', '4.jpg'], ['2.jpg'], []])
  const closed = [
    { isReadOnly: true },
    { isOffline: true },
    { guard: { format: 'coco', file: 'x.json' } },
    { edits: 'beside' },
  ] as const
  expect(
    closed.map((change) => {
      api.putRoot(rootWith(change))
      return pathsOf({})
    }),
  ).toEqual([[], [], [], []])
  expect(flagNames(contentOf(index.directory)['1.jpg']!.flags)).toEqual(['sidecar', 'edited'])
  api.putRoot(rootWith())
  expect(pathsOf({})).toEqual(['1.jpg', '2.jpg', '4.jpg'])
})

test('edit subjects and details hold both layers', () => {
  using home = tempFolder()
  using index = openIndexIn(home.path)
  const { api } = index
  const scribe = createScribe()
  const one = image('1.jpg', { a: 1 }, { tags: ['b', 'a'] })
  api.saveFolders({ folders: [folder('x', [one, image('2.jpg')])] })
  apply(index, scribe.edit(index, 1, [{ kind: 'set', key: 'a', to: '2' }])!)
  api.setSetting({ name: 'deviceNames', value: JSON.stringify({ ['d'.repeat(32)]: 'laptop' }) })
  const [subject, ...rest] = api.editSubjects({ rows: [1, 99] })
  expect(rest).toEqual([])
  expect(subject).toEqual({
    row: 1,
    id: subject?.id,
    rootId: ROOT,
    path: 'x/1.jpg',
    quickHash: null,
    hasSidecar: true,
    isStale: false,
    sidecars: one.sidecars,
    layer: one.layer,
    layerHash: layerHash(one.layer!),
    state: subject?.state,
    metadata: '{"a":2}',
    tags: '["a","b"]',
  })
  expect(JSON.parse(subject!.state)).toHaveProperty('k.a')
  const reader = openReader({ directory: home.path })
  expect(reader.detail(1)).toEqual({
    ...subject,
    image: reader.scan(0, 1)[0],
    problems: [],
    facts: null,
    deviceNames: { ['d'.repeat(32)]: 'laptop' },
  })
  expect(reader.detail(99)).toBeNull()
  expect(reader.findId(subject!.id)).toBe(rowOf(home.path, 'x/1.jpg'))
  reader.close()
})
