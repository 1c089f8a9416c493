import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAULTS, faultOf } from '../../../../electron/engine/sample/faults.ts'
import { makeSample } from '../../../../electron/engine/sample/make.ts'
import { planShots } from '../../../../electron/engine/sample/shots.ts'
import { testCodecs, type TestCodecs } from '../../../support/codecs.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

let codecs: TestCodecs
beforeAll(() => {
  codecs = testCodecs()
})
afterAll(() => codecs[Symbol.asyncDispose]())

function tree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), hash(path)]))
}

const IMAGE = /\.(jpg|png|webp)$/i

test('the same seed gives the same bytes, another seed other ones', async () => {
  using one = tempFolder()
  using two = tempFolder()
  using other = tempFolder()
  const options = { images: 40, pool: codecs.pool }
  const result = await makeSample({ ...options, seed: 'a', out: join(one.path, 'new') })
  await makeSample({ ...options, seed: 'a', out: two.path })
  await makeSample({ ...options, seed: 'b', out: other.path })
  const first = tree(join(one.path, 'new'))
  expect(tree(two.path)).toEqual(first)
  expect(tree(other.path)).not.toEqual(first)
  const names = Object.keys(first)
  expect(names.filter((name) => IMAGE.test(name))).toHaveLength(40)
  expect(result).toEqual({ images: 40, sidecars: names.filter((name) => name.endsWith('.json')).length })
  expect(
    names.filter((name) => !/^\d{4}-\d\d-\d\d\/site-\d\/cam-\d\d\/[^/]+\.(jpg|png|webp|json)$/i.test(name)),
  ).toEqual([])
})

test('a sample picture measures as its plan says', async () => {
  using folder = tempFolder()
  await makeSample({ images: 40, seed: 'm', out: folder.path, pool: codecs.pool })
  const shots = [...planShots({ images: 40, seed: 'm' })].filter((shot) => shot.scene.format === 'jpeg')
  for (const shot of shots) {
    const file = join(folder.path, shot.folder, `${shot.stem}.${shot.extension}`)
    const answer = await codecs.pool.run({ kind: 'measure', file }).answer
    const { camera, scene, position, taken } = shot
    expect(answer).toMatchObject({
      ok: true,
      problem: null,
      facts: {
        width: scene.width,
        height: scene.height,
        format: 'jpeg',
        isDamaged: false,
        exif: {
          make: camera.make,
          model: camera.model,
          lens: camera.lens,
          serial: camera.serial,
          aperture: camera.aperture,
          focal_length: camera.focalLength,
          offset: camera.site.offset,
          orientation: scene.orientation,
        },
      },
    })
    if (!answer?.ok) continue
    expect(Math.floor((answer.facts.takenMs ?? 0) / 1000)).toBe(Date.parse(taken) / 1000)
    const { 'gps.lat': lat, 'gps.lon': lon } = answer.facts.exif
    expect(lat === undefined).toBe(camera.kind === 'fixed')
    if (camera.kind === 'fixed') continue
    expect(lat).toBeCloseTo(position.lat, 5)
    expect(lon).toBeCloseTo(position.lon, 5)
  }
})

test('pictures look like pictures: many colours, and night is darker than day', async () => {
  using folder = tempFolder()
  await makeSample({ images: 60, seed: 'look', out: folder.path, pool: codecs.pool })
  const light: Record<string, number[]> = { day: [], night: [] }
  for (const shot of planShots({ images: 60, seed: 'look' })) {
    const file = join(folder.path, shot.folder, `${shot.stem}.${shot.extension}`)
    if (shot.scene.backdrop.place === 'warehouse' || statSync(file).size < 1000) continue
    const { channels, entropy } = await sharp(file, { failOn: 'none' }).stats()
    expect(entropy).toBeGreaterThan(4)
    light[shot.shift]?.push(channels.reduce((sum, channel) => sum + channel.mean / 3, 0))
  }
  const mean = (list: number[] = []) => list.reduce((sum, each) => sum + each, 0) / list.length
  expect(mean(light['night'])).toBeLessThan(mean(light['day']) / 2)
})

test('every fault occurs, sidecars are nested and varied, and some are missing', async () => {
  using folder = tempFolder()
  const images = 200
  await makeSample({ images, seed: 'faults', out: folder.path, pool: codecs.pool })
  const names = Object.keys(tree(folder.path))
  const faults = new Set(Array.from({ length: images }, (_, index) => faultOf({ seed: 'faults', index, images })))
  expect(FAULTS.filter((fault) => !faults.has(fault))).toEqual([])
  const stems = new Set(names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)))
  const bare = names.filter((name) => IMAGE.test(name) && !stems.has(name.replace(/\.\w+$/, '')))
  expect(bare.length).toBeGreaterThan(4)
  expect(bare.length).toBeLessThan(40)
  const readable = names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      try {
        return [
          JSON.parse(readFileSync(join(folder.path, name), 'utf8').replace(/^\uFEFF/, '')) as Record<string, unknown>,
        ]
      } catch {
        return []
      }
    })
  const nested = readable.find((value) => typeof value['capture'] === 'object')
  expect(nested).toMatchObject({
    camera_id: expect.stringMatching(/^cam\d{3}$/),
    capture: { temperature: expect.any(Number), lens: expect.any(String) },
  })
  expect(readable.some((value) => Array.isArray(value['tags']))).toBe(true)
  expect(readable.some((value) => typeof value['capture.temperature'] === 'number')).toBe(true)
  const sizes = names.filter((name) => name.endsWith('.json')).map((name) => statSync(join(folder.path, name)).size)
  expect(Math.max(...sizes)).toBeGreaterThan(262_144)
  expect(sizes).toContain(0)
})

test('the plan of a large sample is made quickly, with names that are unique', () => {
  const seen = new Set<string>()
  for (const shot of planShots({ images: 20_000, seed: '1' })) seen.add(`${shot.folder}/${shot.stem}.${shot.extension}`)
  expect(seen.size).toBe(20_000)
})

test('a folder that is not empty, or is none, is refused and left alone', async () => {
  using folder = tempFolder()
  const file = join(folder.path, 'mine.txt')
  writeFileSync(file, 'mine')
  const options = { images: 5, seed: '1', pool: codecs.pool }
  await expect(makeSample({ ...options, out: folder.path })).rejects.toThrow('is not empty')
  await expect(makeSample({ ...options, out: file })).rejects.toThrow('is not a folder')
  expect(readdirSync(folder.path)).toEqual(['mine.txt'])
})

test('an interrupted sample leaves no temp files, and no half pictures', async () => {
  using folder = tempFolder()
  const stop = new AbortController()
  const out = join(folder.path, 'out')
  mkdirSync(out)
  const options = {
    images: 2000,
    seed: '1',
    out,
    pool: codecs.pool,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  }
  await expect(makeSample(options)).rejects.toThrow('aborted')
  const names = Object.keys(tree(out)).map((path) => basename(path))
  expect(names.filter((name) => name.startsWith('.'))).toEqual([])
  expect(names.length).toBeLessThan(1000)
})
