import { expect, test } from 'vitest'
import { openReader } from '../../../../electron/engine/db/index.ts'
import { contentOf, flagNames, folder, image, problem, ROOT, testIndex } from './fixture.ts'

test('a scanned folder becomes rows, and their effective metadata, split, position and problems are there', () => {
  using index = testIndex()
  const { api, directory } = index
  const saved = api.saveFolders({
    folders: [
      folder('a/Train', [
        image('1.jpg', { lat: 1.5, lon: -2, b: 'x' }, { tags: ['b', 'a'] }),
        image('2.jpg', { split: 'Testing', lat: '1', lon: 2 }, { modifiedMs: 1.75 }),
        image('3.jpg', undefined, { problems: [problem('a/Train/3.jpg', 'pair')] }),
        image('4.jpg', null, { problems: [problem('a/Train/4.json')] }),
      ]),
    ],
  })
  expect(saved).toEqual({ revision: 2, added: 4, changed: 0, removed: 0, seen: [] })
  const content = contentOf(directory)
  expect(
    Object.values(content).map(({ name, metadata, tags, split, flags, problems, modifiedMs }) => ({
      name,
      metadata,
      tags,
      split,
      problems,
      modifiedMs,
      flags: flagNames(flags),
    })),
  ).toEqual([
    {
      name: '1.jpg',
      metadata: '{"b":"x","lat":1.5,"lon":-2}',
      tags: '["a","b"]',
      split: 'train',
      problems: 0,
      modifiedMs: 1_700_000_000_000,
      flags: ['sidecar', 'position'],
    },
    {
      name: '2.jpg',
      metadata: '{"lat":"1","lon":2,"split":"Testing"}',
      tags: '',
      split: 'test',
      problems: 0,
      modifiedMs: 1,
      flags: ['sidecar'],
    },
    {
      name: '3.jpg',
      metadata: '{}',
      tags: '',
      split: 'train',
      problems: 1 << 10,
      modifiedMs: 1_700_000_000_000,
      flags: [],
    },
    {
      name: '4.jpg',
      metadata: '{}',
      tags: '',
      split: 'train',
      problems: 1,
      modifiedMs: 1_700_000_000_000,
      flags: ['sidecar', 'stale'],
    },
  ])
})

test('what goes to the query thread is what a reader reads', () => {
  using index = testIndex()
  const { api, directory, changes } = index
  const one = image('1.jpg', { a: 1 }, { tags: ['z'] })
  api.saveFolders({ folders: [folder('', [one, image('2.jpg')])] })
  api.saveFolders({
    folders: [folder('', [{ ...one, layer: { metadata: '{"a":2}', tags: '' } }], { gone: ['2.jpg'] })],
  })
  const reader = openReader({ directory })
  expect(changes.slice(-1)).toEqual([{ kind: 'change', revision: 3, upserts: reader.scan(0, 10), removed: [2] }])
  expect(changes[1]?.upserts.map(({ metadata, tags }) => ({ metadata, tags }))).toEqual([
    { metadata: '{"a":1}', tags: '["z"]' },
    { metadata: '{}', tags: '' },
  ])
  reader.close()
})

test('saving the same again writes nothing and keeps the revision', () => {
  using index = testIndex()
  const { api, directory, changes } = index
  const folders = [
    folder('', [image('1.jpg', { a: 1 }), image('2.jpg', null, { problems: [problem('2.json')] })], {
      problems: [problem('x.json', 'orphan')],
      folders: ['sub'],
    }),
    folder('sub', [image('3.jpg', { b: [1, 2] }, { tags: ['t'] })]),
  ]
  const { revision } = api.saveFolders({ folders })
  const reader = openReader({ directory })
  const before = reader.scan(0, 10)
  const posted = changes.length
  expect(api.saveFolders({ folders })).toEqual({ revision, added: 0, changed: 0, removed: 0, seen: [] })
  expect(api.finishScan({ rootId: ROOT, dirs: ['', 'sub'] })).toEqual({ revision, added: 0, changed: 0, removed: 0 })
  expect({ images: reader.scan(0, 10), posted: changes.length }).toEqual({ images: before, posted })
  reader.close()
})

