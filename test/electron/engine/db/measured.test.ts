import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { imageIdOf, type ImageFacts, type Measured, openReader } from '../../../../electron/engine/db/index.ts'
import {
  apply,
  contentOf,
  createScribe,
  flagNames,
  folder,
  image,
  OTHER_ROOT,
  problem,
  ROOT,
  rootWith,
  rowOf,
  testIndex,
  type TestIndex,
} from './fixture.ts'

const FACTS: ImageFacts = {
  width: 40,
  height: 30,
  format: 'jpeg',
  isDamaged: false,
  takenMs: 1_600_000_000_000,
  exif: { make: 'Acme', 'gps.lat': 1, 'gps.lon': 2 },
}
const hashOf = (content: string) => `q1-${hash('sha256', content)}`

function measured(path: string, rest: Partial<Measured> & { content?: string } = {}): Measured {
  const { content = path, ...other } = rest
  const name = path.slice(path.lastIndexOf('/') + 1)
  const quickHash = hashOf(content)
  return { rootId: ROOT, path, signature: image(name).signature, quickHash, facts: FACTS, problem: null, ...other }
}

const measure = ({ api }: TestIndex, ...items: Measured[]) => api.saveMeasured({ items })

test('facts, problems and damage of files show, and are dropped when the file changes', () => {
  using index = testIndex()
  const { api, directory } = index
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 }), image('2.jpg'), image('3.jpg')])] })
  const unreadable = problem('2.jpg', 'image', 'It cannot be decoded.')
  const items = [measured('1.jpg'), measured('2.jpg', { facts: null, problem: unreadable })]
  const { revision } = measure(index, ...items)
  const reader = openReader({ directory })
  expect(reader.scan(0, 1)).toMatchObject([
    { width: 40, height: 30, format: 'jpeg', takenMs: FACTS.takenMs, exif: JSON.stringify(FACTS.exif) },
  ])
  expect(reader.detail(1)?.facts).toEqual(FACTS)
  expect(reader.detail(2)).toMatchObject({ facts: null, problems: [unreadable] })
  expect(reader.scan(0, 3).map(({ flags, problems }) => [flagNames(flags), problems])).toEqual([
    [['sidecar', 'measured', 'position'], 0],
    [['measured'], 1 << 6],
    [[], 0],
  ])
  expect(measure(index, ...items)).toEqual({ revision, added: 0, changed: 0, removed: 0, moves: [] })
  expect(measure(index, measured('3.jpg', { signature: 'older' }), measured('9.jpg'))).toMatchObject({ changed: 0 })

  const changed = ['1.jpg', '2.jpg'].map((name) => image(name, { a: 1 }, { signature: 'new' }))
  api.saveFolders({ folders: [folder('', changed)] })
  expect(reader.scan(0, 2).map(({ flags, problems, width }) => [flagNames(flags), problems, width])).toEqual([
    [['sidecar'], 0, null],
    [['sidecar'], 0, null],
  ])
  expect(reader.countProblems()).toBe(0)
  reader.close()
})

test('what was measured of a file too young to be trusted shows on until it is measured again', () => {
  using index = testIndex()
  const { api, directory } = index
  const waiting = () => api.unmeasured({ limit: 9, after: 0 }).map(({ path }) => path)
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 }, { signature: '' })])] })
  measure(index, measured('1.jpg', { signature: '' }))
  expect(waiting()).toEqual([])
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 })])] })
  const reader = openReader({ directory })
  expect(reader.scan(0, 1)).toMatchObject([{ width: 40, height: 30 }])
  expect(waiting()).toEqual(['1.jpg'])
  measure(index, measured('1.jpg'))
  expect(waiting()).toEqual([])
  reader.close()
})

test('a hash alone comes ahead of the facts and does not undo them', () => {
  using index = testIndex()
  const { api, directory } = index
  api.saveFolders({ folders: [folder('', [image('1.jpg')])] })
  measure(index, measured('1.jpg', { facts: null }))
  expect(flagNames(contentOf(directory)['1.jpg']!.flags)).toEqual([])
  expect(api.unmeasured({ limit: 10, after: 0 }).map(({ path }) => path)).toEqual(['1.jpg'])
  measure(index, measured('1.jpg', { quickHash: null, facts: { ...FACTS, isDamaged: true, exif: {} } }))
  measure(index, measured('1.jpg', { facts: null }))
  expect(flagNames(contentOf(directory)['1.jpg']!.flags)).toEqual(['damaged', 'measured'])
  expect(api.editSubjects({ rows: [1] })[0]?.quickHash).toBe(hashOf('1.jpg'))
})

test('unmeasured images come in order, again after a change, and not from offline roots', () => {
  using index = testIndex()
  const { api } = index
  const names = ['1', '2', '3', '4'].map((name) => `${name}.jpg`)
  api.saveFolders({
    folders: [
      folder(
        '',
        names.map((name) => image(name)),
      ),
    ],
  })
  const ask = (limit = 10, after = 0) => api.unmeasured({ limit, after }).map(({ path }) => path)
  expect([ask(2), ask(2, 2)]).toEqual([names.slice(0, 2), names.slice(2)])
  measure(index, measured('1.jpg'), measured('2.jpg'), measured('4.jpg'))
  expect(ask()).toEqual(['3.jpg'])
  measure(index, measured('3.jpg'))
  expect(ask()).toEqual([])
  api.saveFolders({ folders: [folder('', [image('2.jpg', undefined, { signature: 'new' }), image('5.jpg')])] })
  expect(ask()).toEqual(['2.jpg', '5.jpg'])
  api.putRoot(rootWith({ isOffline: true }))
  expect(ask()).toEqual([])
  api.putRoot(rootWith())
  expect(api.unmeasured({ limit: 1, after: 0 })).toEqual([
    { row: 2, rootId: ROOT, path: '2.jpg', signature: 'new', size: 1000 },
  ])
})

