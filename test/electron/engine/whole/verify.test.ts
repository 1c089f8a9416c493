/** The comparison of the index with the truth. */
import { expect, test } from 'vitest'
import Database from 'better-sqlite3'
import { setValues, testLibrary, valuesOf } from '../../../support/library.ts'

test('a wrong index is told image by image, and made anew on request', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { n: 1 })
  lib.capture('root/b.gif', { n: 2 })
  const client = await lib.open()
  await client.library.add({ path: lib.at('root') })
  await setValues(client, ['b.gif'], { note: 'x' })
  expect((await client.library.verify({})).differences).toEqual([])
  await lib.close()
  const db = new Database(lib.at('library/index.db'))
  db.prepare(`update images set size_bytes = size_bytes + 1 where name = 'a.gif'`).run()
  db.close()
  const again = await lib.open()
  const [difference, ...others] = (await again.library.verify({ rebuild: true })).differences
  expect(difference).toMatchObject({ path: 'a.gif', root: 'root' })
  expect(difference?.what).toMatch(/^has size \d+ instead of \d+$/)
  expect(others).toEqual([])
  expect((await again.library.verify({})).differences).toEqual([])
  expect(await valuesOf(again)).toEqual({ 'a.gif': { n: 1 }, 'b.gif': { n: 2, note: 'x' } })
})
