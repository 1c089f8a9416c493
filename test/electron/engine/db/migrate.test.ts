import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrate } from '../../../../electron/engine/db/migrate.ts'
import { MIGRATIONS } from '../../../../electron/engine/db/migrations/index.ts'
import { openIndex } from '../../../../electron/engine/db/open.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { contentOf, folder, image, openIndexIn } from './fixture.ts'

test('the next migration keeps the data and the number follows it', () => {
  using home = tempFolder()
  {
    using index = openIndexIn(home.path)
    index.api.saveFolders({ folders: [folder('a', [image('1.jpg', { b: 2 })])] })
  }
  const before = contentOf(home.path)
  const next = {
    name: 'next',
    sql: 'alter table images add column stars integer; create index by_stars on images (stars)',
  }
  const { db, sql, setAside } = openIndex(home.path, [...MIGRATIONS, next])
  expect(sql.all`select name, metadata, stars from images`).toEqual([
    { name: '1.jpg', metadata: '{"b":2}', stars: null },
  ])
  expect({ setAside, version: db.pragma('user_version', { simple: true }) }).toEqual({
    setAside: null,
    version: MIGRATIONS.length + 1,
  })
  db.close()
  expect(Object.keys(before)).toEqual(['a/1.jpg'])
})

test.each([
  [
    'an error in the last step',
    'create table half (a) strict; insert into nowhere values (1)',
    /no such table|unknown datatype|missing datatype/,
  ],
  ['a broken reference', "insert into folders (root_id, dir, digest) values (77, '', '')", /broken references/],
])('%s leaves the old schema and the data', (_, text, message) => {
  using home = tempFolder()
  const db = new Database(join(home.path, 'x.db'))
  migrate(db, MIGRATIONS)
  db.exec("insert into settings (name, value) values ('a', 'b')")
  const schema = db.prepare('select sql from sqlite_schema order by name').all()
  expect(() => migrate(db, [...MIGRATIONS, { name: 'bad', sql: text }])).toThrow(message)
  expect({
    version: db.pragma('user_version', { simple: true }),
    schema: db.prepare('select sql from sqlite_schema order by name').all(),
    data: db.prepare('select * from settings').all(),
    keys: db.pragma('foreign_keys', { simple: true }),
  }).toEqual({ version: MIGRATIONS.length, schema, data: [{ name: 'a', value: 'b' }], keys: 1 })
  db.close()
})

test('001: the queries it serves use its indexes', () => {
  using home = tempFolder()
  const { db } = openIndex(home.path)
  const plan = (text: string) =>
    (db.prepare(`explain query plan ${text}`).all() as { detail: string }[]).map(({ detail }) => detail)
  expect(plan("select * from images where folder_id = 1 and name = 'x'")).toEqual([
    'SEARCH images USING INDEX images_by_folder (folder_id=? AND name=?)',
  ])
  expect(
    plan(`select i.name from roots r join folders f on f.root_id = r.id join images i on i.folder_id = f.id
      where r.root_id = 'a' and f.dir = 'b'`),
  ).toEqual([
    'SEARCH r USING COVERING INDEX sqlite_autoindex_roots_1 (root_id=?)',
    'SEARCH f USING COVERING INDEX sqlite_autoindex_folders_1 (root_id=? AND dir=?)',
    'SEARCH i USING COVERING INDEX images_by_folder (folder_id=?)',
  ])
  expect(plan('select id as row from images where flags & 4 and id > 5 order by id limit 500')).toEqual([
    'SEARCH images USING INDEX images_unwritten (id>?)',
  ])
  expect(plan('select * from indexed_images where row = 5')).toEqual([
    'SEARCH i USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH f USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH m USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN',
  ])
  expect(plan('select * from indexed_images where row > 5 order by row limit 10')).toEqual([
    'SEARCH i USING INTEGER PRIMARY KEY (rowid>?)',
    'SEARCH f USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH m USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN',
  ])
  expect(
    plan('select distinct root_id, file, kind, reason, key from problems order by root_id, file, kind, reason, key'),
  ).toEqual(['SCAN problems USING COVERING INDEX problems_by_file'])
  db.close()
})
