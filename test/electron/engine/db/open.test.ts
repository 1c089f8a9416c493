import Database from 'better-sqlite3'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openReader } from '../../../../electron/engine/db/index.ts'
import { createIndexApi } from '../../../../electron/engine/db/index-api.ts'
import { openForReading, openIndex } from '../../../../electron/engine/db/open.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { contentOf, folder, image, openIndexIn, rootWith } from './fixture.ts'

const newApi = () => createIndexApi({ hasListeners: () => false, post: () => {} }).api

/** Opens the index of a folder, says what it says, and proves that it can be used. */
function reopen(directory: string) {
  const api = newApi()
  const { setAside, wasUnclean, revision } = api.open({ directory })
  api.putRoot(rootWith())
  api.saveFolders({ folders: [folder('', [image('fresh.jpg', { a: 1 })])] })
  const names = Object.keys(contentOf(directory))
  const isSound = api.tidy()
  api.close()
  return { setAside, wasUnclean, revision, names, isSound }
}

function fill(directory: string, images = 20): void {
  using index = openIndexIn(directory)
  index.api.saveFolders({
    folders: [
      folder(
        '',
        Array.from({ length: images }, (_, i) => image(`${i}.jpg`, { n: i, text: 'x'.repeat(200) })),
      ),
    ],
  })
}

const APPLICATION_ID = Number('0x674c4e52')
const files = (directory: string) => readdirSync(directory).sort()

test('every pragma holds on a new index, on the next connection and on a reader', () => {
  using home = tempFolder()
  const expected = {
    journal_mode: 'wal',
    synchronous: 1,
    trusted_schema: 0,
    cell_size_check: 1,
    busy_timeout: 5000,
    journal_size_limit: 64 << 20,
    mmap_size: 1 << 30,
    foreign_keys: 1,
    application_id: APPLICATION_ID,
    user_version: 1,
  }
  const read = (db: { pragma(text: string, options: { simple: true }): unknown }) =>
    Object.fromEntries(Object.keys(expected).map((name) => [name, db.pragma(name, { simple: true })]))
  const first = openIndex(home.path)
  expect(read(first.db)).toEqual(expected)
  first.db.close()
  const second = openIndex(home.path)
  const reader = openForReading(home.path)
  expect(read(second.db)).toEqual(expected)
  expect(read(reader.db)).toEqual(expected)
  expect([second.db, reader.db].map((db) => db.pragma('query_only', { simple: true }))).toEqual([0, 1])
  expect(() => reader.db.exec('delete from images')).toThrow(/readonly|read-only/)
  reader.db.close()
  second.db.close()
})

test('an index opens again as it was closed, and says when it was not closed', () => {
  using home = tempFolder()
  fill(home.path, 3)
  const api = newApi()
  expect(api.open({ directory: home.path })).toMatchObject({ revision: 2, setAside: null, wasUnclean: false })
  using copy = tempFolder()
  for (const name of files(home.path)) copyFileSync(join(home.path, name), join(copy.path, name))
  api.close()
  expect(files(home.path)).toEqual(['index.db'])
  const again = newApi()
  expect(again.open({ directory: copy.path })).toMatchObject({ revision: 2, setAside: null, wasUnclean: true })
  expect(again.tidy()).toBe(true)
  again.close()
  expect(newApi().open({ directory: copy.path })).toMatchObject({ wasUnclean: false })
})