test('a touched file with the same content is noted without a new revision', () => {
  using index = testIndex()
  const { api, directory } = index
  const one = image('1.jpg', { a: 1 })
  const { revision } = api.saveFolders({ folders: [folder('', [one])] })
  const sidecars = one.sidecars.map((fact) => ({ ...fact, signature: 'new' }))
  expect(api.saveFolders({ folders: [folder('', [{ ...one, sidecars }], { digest: 'later' })] }).revision).toBe(
    revision,
  )
  const reader = openReader({ directory })
  expect(reader.folder(ROOT, '')).toEqual([{ name: '1.jpg', signature: one.signature, sidecars, isStale: false }])
  expect(reader.folderDigest(ROOT, '')).toBe('later')
  reader.close()
})

test('an unreadable sidecar leaves the last good values, marked stale, until it can be read again', () => {
  using index = testIndex()
  const { api, directory } = index
  const see = () => Object.values(contentOf(directory)).map(({ metadata, flags }) => [metadata, flagNames(flags)])
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 })])] })
  api.saveFolders({ folders: [folder('', [image('1.jpg', null, { problems: [problem('1.json')] })])] })
  expect(see()).toEqual([['{"a":1}', ['sidecar', 'stale']]])
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 2 })])] })
  expect(see()).toEqual([['{"a":2}', ['sidecar']]])
})

test('images and folders that vanished go, with their problems, at every depth', () => {
  using index = testIndex()
  const { api, directory } = index
  const bad = (path: string) => image('x.jpg', null, { problems: [problem(path)] })
  const dirs = ['', 'a', 'a/b', 'a/b/c', 'a-b', 'a0', 'ab']
  api.saveFolders({
    folders: dirs.map((dir) =>
      folder(dir, [bad(`${dir}/x.json`)], {
        problems: [problem(`${dir}/o.json`, 'orphan')],
        folders: dir === '' ? ['a', 'a-b', 'a0', 'ab'] : dir === 'a' ? ['b'] : dir === 'a/b' ? ['c'] : [],
      }),
    ),
  })
  const reader = openReader({ directory })
  expect(reader.countProblems()).toBe(14)
  const saved = api.saveFolders({ folders: [folder('a', [], { folders: [] })] })
  expect(saved).toMatchObject({ added: 0, changed: 0, removed: 2 })
  expect(Object.keys(contentOf(directory))).toEqual(['a-b/x.jpg', 'a/x.jpg', 'a0/x.jpg', 'ab/x.jpg', 'x.jpg'])
  expect(
    api.saveFolders({ folders: [folder('', [], { gone: ['x.jpg', 'y.jpg'], folders: ['a', 'ab'] })] }).removed,
  ).toBe(3)
  expect(api.finishScan({ rootId: ROOT, dirs: ['', 'ab'] }).removed).toBe(1)
  expect(Object.keys(contentOf(directory))).toEqual(['ab/x.jpg'])
  expect(reader.problems({ rootId: ROOT, limit: 10, offset: 0 })).toEqual([
    { rootId: ROOT, ...problem('ab/o.json', 'orphan') },
    { rootId: ROOT, ...problem('ab/x.json') },
  ])
  reader.close()
})