/** Edits `from`, lets it vanish, and has `present` measured; returns the moves found. */
function lose(from: string, present: Record<string, string>, isMeasuredFirst = false) {
  const index = testIndex()
  const { api } = index
  const scribe = createScribe()
  const foldersOf = (paths: string[]) => {
    const dirs = [...new Set(paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))))]
    return dirs.map((dir) =>
      folder(
        dir,
        paths
          .filter((path) => path.replace(/\/?[^/]+$/, '') === dir)
          .map((path) => image(path.slice(path.lastIndexOf('/') + 1))),
      ),
    )
  }
  api.saveFolders({ folders: foldersOf([from]) })
  measure(index, measured(from, { content: 'same' }))
  apply(index, scribe.set(index, 1, { a: 1 }))
  const items = Object.entries(present).map(([path, content]) => measured(path, { content }))
  const vanish = () =>
    api.saveFolders({
      folders: [folder(from.replace(/\/?[^/]+$/, ''), [], { gone: [from.slice(from.lastIndexOf('/') + 1)] })],
    })
  if (!isMeasuredFirst) vanish()
  api.saveFolders({ folders: foldersOf(Object.keys(present)) })
  const { moves } = measure(index, ...items)
  if (!isMeasuredFirst) return { index, scribe, moves }
  vanish()
  return { index, scribe, moves: measure(index).moves }
}

test.each([false, true])(
  'an edited image is found where it is now (measured first: %s), and keeps its edits and id',
  (isMeasuredFirst) => {
    const { index, scribe, moves } = lose('a/1.jpg', { 'b/2.jpg': 'same', 'b/3.jpg': 'other' }, isMeasuredFirst)
    using _ = index
    const id = imageIdOf(ROOT, 'a/1.jpg', 0)
    expect(moves).toEqual([{ rootId: ROOT, from: 'a/1.jpg', to: 'b/2.jpg', id, quickHash: hashOf('same') }])
    const move = { kind: 'moved' as const, image: { path: 'a/1.jpg', contentHash: hashOf('same') }, to: 'b/2.jpg', id }
    apply(index, { ...scribe.head(), ...move })
    const { directory, api } = index
    expect(contentOf(directory)['b/2.jpg']).toMatchObject({ metadata: '{"a":1}' })
    const reader = openReader({ directory })
    const row = rowOf(directory, 'b/2.jpg')
    expect([reader.detail(row)?.id, reader.findId(id)]).toEqual([id, row])
    index.fillKeys()
    expect(reader.findId(id)).toBe(row)
    api.saveFolders({ folders: [folder('a', [image('1.jpg')])] })
    const newcomer = imageIdOf(ROOT, 'a/1.jpg', 1)
    const there = rowOf(directory, 'a/1.jpg')
    expect([reader.detail(there)?.id, reader.findId(newcomer), reader.findId(id)]).toEqual([newcomer, there, row])
    index.fillKeys()
    expect([reader.findId(newcomer), reader.findId(id)]).toEqual([there, row])
    expect(measure(index, measured('a/1.jpg', { content: 'same' })).moves).toEqual([])
    reader.close()
  },
)

test.each([
  ['two images have the content', { 'b/2.jpg': 'same', 'b/3.jpg': 'same' }, []],
  ['one of two has the name', { 'b/1.jpg': 'same', 'b/3.jpg': 'same' }, ['b/1.jpg']],
  ['both have the name', { 'b/1.jpg': 'same', 'c/1.jpg': 'same' }, []],
  ['none has the content', { 'b/1.jpg': 'other' }, []],
])('duplicates are never guessed: %s', (_, present, expected) => {
  const { index, moves } = lose('a/1.jpg', present)
  using __ = index
  expect(moves.map(({ to }) => to)).toEqual(expected)
})

test('an image with edits of its own, or in another root, takes over nothing', () => {
  using index = testIndex()
  const { api } = index
  const scribe = createScribe()
  api.putRoot(rootWith({ id: OTHER_ROOT, slug: 'other' }))
  api.saveFolders({ folders: [folder('', [image('1.jpg'), image('2.jpg')])] })
  api.saveFolders({ folders: [folder('', [image('3.jpg')], { rootId: OTHER_ROOT })] })
  const items = ['1.jpg', '2.jpg'].map((path) => measured(path, { content: 'same' }))
  measure(index, ...items, measured('3.jpg', { rootId: OTHER_ROOT, content: 'same' }))
  apply(index, scribe.set(index, 1, { a: 1 }), scribe.set(index, 2, { b: 1 }))
  api.saveFolders({ folders: [folder('', [], { gone: ['1.jpg'] })] })
  expect(measure(index).moves).toEqual([])
})

test('a lost image is looked for again after a restart', () => {
  const { index, moves } = lose('a/1.jpg', {})
  using _ = index
  const { api, directory } = index
  expect(moves).toEqual([])
  api.close()
  api.open({ directory })
  api.saveFolders({ folders: [folder('z', [image('9.jpg')])] })
  expect(measure(index, measured('z/9.jpg', { content: 'same' })).moves).toMatchObject([
    { from: 'a/1.jpg', to: 'z/9.jpg' },
  ])
})
