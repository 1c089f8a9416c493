import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Measured, Unmeasured } from '../../../../electron/engine/db/index.ts'
import { quickHash } from '../../../../electron/engine/scan/identity.ts'
import { createMeasurer } from '../../../../electron/engine/thumbs/measurer.ts'
import { SILENT, testCodecs } from '../../../support/codecs.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const SAVED = { revision: 1, added: 0, changed: 0, removed: 0 }

/** An index of images that were never measured, which forgets those it was told about. */
function fakeIndex(images: readonly Unmeasured[]) {
  const saved: Measured[] = []
  const isOpen = ({ path }: Unmeasured) => !saved.some((item) => item.path === path)
  return {
    saved,
    unmeasured: async ({ limit, after }: { limit: number; after: number }) =>
      images.filter((image) => image.row > after && isOpen(image)).slice(0, limit),
    saveMeasured: async ({ items }: { items: readonly Measured[] }) => {
      saved.push(...items)
      const moves = items.filter((item) => item.path.includes('moved'))
      return {
        ...SAVED,
        moves: moves.map(({ rootId, path, quickHash }) => ({
          rootId,
          from: 'old',
          to: path,
          id: 'x',
          quickHash: quickHash ?? '',
        })),
      }
    },
  }
}

const image = (row: number, path: string, rootId = 'here'): Unmeasured => ({
  row,
  rootId,
  path,
  signature: `s${row}`,
  size: 1,
})

test('measures everything in batches, with the problems of what is no picture, and tells of moves', async () => {
  using folder = tempFolder()
  await using codecs = testCodecs()
  mkdirSync(join(folder.path, 'a'))
  const picture = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer()
  const images = Array.from({ length: 300 }, (_, i) => image(i + 1, `a/${i}.jpg`))
  for (const { path } of images) writeFileSync(join(folder.path, path), picture)
  writeFileSync(join(folder.path, 'moved.jpg'), picture)
  writeFileSync(join(folder.path, 'text.jpg'), 'hello')
  const index = fakeIndex([
    ...images,
    image(400, 'moved.jpg'),
    image(401, 'text.jpg'),
    image(402, 'gone.jpg'),
    image(403, 'x.jpg', 'offline'),
  ])
  const batches: number[] = []
  const moves: string[] = []
  const measurer = createMeasurer({
    index,
    pool: codecs.pool,
    log: SILENT,
    rootPath: (id) => (id === 'here' ? folder.path : null),
    onSaved: (_, count) => void batches.push(count),
    onMoves: (found) => void moves.push(...found.map((move) => move.to)),
  })
  measurer.wake()
  await measurer.idle()
  expect(batches).toEqual([256, 46])
  expect(moves).toEqual(['moved.jpg'])
  expect(index.saved).toHaveLength(302)
  expect(index.saved.find((item) => item.path === 'a/7.jpg')).toEqual({
    rootId: 'here',
    path: 'a/7.jpg',
    signature: 's8',
    quickHash: quickHash(join(folder.path, 'a/7.jpg')),
    facts: { width: 30, height: 20, format: 'jpeg', isDamaged: false, takenMs: null, exif: {} },
    problem: null,
  })
  expect(index.saved.find((item) => item.path === 'text.jpg')).toMatchObject({
    facts: { format: null },
    problem: { kind: 'image', file: 'text.jpg', reason: 'The file holds text, not a picture.' },
  })
  // What was not there is asked for again after the next scan.
  writeFileSync(join(folder.path, 'gone.jpg'), picture)
  measurer.wake()
  await measurer.idle()
  expect(batches).toEqual([256, 46, 1])
})

test('stops at once, and a new one goes on where it was', async () => {
  using folder = tempFolder()
  await using codecs = testCodecs({ size: 1 })
  const picture = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer()
  const images = Array.from({ length: 600 }, (_, i) => image(i + 1, `${i}.jpg`))
  for (const { path } of images) writeFileSync(join(folder.path, path), picture)
  const index = fakeIndex(images)
  const common = { index, pool: codecs.pool, log: SILENT, rootPath: () => folder.path, onMoves: () => {} }
  const first = createMeasurer({ ...common, onSaved: () => void first.stop() })
  first.wake()
  await first.idle()
  expect(index.saved.length).toBeGreaterThanOrEqual(256)
  expect(index.saved.length).toBeLessThan(600)
  expect(codecs.pool.waiting).toBe(0)
  let batches = 0
  const second = createMeasurer({ ...common, onSaved: () => void (batches += 1) })
  second.wake()
  await second.stop()
  // Woken again it goes on; a stop that is still under way is waited for.
  second.wake()
  await second.idle()
  expect(batches).toBeGreaterThan(0)
  expect(new Set(index.saved.map((item) => item.path)).size).toBe(600)
  expect(index.saved).toHaveLength(600)
})
