/** The main job on real files, through the contract: add, search, edit, see the files. */
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventually, matching, setValues, tagImages, testLibrary, valuesOf } from '../../../support/library.ts'

test("the hosted docs' queries work verbatim", async () => {
  const lib = testLibrary()
  lib.capture('root/1.gif', {
    camera_id: 'cam001',
    quality_score: 87.5,
    reviewed: true,
    location: 'warehouse-3',
    tags: ['reviewed'],
  })
  lib.capture('root/2.gif', { camera_id: 'cam002', quality_score: 80, reviewed: false, location: 'warehouse-3' })
  lib.capture('root/3.gif')
  const client = await lib.open()
  const added = await client.library.add({ path: lib.at('root') })
  expect(added).toMatchObject({
    images: 3,
    sidecars: 2,
    problems: 0,
    root: { name: 'root', strategy: 'mergeBucketWins', edits: 'sidecars' },
  })
  const paths = async (text: string) => (await matching(client, text)).map(({ path }) => path)
  expect(await paths('metadata.camera_id:"cam001"')).toEqual(['1.gif'])
  expect(await paths('metadata.quality_score>80')).toEqual(['1.gif'])
  expect(await paths('metadata.reviewed:true')).toEqual(['1.gif'])
  expect(await paths('metadata.location:"warehouse-3" AND tag:reviewed')).toEqual(['1.gif'])
  expect(await paths('-has:sidecar')).toEqual(['3.gif'])
})

test('an edit leaves every other byte of the sidecar alone, and a missing sidecar is made', async () => {
  const lib = testLibrary()
  const text =
    '\uFEFF{\r\n\t"big": 9007199254740993,\r\n\t"capture": { "temp": 1.10 },\r\n\t"odd": [ {"x": 1} ],\r\n\t"tags": ["a"]\r\n}\r\n'
  lib.capture('root/a.gif', text)
  lib.capture('root/b.gif')
  const client = await lib.open()
  await client.library.add({ path: lib.at('root') })
  expect(await setValues(client, 'filename:a.gif', { 'capture.temp': 2 })).toMatchObject({
    changed: 1,
    failed: [],
    unwritten: [],
  })
  expect(lib.text('root/a.json')).toBe(text.replace('1.10', '2'))
  await setValues(client, 'filename:b.gif', { site: 'north' })
  await tagImages(client, '', ['seen'])
  expect(lib.json('root/b.json')).toEqual({ site: 'north', tags: ['seen'] })
  expect(lib.text('root/a.json')).toContain('9007199254740993')
  expect(await setValues(client, 'filename:b.gif', { site: 'north' })).toMatchObject({
    batch: null,
    changed: 0,
    unchanged: 1,
  })
  expect(readdirSync(lib.at('root')).filter((name) => name.startsWith('.gleaner-'))).toEqual([])
})

test('an edit that cannot be is refused for that image, with the reason, and done for the others', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { capture: { temp: 1 } })
  lib.capture('root/b.gif', { capture: 7 })
  lib.capture('root/c.gif', {})
  const client = await lib.open()
  await client.library.add({ path: lib.at('root') })
  const done = await setValues(client, '', { 'capture.temp': 5 })
  expect(done).toMatchObject({ images: 3, changed: 2 })
  expect(done.failed).toMatchObject([{ path: 'b.gif' }])
  expect(lib.json('root/a.json')).toEqual({ capture: { temp: 5 } })
  expect(lib.json('root/b.json')).toEqual({ capture: 7 })
  await expect(setValues(client, '', { 'bad key': 1 })).rejects.toMatchObject({
    code: 'KEY_INVALID',
    data: { suggestion: 'bad_key' },
  })
  await expect(setValues(client, '', { tags: 1 })).rejects.toMatchObject({ code: 'KEY_INVALID' })
})

test('scanning what did not change writes nothing; deleting the index loses nothing', async () => {
  const lib = testLibrary()
  for (let n = 0; n < 50; n += 1) lib.capture(`root/d${n % 5}/img${n}.gif`, { n, note: `note ${n}` })
  let client = await lib.open()
  await client.library.add({ path: lib.at('root') })
  await setValues(client, 'metadata.n<10', { note: 'edited' })
  await client.library.scan({})
  const { revision } = await client.library.status()
  expect(await client.library.scan({})).toMatchObject({ added: 0, changed: 0, removed: 0 })
  expect((await client.library.status()).revision).toBe(revision)
  const before = await valuesOf(client)
  await lib.close()
  for (const name of readdirSync(lib.library)) if (name.startsWith('index.db')) rmSync(lib.at('library', name))
  client = await lib.open()
  expect(await valuesOf(client)).toEqual(before)
  expect(await client.library.verify({})).toMatchObject({ images: 50, differences: [] })
})

