import { expect, test } from 'vitest'
import { openReader } from '../../../../electron/engine/db/index.ts'
import {
  apply,
  contentOf,
  createScribe,
  folder,
  image,
  OTHER_ROOT,
  problem,
  ROOT,
  rootWith,
  testIndex,
} from './fixture.ts'

test('a root is stored as given; the same again is no change, another path is one', () => {
  using index = testIndex()
  const { api, directory, changes } = index
  const posted = changes.length
  expect(api.putRoot(rootWith())).toEqual({ ...rootWith(), row: 1 })
  expect(changes).toHaveLength(posted)
  const moved = rootWith({
    path: '/mnt/field',
    isOffline: true,
    isReadOnly: true,
    guard: { format: 'coco', file: 'a.json' },
  })
  expect(api.putRoot(moved)).toEqual({ ...moved, row: 1 })
  expect(changes.slice(posted)).toEqual([
    { kind: 'change', revision: 2, upserts: [], removed: [], roots: [{ ...moved, row: 1 }] },
  ])
  const reader = openReader({ directory })
  expect(reader.roots()).toEqual([{ ...moved, row: 1 }])
  reader.close()
})

test('removing a root takes everything of it and nothing of another', () => {
  using index = testIndex()
  const { api, directory, changes } = index
  const scribe = createScribe()
  api.putRoot(rootWith({ id: OTHER_ROOT, slug: 'other' }))
  api.saveFolders({
    folders: [
      folder('', [image('1.jpg', { a: 1 }), image('2.jpg', null, { problems: [problem('2.json')] })], {
        problems: [problem('o.json', 'orphan')],
      }),
      folder('', [image('3.jpg')], { rootId: OTHER_ROOT }),
    ],
  })
  apply(index, scribe.set(index, 1, { a: 2 }))
  api.setProblems({ rootId: ROOT, scope: 'journal', problems: [problem('j', 'journal')] })
  api.setProblems({ rootId: OTHER_ROOT, scope: 'journal', problems: [problem('k', 'journal')] })
  const { removed, revision } = api.removeRoot({ rootId: ROOT })
  expect({ removed, last: changes.at(-1) }).toEqual({
    removed: 2,
    last: {
      kind: 'change',
      revision,
      upserts: [],
      removed: [1, 2],
      roots: [{ ...rootWith({ id: OTHER_ROOT, slug: 'other' }), row: 2 }],
    },
  })
  const reader = openReader({ directory })
  expect(Object.keys(contentOf(directory))).toEqual(['3.jpg'])
  expect(reader.problems({ rootId: null, limit: 9, offset: 0 })).toEqual([
    { rootId: OTHER_ROOT, ...problem('k', 'journal') },
  ])
  expect(api.removeRoot({ rootId: ROOT })).toEqual({ revision, added: 0, changed: 0, removed: 0 })
  api.putRoot(rootWith())
  api.saveFolders({ folders: [folder('', [image('1.jpg', { a: 1 })])] })
  expect(contentOf(directory)['1.jpg']?.metadata).toBe('{"a":1}')
  reader.close()
})

test('settings and packed columns are kept, without a new revision', () => {
  using index = testIndex()
  const { api, directory } = index
  const { revision } = api.removeRoot({ rootId: 'none' })
  api.setSetting({ name: 'a', value: '1' })
  api.setSetting({ name: 'a', value: '2' })
  api.setBlob({ name: 'column', revision: 7, data: Uint8Array.of(1, 0, 255) })
  const reader = openReader({ directory })
  expect([api.getSetting({ name: 'a' }), api.getSetting({ name: 'b' }), reader.revision()]).toEqual([
    '2',
    null,
    revision,
  ])
  expect({ ...reader.blob('column'), data: [...(reader.blob('column')?.data ?? [])] }).toEqual({
    revision: 7,
    data: [1, 0, 255],
  })
  expect(reader.blob('none')).toBeNull()
  reader.close()
})
