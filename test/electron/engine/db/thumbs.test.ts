import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openThumbStore } from '../../../../electron/engine/db/index.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const thumb = (fill: number, length = 1000) => ({ bytes: new Uint8Array(length).fill(fill), isDamaged: fill === 9 })
const key = (name: string, edge = 256) => ({ quickHash: `q1-${name}`, edge })

function open(directory: string, more: { capBytes?: number; pipeline?: number; now?: () => number } = {}) {
  const store = openThumbStore({ directory, pipeline: 1, now: () => 1_000_000, ...more })
  return { ...store, size: store.size, [Symbol.dispose]: () => store.close() }
}

test('keeps thumbnails by content and edge, over a restart', () => {
  using folder = tempFolder()
  {
    using store = open(folder.path)
    store.put(key('a'), thumb(1))
    store.put(key('a', 512), thumb(2, 3000))
    store.put(key('b'), thumb(9))
    expect(store.get(key('a'))).toEqual(thumb(1))
    expect(store.size()).toEqual({ count: 0, bytes: 0 })
    store.flush()
    expect(store.size()).toEqual({ count: 3, bytes: 5000 })
    store.put(key('b'), thumb(9, 500))
  }
  using store = open(folder.path)
  expect(store.size()).toEqual({ count: 3, bytes: 4500 })
  expect(Buffer.from(store.get(key('a', 512))?.bytes ?? [])).toEqual(Buffer.alloc(3000, 2))
  expect(store.get(key('b'))?.isDamaged).toBe(true)
  expect([store.has(key('a')), store.has(key('c')), store.get(key('c'))]).toEqual([true, false, null])
})

test('has pages of 16 KB', () => {
  using folder = tempFolder()
  open(folder.path)[Symbol.dispose]()
  const db = new Database(join(folder.path, 'thumbs.db'), { readonly: true })
  expect(db.pragma('page_size', { simple: true })).toBe(16_384)
  db.close()
})

test('lets the longest unused go when the cap is passed', () => {
  using folder = tempFolder()
  let now = 1_000_000
  using store = open(folder.path, { capBytes: 10_000, now: () => now })
  for (let i = 0; i < 10; i += 1) {
    now += 100_000
    store.put(key(`k${i}`), thumb(i))
    store.flush()
  }
  now += 100_000
  store.get(key('k0'))
  store.flush()
  now += 100_000
  store.put(key('new'), thumb(3))
  store.flush()
  const kept = ['k0', 'k1', 'k2', 'k3', 'new'].map((name) => store.has(key(name)))
  // The cap leaves room for ten; a little more than needed is let go at once, but never what was just looked at.
  expect(kept).toEqual([true, false, false, true, true])
  expect(store.size()).toEqual({ count: 9, bytes: 9000 })
})

test.each([
  ['is empty', (file: string) => truncateSync(file, 0)],
  ['is garbage', (file: string) => writeFileSync(file, 'not a database, by no means '.repeat(2000))],
  ['is half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['has rotten pages', (file: string) => writeFileSync(file, readFileSync(file).fill(0x5a, 20_000))],
])('a cache that %s is made anew', (_, harm) => {
  using folder = tempFolder()
  {
    using store = open(folder.path)
    for (let i = 0; i < 60; i += 1) store.put(key(`k${i}`), thumb(i, 3000))
  }
  harm(join(folder.path, 'thumbs.db'))
  using store = open(folder.path)
  for (let i = 0; i < 60; i += 1) store.get(key(`k${i}`))
  for (let i = 0; i < 60; i += 1) store.put(key(`n${i}`), thumb(i))
  store.flush()
  for (let i = 0; i < 60; i += 1) store.put(key(`n${i}`), thumb(i))
  store.flush()
  expect(store.get(key('n7'))?.bytes[0]).toBe(7)
})

test('thumbnails of another pipeline are thrown away', () => {
  using folder = tempFolder()
  {
    using store = open(folder.path)
    store.put(key('a'), thumb(1))
  }
  using store = open(folder.path, { pipeline: 2 })
  expect(store.size()).toEqual({ count: 0, bytes: 0 })
})

test('drop gives the space back and goes on', () => {
  using folder = tempFolder()
  using store = open(folder.path)
  for (let i = 0; i < 50; i += 1) store.put(key(`k${i}`), thumb(i, 20_000))
  store.flush()
  store.drop()
  expect(statSync(join(folder.path, 'thumbs.db')).size).toBeLessThan(200_000)
  store.put(key('a'), thumb(1))
  store.flush()
  expect(store.size()).toEqual({ count: 1, bytes: 1000 })
})

test('where no cache can be, everything else works', () => {
  using folder = tempFolder()
  writeFileSync(join(folder.path, 'file'), '')
  const store = openThumbStore({ directory: join(folder.path, 'file'), pipeline: 1, now: () => 0 })
  store.put(key('a'), thumb(1))
  store.flush()
  expect([store.get(key('a')), store.has(key('a')), store.size()]).toEqual([null, false, { count: 0, bytes: 0 }])
  store.close()
  expect(readdirSync(folder.path)).toEqual(['file'])
  expect(existsSync(join(folder.path, 'thumbs.db'))).toBe(false)
})
