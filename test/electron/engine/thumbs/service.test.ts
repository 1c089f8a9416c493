import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { openThumbStore } from '../../../../electron/engine/db/index.ts'
import { quickHash } from '../../../../electron/engine/scan/identity.ts'
import type { CodecPool } from '../../../../electron/engine/thumbs/codec-pool.ts'
import { createThumbs, THUMB_PIPELINE, type Thumbs } from '../../../../electron/engine/thumbs/service.ts'
import { testCodecs } from '../../../support/codecs.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

let picture: Buffer
beforeAll(async () => {
  picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#284' } })
    .jpeg()
    .toBuffer()
})

type World = AsyncDisposable & {
  readonly folder: string
  readonly thumbs: Thumbs
  readonly pool: CodecPool
  readonly ready: number[]
  /** Subjects of the codec tasks given out, in order: `kind row`. */
  readonly tasks: string[]
  tempFiles(): string[]
}

/** Rows are files `ROW.jpg`; row 404 is gone, row 7 is not measured yet. */
function world(size = 1): World {
  const folder = tempFolder()
  const codecs = testCodecs({ size })
  const tasks: string[] = []
  const pool: CodecPool = {
    size,
    get waiting() {
      return codecs.pool.waiting
    },
    run(work, options) {
      const name = 'file' in work ? work.file.slice(folder.path.length + 1, -4) : ''
      tasks.push(`${'isPreview' in work && work.isPreview ? 'preview' : work.kind} ${name}`)
      return codecs.pool.run(work, options)
    },
    close: () => codecs.pool.close(),
  }
  const store = openThumbStore({ directory: folder.path, pipeline: THUMB_PIPELINE, now: () => Date.now() })
  const ready: number[] = []
  const thumbs = createThumbs({
    pool,
    store,
    tempFolder: join(folder.path, 'temp'),
    resolve(row) {
      const file = join(folder.path, `${row}.jpg`)
      return row === 404 ? null : { file, quickHash: row === 7 ? null : quickHash(file), signature: '1' }
    },
    onReady: (row) => void ready.push(row),
  })
  return {
    folder: folder.path,
    thumbs,
    pool,
    ready,
    tasks,
    tempFiles: () => readdirSync(join(folder.path, 'temp')),
    async [Symbol.asyncDispose]() {
      thumbs.close()
      await codecs[Symbol.asyncDispose]()
      store.close()
      folder[Symbol.dispose]()
    },
  }
}

const put = (
  { folder }: World,
  row: number,
  bytes: Uint8Array | string = Buffer.concat([picture, Buffer.from([row])]),
) => writeFileSync(join(folder, `${row}.jpg`), bytes)

test('a thumbnail is made once, and comes from the cache from then on', async () => {
  await using w = world()
  put(w, 1)
  put(w, 7)
  const [first, same] = await Promise.all([w.thumbs.get(1, 256), w.thumbs.get(1, 256)])
  expect(first).toMatchObject({ ok: true, isFinal: true, isDamaged: false })
  expect(same).toBe(first)
  expect(first.ok && (await sharp(first.bytes).metadata())).toMatchObject({ format: 'jpeg', width: 256, height: 192 })
  expect(await w.thumbs.get(1, 256)).toEqual(first)
  expect(await w.thumbs.get(1, 512)).toMatchObject({ ok: true })
  expect(await w.thumbs.get(7, 256)).toMatchObject({ ok: true })
  expect(w.tasks).toEqual(['thumbnail 1', 'thumbnail 1', 'measure 7', 'thumbnail 7'])
  expect(w.ready).toEqual([1, 1, 7])
  expect(w.tempFiles()).toEqual([])
})

test('what cannot be shown has a reason, and is not tried again', async () => {
  await using w = world()
  put(w, 1, 'no picture at all')
  const failure = { ok: false, code: 'unreadable', reason: 'The file holds text, not a picture.' }
  expect(await w.thumbs.get(1, 256)).toEqual(failure)
  expect(await w.thumbs.get(1, 256)).toEqual(failure)
  expect(await w.thumbs.get(404, 256)).toMatchObject({ ok: false, code: 'missing' })
  expect(w.tasks).toEqual(['thumbnail 1'])
})

