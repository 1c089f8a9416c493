/** A folder that cannot be written for a while: its edits wait in the library and move into the folder later. */
import { readdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { setValues, testLibrary, type TestLibrary, valuesOf } from '../../../support/library.ts'

/** Folders that answer like read-only media; the tests may run as root, whom no mode stops. */
const readOnly = vi.hoisted(() => new Set<string>())

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  const accessSync = (path: string, mode?: number) => {
    if ((mode ?? 0) & fs.constants.W_OK && [...readOnly].some((folder) => path.startsWith(folder)))
      throw Object.assign(new Error('read-only file system'), { code: 'EROFS' })
    fs.accessSync(path, mode)
  }
  return { ...fs, accessSync, default: { ...fs, accessSync } }
})

const journalsIn = (lib: TestLibrary) => readdirSync(lib.at('root', '.gleaner', 'journal'))

const sequence = (lib: TestLibrary) =>
  journalsIn(lib)
    .flatMap((name) => lib.text(`root/.gleaner/journal/${name}`).trim().split('\n'))
    .map((line) => (JSON.parse(line) as { seq: number }).seq)

function readOnlyLibrary() {
  const lib = testLibrary()
  lib.capture('root/a.gif', { site: 'north' })
  lib.capture('root/b.gif')
  return lib
}

test('edits of a read-only folder are kept, found again, and move into it once it can be written', async () => {
  const lib = readOnlyLibrary()
  readOnly.add(lib.at('root'))
  const client = await lib.open()
  const { root } = await client.library.add({ path: lib.at('root') })
  expect(root).toMatchObject({ isReadOnly: true, edits: 'beside' })
  await setValues(client, '', { note: 'kept' })
  expect(readdirSync(lib.at('root'))).toEqual(['a.gif', 'a.json', 'b.gif'])

  const again = await lib.open()
  expect(await valuesOf(again)).toEqual({ 'a.gif': { site: 'north', note: 'kept' }, 'b.gif': { note: 'kept' } })

  readOnly.clear()
  const written = await lib.open()
  await setValues(written, ['a.gif'], { note: 'later' })
  expect(await valuesOf(written)).toEqual({ 'a.gif': { site: 'north', note: 'later' }, 'b.gif': { note: 'kept' } })
  expect(lib.json('root/.gleaner/root')).toMatchObject({ id: root.id })
  expect(sequence(lib)).toEqual(sequence(lib).map((_, at) => at + 1))
  expect(readdirSync(lib.at('library', 'overlay', root.id, 'journal'))).toEqual([])
  expect((await written.library.verify({})).differences).toEqual([])
})

test('numbers go on where a folder changes between read-only and writable under an open library', async () => {
  const lib = readOnlyLibrary()
  const client = await lib.open()
  await client.library.add({ path: lib.at('root'), edits: 'beside' })
  await setValues(client, ['a.gif'], { one: 1 })
  readOnly.add(lib.at('root'))
  await client.library.scan({})
  await setValues(client, ['a.gif'], { two: 2 })
  await setValues(client, ['b.gif'], { two: 2 })
  readOnly.clear()
  // Both at once: nobody waits for the scan before the next edit.
  await Promise.all([client.library.scan({}), setValues(client, ['a.gif'], { three: 3 })])
  await setValues(client, ['b.gif'], { four: 4 })
  await client.library.scan({})
  expect(await valuesOf(client)).toEqual({
    'a.gif': { site: 'north', one: 1, two: 2, three: 3 },
    'b.gif': { two: 2, four: 4 },
  })
  expect(sequence(lib)).toEqual(sequence(lib).map((_, at) => at + 1))
  expect((await client.library.verify({})).differences).toEqual([])
})
