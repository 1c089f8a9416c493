/** The small files that say which folders there are: identity, the library's list, and where a folder went. */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import fs from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkLibraryFolder } from '../../../../electron/engine/library/check-folder.ts'
import { findRoot } from '../../../../electron/engine/library/find-root.ts'
import { loadKnownRoots, saveKnownRoots } from '../../../../electron/engine/library/known-roots.ts'
import { createIdentity, isWritable, readIdentity } from '../../../../electron/engine/library/root-file.ts'
import type { Platform } from '../../../../electron/engine/platform.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const ID = '0123456789abcdef0123456789abcdef'
const platform = {
  fs,
  clock: { now: () => 0 },
  randomHex: (bytes: number) => ID.slice(0, 2 * bytes),
} as unknown as Platform

test('an identity is written into the folder, read back, and found at another mount', () => {
  using home = tempFolder()
  const [library, disk] = [join(home.path, 'library'), join(home.path, 'media', 'disk')]
  const photos = join(disk, 'photos')
  for (const folder of [library, photos]) mkdirSync(folder, { recursive: true })
  expect(readIdentity(photos)).toBeNull()
  const made = createIdentity({ rootPath: photos, directory: library, platform })
  expect(made).toEqual({ id: ID, created: '1970-01-01T00:00:00.000Z' })
  expect(readIdentity(photos)).toEqual(made)
  expect(readdirSync(join(photos, '.gleaner'))).toEqual(['root'])
  expect([isWritable(photos), isWritable(join(home.path, 'gone'))]).toEqual([true, false])
  const moved = join(home.path, 'media', 'other')
  renameSync(disk, moved)
  expect(findRoot(ID, photos, [moved])).toBe(join(moved, 'photos'))
  expect(findRoot('f'.repeat(32), photos, [moved])).toBeNull()
})

test('a file of somebody else is no identity', () => {
  using home = tempFolder()
  mkdirSync(join(home.path, '.gleaner'))
  writeFileSync(join(home.path, '.gleaner', 'root'), '{"id":"mine"}')
  expect(() => readIdentity(home.path)).toThrow('not one of ours')
})

test('the list of folders is read as written; damaged, it is told and not taken for empty', () => {
  using home = tempFolder()
  expect(loadKnownRoots(home.path)).toEqual([])
  const roots = [{ id: ID, path: '/photos', dev: '1', ino: '2' }]
  saveKnownRoots(home.path, roots, platform)
  expect(loadKnownRoots(home.path)).toEqual(roots)
  for (const text of ['', '{"roots":[{"id":"x"}]}']) {
    writeFileSync(join(home.path, 'roots'), text)
    expect(() => loadKnownRoots(home.path)).toThrow(expect.objectContaining({ code: 'LIBRARY_UNUSABLE' }))
  }
})

test('a library folder is made where it is missing, and refused where it cannot be one', () => {
  using home = tempFolder()
  checkLibraryFolder(join(home.path, 'a', 'b'))
  expect(readdirSync(join(home.path, 'a'))).toEqual(['b'])
  writeFileSync(join(home.path, 'file'), '')
  for (const bad of ['relative', `${home.path}/blank `, join(home.path, 'file')])
    expect(() => checkLibraryFolder(bad)).toThrow(expect.objectContaining({ code: 'LIBRARY_UNUSABLE' }))
})
