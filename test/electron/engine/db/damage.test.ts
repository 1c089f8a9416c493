/**
 * Reliability.md 6.7: an index with flipped bits, cut off, swapped or overwritten is opened, what was done is said, and
 * once rebuilt it equals the truth. SQLite has no check sums: a flip inside a value is only found by reading the files.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createIndexApi } from '../../../../electron/engine/db/index-api.ts'
import { openReader } from '../../../../electron/engine/db/index.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { apply, contentOf, createScribe, folder, image, openIndexIn, ROOT, rootWith } from './fixture.ts'

const FOLDERS = ['', 'a', 'a/b'].map((dir) =>
  folder(
    dir,
    Array.from({ length: 60 }, (_, i) =>
      image(`${i}.jpg`, { n: i, dir, text: 'word '.repeat(30) }, { tags: ['x', 'y'] }),
    ),
    { folders: dir === '' ? ['a'] : dir === 'a' ? ['b'] : [] },
  ),
)

/** Random numbers below 1 that are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Opens what is there, as the engine does after a crash, reads everything, rebuilds if told to; returns what it saw. */
function openAndRepair(directory: string): { said: boolean; content: unknown } {
  const { api } = createIndexApi({ hasListeners: () => false, post: () => {} })
  let said = false
  const takeIn = () => {
    api.putRoot(rootWith())
    api.saveFolders({ folders: FOLDERS })
    const reader = openReader({ directory })
    try {
      for (const { row } of reader.scan(0, 1000)) reader.detail(row)
    } finally {
      reader.close()
    }
    return api.tidy()
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const opened = api.open({ directory })
    said ||= opened.setAside !== null
    let isGood = false
    try {
      isGood = takeIn()
    } catch (error) {
      expect((error as { code?: string }).code ?? String(error)).toMatch(/^SQLITE_(CORRUPT|NOTADB|READONLY)/)
    }
    if (isGood) {
      const content = contentOf(directory)
      api.close()
      return { said, content }
    }
    api.close()
  }
  throw new Error('The index did not come back.')
}

test('120 flips, cuts and overwrites: it opens, says what it did, and a rebuilt one equals the truth', () => {
  using home = tempFolder()
  const file = join(home.path, 'index.db')
  {
    using index = openIndexIn(home.path)
    index.api.saveFolders({ folders: FOLDERS })
    const scribe = createScribe()
    apply(index, scribe.set(index, 1, { edited: true }))
    index.api.resetRecords({ rootId: ROOT })
  }
  const whole = readFileSync(file)
  const truth = openAndRepair(home.path).content
  const random = createRandom(7)
  let rebuilt = 0
  for (let round = 0; round < 120; round += 1) {
    const bytes = Buffer.from(whole)
    const at = Math.floor(random() * bytes.length)
    if (round % 4 === 3) writeFileSync(file, bytes.subarray(0, at))
    else if (round % 4 === 2)
      writeFileSync(file, bytes.fill(Math.floor(random() * 256), at, Math.min(at + 5000, bytes.length)))
    else {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
      writeFileSync(file, bytes)
    }
    const { said, content } = openAndRepair(home.path)
    if (!said) continue
    rebuilt += 1
    expect(content).toEqual(truth)
  }
  expect(rebuilt).toBeGreaterThan(40)
})

test('a write-ahead log that is not ours, or is cut off, does no harm', () => {
  using home = tempFolder()
  using other = tempFolder()
  for (const { path } of [home, other]) {
    using index = openIndexIn(path)
    index.api.saveFolders({ folders: FOLDERS })
  }
  const truth = contentOf(home.path)
  const foreign = createIndexApi({ hasListeners: () => false, post: () => {} }).api
  foreign.open({ directory: other.path })
  foreign.saveFolders({ folders: [folder('a', [image('foreign.jpg', { x: 1 })], { folders: ['b'] })] })
  const log = readFileSync(join(other.path, 'index.db-wal'))
  foreign.close()
  for (const spoilt of [log, log.subarray(0, log.length - 700), Buffer.alloc(5000, 7)]) {
    writeFileSync(join(home.path, 'index.db-wal'), spoilt)
    const { content } = openAndRepair(home.path)
    expect(Object.keys(content as object)).toEqual(expect.arrayContaining(Object.keys(truth)))
  }
})
