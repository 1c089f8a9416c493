/** Folders of a library: adding odd ones, removing one at work, copies and moves. */
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { setValues, testLibrary, valuesOf } from '../../../support/library.ts'

test('a folder removed while it is scanned stays removed, and nothing fails unseen', async () => {
  const unseen: unknown[] = []
  const note = (reason: unknown) => void unseen.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const lib = testLibrary()
  for (let n = 0; n < 200; n += 1) lib.capture(`root/d${n}/img.gif`, { n })
  lib.put('root/d1/_annotations.coco.json', { images: [], annotations: [], categories: [] })
  const client = await lib.open()
  const adding = client.library.add({ path: lib.at('root') }).catch((error: unknown) => error)
  await vi.waitFor(async () => expect(await client.jobs.list()).not.toEqual([]), { interval: 1 })
  await client.library.remove({ root: 'root' })
  expect(await adding).toMatchObject({ code: 'ROOT_UNKNOWN' })
  expect(await client.library.roots()).toEqual([])
  const again = await lib.open()
  expect(await again.library.roots()).toEqual([])
  expect(unseen).toEqual([])
})

test('folders that cannot be added are refused with the reason', async () => {
  const lib = testLibrary()
  lib.capture('root/in/a.gif')
  const client = await lib.open()
  await client.library.add({ path: lib.at('root') })
  const why = async (path: string) => {
    const error = await client.library.add({ path }).catch((failure: unknown) => failure)
    return error as { code: string; message: string }
  }
  expect(await why('root')).toMatchObject({ code: 'FOLDER_UNUSABLE', message: '"root" is not an absolute path.' })
  expect((await why(lib.at('gone'))).message).toMatch(/does not exist/)
  expect((await why(lib.at('root/in/a.gif'))).message).toMatch(/is not a folder/)
  expect((await why(lib.library)).message).toMatch(/library/)
  expect((await why(lib.home)).message).toMatch(/library/)
  expect((await why(lib.at('root/in'))).message).toMatch(/is inside "root"/)
  symlinkSync(lib.at('root/in'), lib.at('link'))
  expect((await why(lib.at('link'))).message).toMatch(/is inside "root"/)
  expect(await client.library.roots()).toHaveLength(1)
})

test('a copy is asked about and gets an identity of its own; a moved folder keeps its edits', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { n: 1 })
  const client = await lib.open()
  const { root } = await client.library.add({ path: lib.at('root') })
  await setValues(client, '', { note: 'x' })
  cpSync(lib.at('root'), lib.at('copy'), { recursive: true })
  await expect(client.library.add({ path: lib.at('copy') })).rejects.toMatchObject({ code: 'ROOT_COPY' })
  const copy = await client.library.add({ path: lib.at('copy'), as: 'copy' })
  expect(copy.root.id).not.toBe(root.id)
  await client.library.remove({ root: copy.root.id })
  renameSync(lib.at('root'), lib.at('moved'))
  expect(await client.library.scan({})).toMatchObject({ offline: ['root'] })
  expect(await valuesOf(client)).toEqual({ 'a.gif': { n: 1, note: 'x' } })
  const moved = await client.library.add({ path: lib.at('moved') })
  expect(moved.root).toMatchObject({ id: root.id, path: lib.at('moved'), isOffline: false })
  expect(await setValues(client, '', { note: 'y' })).toMatchObject({ changed: 1, unwritten: [] })
  expect(lib.json('moved/a.json')).toEqual({ n: 1, note: 'y' })
})

test('edits of a folder that is away are refused for its images, with the reason, and made for the others', async () => {
  const lib = testLibrary()
  lib.capture('away/a.gif', { n: 1 })
  lib.capture('here/b.gif', { n: 1 })
  const client = await lib.open()
  await client.library.add({ path: lib.at('away') })
  await client.library.add({ path: lib.at('here') })
  renameSync(lib.at('away'), lib.at('elsewhere'))
  const before = await setValues(client, '', { n: 2 })
  expect(before).toMatchObject({ changed: 1, failed: [{ path: 'a.gif', root: 'away' }] })
  await client.library.scan({})
  const after = await setValues(client, '', { n: 3 })
  expect(after).toMatchObject({ changed: 1, failed: [{ path: 'a.gif', root: 'away' }] })
  expect(after.failed[0]?.reason).toMatch(/not reachable/)
  renameSync(lib.at('elsewhere'), lib.at('away'))
  await client.library.scan({})
  expect(await setValues(client, '', { n: 4 })).toMatchObject({ changed: 2, failed: [], unwritten: [] })
})

test('a deleted .gleaner folder is made again with the same identity, and later edits are kept', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { n: 1 })
  const client = await lib.open()
  const { root } = await client.library.add({ path: lib.at('root') })
  await setValues(client, '', { n: 2 })
  rmSync(lib.at('root/.gleaner'), { recursive: true })
  await client.library.scan({})
  expect(lib.json('root/.gleaner/root')).toMatchObject({ id: root.id })
  expect(await setValues(client, '', { n: 3 })).toMatchObject({ changed: 1, unwritten: [] })
  expect(lib.json('root/a.json')).toEqual({ n: 3 })
})

test('two changes of one folder at once both count', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { n: 1 })
  const client = await lib.open()
  const { root } = await client.library.add({ path: lib.at('root') })
  await Promise.all([
    client.library.set({ root: root.id, name: 'Other' }),
    client.library.scan({ full: true }),
    client.library.set({ root: root.id, strategy: 'append' }),
  ])
  expect(await client.library.roots()).toMatchObject([{ name: 'Other', strategy: 'append' }])
})

test('the log names no folder of the machine', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif')
  const client = await lib.open()
  await client.library.add({ path: lib.at('root') })
  rmSync(lib.at('library/index.db'), { force: true })
  lib.put('library/overlay', 'in the way')
  await lib
    .open()
    .then(
      (other) => other.library.verify({}),
      () => {},
    )
    .catch(() => {})
  const log = await vi.waitFor(() => readFileSync(lib.at('library/log/gleaner.log'), 'utf8'))
  expect(log).not.toContain(lib.home)
})
