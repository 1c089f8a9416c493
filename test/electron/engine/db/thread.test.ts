import { expect, test } from 'vitest'
import { imageIdOf, type IndexChange, openReader, startIndexThread } from '../../../../electron/engine/db/index.ts'
import { openForReading } from '../../../../electron/engine/db/open.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { folder, image, ROOT, rootWith } from './fixture.ts'

test('the thread writes, posts every commit in order before it answers, and readers see what is committed', async () => {
  using home = tempFolder()
  const thread = startIndexThread()
  const { port1, port2 } = new MessageChannel()
  const changes: IndexChange[] = []
  port2.on('message', (change: IndexChange) => changes.push(change))
  thread.feedChanges(port1)
  expect(await thread.remote.open({ directory: home.path })).toEqual({
    revision: 0,
    setAside: null,
    wasUnclean: false,
    roots: [],
    journals: [],
  })
  const reader = openReader({ directory: home.path })
  await thread.remote.putRoot(rootWith())
  expect(reader.roots()).toEqual([{ ...rootWith(), row: 1 }])
  const names = ['1.jpg', '2.jpg', '3.jpg']
  await Promise.all(names.map((name) => thread.remote.saveFolders({ folders: [folder('', [image(name)])] })))
  expect(reader.scan(0, 10).map(({ name }) => name)).toEqual(names)
  expect(reader.revision()).toBe(4)
  await new Promise((resolve) => setImmediate(resolve))
  expect(
    changes.map(({ revision, upserts, roots }) => [revision, upserts.map(({ name }) => name), roots?.length]),
  ).toEqual([
    [1, [], 1],
    [2, ['1.jpg'], undefined],
    [3, ['2.jpg'], undefined],
    [4, ['3.jpg'], undefined],
  ])
  await expect(thread.remote.removeRoot({ rootId: 'f'.repeat(32) })).resolves.toMatchObject({ revision: 4 })
  await expect(thread.remote.saveFolders({ folders: [folder('', [], { rootId: 'f'.repeat(32) })] })).rejects.toThrow(
    /not in the library/,
  )
  reader.close()
  port2.close()
  await thread.close()
  expect(await thread.ended).toBeNull()
  await expect(thread.remote.tidy()).rejects.toThrow(/stopped/)
})

test('when idle the thread fills the table that finds images by id', async () => {
  using home = tempFolder()
  const thread = startIndexThread()
  await thread.remote.open({ directory: home.path })
  await thread.remote.putRoot(rootWith())
  const { revision } = await thread.remote.saveFolders({ folders: [folder('', [image('1.jpg'), image('2.jpg')])] })
  const { db, sql } = openForReading(home.path)
  await expect
    .poll(() => sql.get<{ filled: number }>`select keys_filled_to as filled from index_state`?.filled, {
      timeout: 10_000,
    })
    .toBe(2)
  expect(sql.get`select count(*) as count from image_keys`).toEqual({ count: 2 })
  db.close()
  const reader = openReader({ directory: home.path })
  expect([reader.findId(imageIdOf(ROOT, '2.jpg', 0)), reader.revision()]).toEqual([2, revision])
  reader.close()
  await thread.close()
})