test('problems: shared ones are listed once, pages do not overlap, a changed reason is a new revision', () => {
  using index = testIndex()
  const { api, directory } = index
  const shared = problem('p.json', 'pair', 'Two images share it.')
  const { revision } = api.saveFolders({
    folders: [
      folder('', [
        image('p.jpg', { a: 1 }, { problems: [shared, { ...problem('p.json', 'key'), key: 'a b' }] }),
        image('p.png', { a: 1 }, { problems: [shared] }),
      ]),
    ],
  })
  api.setProblems({ rootId: ROOT, scope: 'journal', problems: [problem('.gleaner/journal/x.ndjson', 'journal')] })
  const reader = openReader({ directory })
  const listed = [
    { rootId: ROOT, ...problem('.gleaner/journal/x.ndjson', 'journal') },
    { rootId: ROOT, ...problem('p.json', 'key'), key: 'a b' },
    { rootId: ROOT, ...shared },
  ]
  expect(reader.problems({ rootId: null, limit: 10, offset: 0 })).toEqual(listed)
  expect([0, 1, 2, 3].flatMap((offset) => reader.problems({ rootId: ROOT, limit: 1, offset }))).toEqual(listed)
  expect(reader.countProblems()).toBe(3)
  const reworded = api.setProblems({ rootId: ROOT, scope: 'journal', problems: [] })
  expect(reworded.revision).toBe(revision + 2)
  expect(api.setProblems({ rootId: ROOT, scope: 'journal', problems: [] }).revision).toBe(revision + 2)
  reader.close()
})

test('hostile keys and values come back as they went in', () => {
  using index = testIndex()
  const { api, directory } = index
  const texts = [
    '{"__proto__":1,"constructor.prototype.x":"y"}',
    '{"a":"\\u0000 nul","b":"\\ud800 lone","c":"\\"; drop table images; --","d":"\'","e":"\u{1f600}"}',
    '{"big":9007199254740993,"exact":1.10,"minus":-0}',
    `{"long":${JSON.stringify('x'.repeat(60_000))}}`,
  ]
  const tags = JSON.stringify(['\ud800', "o'clock", '"; --', '\u{1f600}'])
  const names = ["it's.jpg", '%_*.jpg', 'ü\u0308 line\nbreak.jpg', '-- x.jpg']
  const images = names.map((name, i) => image(name, {}, { layer: { metadata: texts[i] ?? '', tags } }))
  api.saveFolders({ folders: [folder("d'ir/%", images)] })
  const reader = openReader({ directory })
  const found = reader.scan(0, 10)
  expect(found.map(({ name, metadata }) => [name, metadata])).toEqual(names.map((name, i) => [name, texts[i]]))
  expect(new Set(found.map((one) => one.tags))).toEqual(
    new Set([JSON.stringify((JSON.parse(tags) as string[]).sort())]),
  )
  expect(found.map(({ row }) => reader.detail(row)?.layer)).toEqual(texts.map((metadata) => ({ metadata, tags })))
  expect(names.map((name) => reader.findPath(ROOT, `d'ir/%/${name}`))).toEqual(found.map(({ row }) => row))
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  reader.close()
})

test('a failing save leaves nothing behind and the next one works', () => {
  using index = testIndex()
  const { api, directory, changes } = index
  const posted = changes.length
  const broken = { ...image('2.jpg'), size: Number.NaN }
  expect(() => api.saveFolders({ folders: [folder('', [image('1.jpg'), broken])] })).toThrow(/NOT NULL|datatype/)
  expect({ content: contentOf(directory), posted: changes.length }).toEqual({ content: {}, posted })
  api.saveFolders({ folders: [folder('', [image('1.jpg')])] })
  expect(Object.keys(contentOf(directory))).toEqual(['1.jpg'])
})

test('rows of images are never used again, also after closing', () => {
  using index = testIndex()
  const { api, directory } = index
  api.saveFolders({ folders: [folder('', [image('1.jpg'), image('2.jpg')])] })
  api.saveFolders({ folders: [folder('', [], { gone: ['2.jpg'] })] })
  api.close()
  api.open({ directory })
  api.saveFolders({ folders: [folder('', [image('3.jpg')])] })
  const reader = openReader({ directory })
  expect(reader.scan(0, 10).map(({ row, name }) => [row, name])).toEqual([
    [1, '1.jpg'],
    [3, '3.jpg'],
  ])
  reader.close()
})