test('opening, scanning and searching write nothing outside .gleaner', async () => {
  const lib = testLibrary()
  lib.capture('root/x/a.gif', { a: 1 })
  lib.put('root/x/orphan.json', { b: 1 })
  lib.put('root/x/broken.gif', 'not a picture')
  lib.put('root/x/broken.json', '{')
  const tree = () => readdirSync(lib.at('root'), { recursive: true, encoding: 'utf8' }).sort()
  const before = tree()
  const client = await lib.open()
  await client.library.add({ path: lib.at('root') })
  await client.library.measure()
  await matching(client, 'metadata.a:1')
  expect(tree().filter((name) => !name.startsWith('.gleaner'))).toEqual(before)
  const { problems } = await client.schema.problems({})
  expect(problems.map(({ kind, file }) => `${kind} ${file}`).sort()).toEqual([
    'image x/broken.gif',
    'json x/broken.json',
    'orphan x/orphan.json',
  ])
})

test('while it is watched, a new file is found within two seconds, in a burst too', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { n: 0 })
  const client = await lib.open({ isLive: true })
  await client.library.add({ path: lib.at('root') })
  lib.capture('root/new/b.gif', { n: 1 })
  await eventually(
    () => valuesOf(client),
    (values) => 'new/b.gif' in values,
    5000,
  )
  for (let n = 0; n < 500; n += 1) lib.capture(`root/burst/${n % 7}/img${n}.gif`, { n })
  await eventually(
    () => client.query.count({ text: 'path:burst/' }),
    ({ count }) => count === 500,
    10_000,
  )
  rmSync(lib.at('root/burst'), { recursive: true })
  await eventually(
    () => client.query.count({ text: '' }),
    ({ count }) => count === 2,
    10_000,
  )
})

test('a renamed image keeps its edits and its id', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { n: 0 })
  lib.capture('root/b.gif', { n: 1 })
  let client = await lib.open()
  await client.library.add({ path: lib.at('root'), edits: 'beside' })
  await client.library.measure()
  await setValues(client, 'filename:a.gif', { note: 'mine' })
  const [before] = await matching(client, 'metadata.note:mine')
  renameSync(lib.at('root/a.gif'), lib.at('root/moved.gif'))
  renameSync(lib.at('root/a.json'), lib.at('root/moved.json'))
  await client.library.scan({})
  await client.library.measure()
  expect(await valuesOf(client, 'metadata.note:mine')).toEqual({ 'moved.gif': { n: 0, note: 'mine' } })
  const [after] = await matching(client, 'metadata.note:mine')
  expect(after?.id).toBe(before?.id)
  await lib.close()
  rmSync(lib.at('library/index.db'))
  client = await lib.open()
  expect((await matching(client, 'metadata.note:mine')).map(({ path, id }) => [path, id])).toEqual([
    ['moved.gif', before?.id],
  ])
})

test('a root that is gone is offline, nothing is removed, and it is taken up again at another path', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { n: 0 })
  const client = await lib.open()
  const { root } = await client.library.add({ path: lib.at('root') })
  await setValues(client, '', { note: 'kept' })
  renameSync(lib.at('root'), lib.at('elsewhere'))
  expect(await client.library.scan({})).toMatchObject({ removed: 0, offline: ['root'] })
  expect(await valuesOf(client, 'is:offline')).toEqual({ 'a.gif': { n: 0, note: 'kept' } })
  const again = await client.library.add({ path: lib.at('elsewhere') })
  expect(again.root).toMatchObject({ id: root.id, path: lib.at('elsewhere'), isOffline: false })
  expect(await valuesOf(client, '-is:offline')).toEqual({ 'a.gif': { n: 0, note: 'kept' } })
  expect(await client.library.roots()).toHaveLength(1)
})

test('a guarded root is never written into; its edits are kept beside the data', async () => {
  const lib = testLibrary()
  lib.capture('root/train/a.gif', { n: 0 })
  lib.put('root/train/_annotations.coco.json', {
    images: [{ id: 1, file_name: 'a.gif' }],
    annotations: [],
    categories: [],
  })
  const client = await lib.open()
  const { root } = await client.library.add({ path: lib.at('root') })
  expect(root).toMatchObject({ edits: 'beside', guard: { format: expect.stringMatching(/coco/i) as string } })
  const before = lib.text('root/train/a.json')
  await setValues(client, '', { n: 5 })
  await tagImages(client, '', ['x'])
  expect(await valuesOf(client)).toEqual({ 'train/a.gif': { n: 5, tags: ['x'] } })
  expect(lib.text('root/train/a.json')).toBe(before)
  expect(readdirSync(lib.at('root/train')).sort()).toEqual(['_annotations.coco.json', 'a.gif', 'a.json'])
  await expect(client.library.set({ root: 'root', edits: 'sidecars' })).rejects.toMatchObject({ code: 'READ_ONLY' })
})