test('while others wait, the preview inside the file comes first and the real one is told of', async () => {
  await using w = world()
  for (let row = 10; row < 30; row += 1) put(w, row)
  put(w, 1, await withPreview(picture))
  w.thumbs.request(
    Array.from({ length: 20 }, (_, i) => i + 10),
    'near',
  )
  // Until the codec is busy with the first of them.
  await expect.poll(() => w.pool.waiting).toBeGreaterThan(5)
  const early = await w.thumbs.get(1, 256)
  expect(early.ok && (await sharp(early.bytes).metadata()).width).toBe(early.ok && early.isFinal ? 256 : 80)
  await expect.poll(() => w.ready.includes(1), { timeout: 10_000 }).toBe(true)
  expect(await w.thumbs.get(1, 256)).toMatchObject({ ok: true, isFinal: true })
  expect(w.tasks).toContain('preview 1')
})

test('what scrolled away is not made; what is asked for still is', async () => {
  await using w = world()
  const rows = Array.from({ length: 40 }, (_, i) => i + 100)
  for (const row of rows) put(w, row)
  w.thumbs.request(rows, 'visible')
  const asked = w.thumbs.get(139, 256)
  await expect.poll(() => w.pool.waiting).toBeGreaterThan(20)
  w.thumbs.request([], 'visible')
  expect(await asked).toMatchObject({ ok: true })
  expect(w.pool.waiting).toBe(0)
  expect(w.ready.length).toBeLessThan(20)
  expect(w.ready).toContain(139)
  expect(await w.thumbs.get(120, 256)).toMatchObject({ ok: true })
})

test('a listener that leaves does not spoil it for the others, and closing answers everybody', async () => {
  await using w = world()
  for (const row of [1, 2, 3]) put(w, row)
  const leaving = new AbortController()
  const answers = [w.thumbs.get(1, 256, leaving.signal), w.thumbs.get(1, 256)]
  leaving.abort()
  expect(await Promise.all(answers)).toMatchObject([{ ok: true }, { ok: true }])
  const open = [w.thumbs.get(2, 256), w.thumbs.get(3, 256)]
  w.thumbs.close()
  expect(await Promise.all(open)).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }])
})

test('on a full disk the cache is the first to go', async () => {
  using folder = tempFolder()
  let dropped = 0
  const store = {
    ...openThumbStore({ directory: folder.path, pipeline: 1, now: () => 0 }),
    drop: () => void (dropped += 1),
  }
  const answer = Promise.resolve({ task: 1, ok: false, code: 'unavailable', reason: 'The disk is full.' })
  const pool = { size: 1, waiting: 0, run: () => ({ answer, setPriority() {}, cancel() {} }), close: async () => {} }
  const thumbs = createThumbs({
    pool: pool as unknown as CodecPool,
    store,
    tempFolder: join(folder.path, 'temp'),
    resolve: () => ({ file: 'a.jpg', quickHash: 'q1-a', signature: '1' }),
    onReady: () => {},
  })
  expect(await thumbs.get(1, 256)).toEqual({ ok: false, code: 'unavailable', reason: 'The disk is full.' })
  expect(dropped).toBe(1)
  store.close()
})

/** The picture with an EXIF block that holds an 80 × 60 preview. */
async function withPreview(jpeg: Buffer): Promise<Buffer> {
  const preview = await sharp(jpeg).resize(80, 60).jpeg().toBuffer()
  const entries = [
    [0x103, 3, 6],
    [0x201, 4, 8 + 6 + 42],
    [0x202, 4, preview.length],
  ] as const
  const tiff = Buffer.alloc(8 + 6 + 42)
  tiff.write('II*\0', 0, 'latin1')
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt32LE(14, 10)
  tiff.writeUInt16LE(entries.length, 14)
  for (const [i, [tag, type, value]] of entries.entries()) {
    tiff.writeUInt16LE(tag, 16 + i * 12)
    tiff.writeUInt16LE(type, 18 + i * 12)
    tiff.writeUInt32LE(1, 20 + i * 12)
    tiff.writeUInt32LE(value, 24 + i * 12)
  }
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, preview])
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255])
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}