describe('what cannot be used is put aside, said, and replaced', () => {
  const rebuilt = (reason: string) => ({
    setAside: `The index could not be used and was put aside. ${reason} It is built again from your files.`,
    wasUnclean: false,
    revision: 0,
    names: ['fresh.jpg'],
    isSound: true,
  })
  const cases: [string, string, (file: string) => void][] = [
    ['zero length', 'It was empty.', (file) => truncateSync(file, 0)],
    ['garbage', 'It is damaged.', (file) => writeFileSync(file, 'not a database '.repeat(1000))],
    ['cut in half', 'It is damaged.', (file) => truncateSync(file, 20_000)],
    [
      'another program',
      'It was made by another program.',
      (file) => rewrite(file, 'create table a (b); pragma user_version = 1'),
    ],
    [
      'our mark without our tables',
      'Parts of it are missing.',
      (file) => rewrite(file, `create table a (b); pragma user_version = 1; pragma application_id = ${APPLICATION_ID}`),
    ],
    ['never finished', 'It was never finished.', (file) => rewrite(file, `pragma application_id = ${APPLICATION_ID}`)],
    [
      'another mark',
      'Its mark is missing.',
      (file) => change(file, "update index_state set marker = 'something else'"),
    ],
  ]
  test.each(cases)('%s', (_, reason, spoil) => {
    using home = tempFolder()
    fill(home.path)
    const file = join(home.path, 'index.db')
    spoil(file)
    const spoilt = readFileSync(file)
    writeFileSync(`${file}.aside`, 'an older generation')
    expect(reopen(home.path)).toEqual(rebuilt(reason))
    expect(readFileSync(`${file}.aside`)).toEqual(spoilt)
    expect(reopen(home.path)).toMatchObject({ setAside: null, wasUnclean: false })
  })

  test('damage found later, by the integrity check, counts at the next open', () => {
    using home = tempFolder()
    fill(home.path, 2000)
    const file = join(home.path, 'index.db')
    const bytes = readFileSync(file)
    bytes.fill(0xff, 40 * 4096, 44 * 4096)
    writeFileSync(file, bytes)
    const api = newApi()
    expect(api.open({ directory: home.path }).setAside).toBeNull()
    expect(api.tidy()).toBe(false)
    api.close()
    expect(reopen(home.path)).toEqual(rebuilt('It was found damaged.'))
  })
})

test('an index of a newer version is left alone, and an own one is used beside it', () => {
  using home = tempFolder()
  fill(home.path, 3)
  const file = join(home.path, 'index.db')
  change(file, 'pragma user_version = 99; alter table images rename to pictures')
  const newer = readFileSync(file)
  const first = reopen(home.path)
  expect(first).toMatchObject({ revision: 0, names: ['fresh.jpg'], isSound: true })
  expect(first.setAside).toMatch(/newer version/)
  expect(reopen(home.path)).toMatchObject({ setAside: null, wasUnclean: false, names: ['fresh.jpg'] })
  expect(readFileSync(file).equals(newer)).toBe(true)
  expect(files(home.path).filter((name) => !name.includes('-wal') && !name.includes('-shm'))).toEqual([
    'index-v1.db',
    'index.db',
  ])
})

test('remains of an index that is gone, or was never finished, do not get into the new one', () => {
  using home = tempFolder()
  for (const name of ['index.db-wal', 'index.db-shm', 'index.db.new', 'index.db.new-wal'])
    writeFileSync(join(home.path, name), 'stale')
  expect(reopen(home.path)).toEqual({
    setAside: null,
    wasUnclean: false,
    revision: 0,
    names: ['fresh.jpg'],
    isSound: true,
  })
  expect(files(home.path)).toEqual(['index.db'])
})

test('paths that SQLite would read as others are refused, also by readers', () => {
  using home = tempFolder()
  const blank = join(home.path, 'library ')
  expect(() => openIndex(blank)).toThrow(/blank/)
  expect(() => openReader({ directory: blank })).toThrow(/blank/)
  expect(existsSync(blank)).toBe(false)
  mkdirSync(join(home.path, 'lib', 'index.db'), { recursive: true })
  expect(() => openIndex(join(home.path, 'lib'))).toThrow(/not a file/)
})

function change(file: string, text: string): void {
  const db = new Database(file)
  db.exec(text)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

function rewrite(file: string, text: string): void {
  writeFileSync(file, '')
  change(file, text)
}
