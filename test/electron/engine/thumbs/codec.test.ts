import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync, crc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quickHash } from '../../../../electron/engine/scan/identity.ts'
import { testCodecs, type TestCodecs } from '../../../support/codecs.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

let codecs: TestCodecs
let folder: ReturnType<typeof tempFolder>
let next = 0

beforeAll(() => {
  codecs = testCodecs({ size: 2 })
  folder = tempFolder()
})
afterAll(async () => {
  const text = codecs.stderr()
  await codecs[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
  // The clash of two GLib copies shows first as lines on stderr, while everything still seems to work.
  expect(text).not.toContain('GLib')
  expect(text).toBe('')
})

function put(name: string, bytes: Uint8Array | string): string {
  const home = join(folder.path, String(next++))
  mkdirSync(home)
  writeFileSync(join(home, name), bytes)
  return join(home, name)
}

const measure = async (file: string) => (await codecs.pool.run({ kind: 'measure', file }).answer)!
const thumbnail = async (file: string, edge: 256 | 512 = 256, isPreview = false) => {
  const out = join(folder.path, `${next++}.thumb`)
  const answer = (await codecs.pool.run({ kind: 'thumbnail', file, edge, out, isPreview }).answer)!
  return { answer, out }
}

/** A picture 60 × 40 whose four corners are red, green, blue and white, so that turns and mirrors show. */
async function corners(width = 60, height = 40): Promise<Buffer> {
  const half = { width: width / 2, height: height / 2, channels: 3 as const }
  const block = (background: string, left: number, top: number) => ({
    input: { create: { ...half, background } },
    left,
    top,
  })
  return sharp({ create: { width, height, channels: 3, background: 'black' } })
    .composite([
      block('#ff0000', 0, 0),
      block('#00ff00', half.width, 0),
      block('#0000ff', 0, half.height),
      block('#ffffff', half.width, half.height),
    ])
    .png()
    .toBuffer()
}

/** Names of the corner colours of a picture, row by row. */
async function seen(file: string): Promise<string> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => {
    const start = (y * info.width + x) * info.channels
    const [r, g, b] = [...data.subarray(start, start + 3)].map((value) => value > 128)
    return r && g && b ? 'W' : r ? 'R' : g ? 'G' : b ? 'B' : '-'
  }
  const [right, bottom] = [info.width - 6, info.height - 6]
  return at(5, 5) + at(right, 5) + at(5, bottom) + at(right, bottom)
}

describe('orientation', () => {
  // What the corners RG/BW become when the stored picture is turned as each value asks.
  const SHOWN = { 1: 'RGBW', 2: 'GRWB', 3: 'WBGR', 4: 'BWRG', 5: 'RBGW', 6: 'BRWG', 7: 'WGBR', 8: 'GWRB' }
  test.each(Object.entries(SHOWN))('EXIF orientation %s', async (orientation, shown) => {
    const picture = sharp(await corners()).withMetadata({ orientation: Number(orientation) })
    const file = put('photo.jpg', await picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer())
    const isOnSide = Number(orientation) >= 5
    const size = isOnSide ? { width: 40, height: 60 } : { width: 60, height: 40 }
    expect(await measure(file)).toMatchObject({
      ok: true,
      problem: null,
      facts: { ...size, format: 'jpeg', isDamaged: false, exif: { orientation: Number(orientation) } },
    })
    const { answer, out } = await thumbnail(file)
    expect(answer).toMatchObject({ ok: true, ...size, isDamaged: false })
    expect(await seen(out)).toBe(shown)
  })
})

describe('formats', () => {
  test.each([
    ['png', async (p: Sharp) => p.png().toBuffer()],
    ['webp', async (p: Sharp) => p.webp({ lossless: true }).toBuffer()],
    ['avif', async (p: Sharp) => p.avif({ effort: 0 }).toBuffer()],
    ['tiff', async (p: Sharp) => p.tiff().toBuffer()],
    ['gif', async (p: Sharp) => p.gif().toBuffer()],
  ] as const)('%s by content, under another name', async (format, encode) => {
    const file = put('photo.jpg', await encode(sharp(await corners())))
    expect(await measure(file)).toMatchObject({
      ok: true,
      quickHash: quickHash(file),
      problem: null,
      facts: { width: 60, height: 40, format, isDamaged: false },
    })
    const { answer, out } = await thumbnail(file)
    expect(answer).toMatchObject({ ok: true, width: 60, height: 40 })
    expect(await seen(out)).toBe('RGBW')
    expect(await sharp(out).metadata()).toMatchObject({ format: 'jpeg' })
  })

  test('an orientation inside PNG and WebP is obeyed too', async () => {
    for (const format of ['png', 'webp', 'tiff'] as const) {
      const file = put(
        `a.${format}`,
        await sharp(await corners())
          .withMetadata({ orientation: 6 })
          .toFormat(format)
          .toBuffer(),
      )
      expect((await measure(file)) as object).toMatchObject({ facts: { width: 40, height: 60 } })
      expect((await thumbnail(file)).answer).toMatchObject({ width: 40, height: 60 })
    }
  })

  test('BMP, HEIC and raw are measured, and their tile says why it is empty', async () => {
    const expected = {
      answer: { task: expect.any(Number), ok: false, code: 'unsupported', reason: 'Format not supported.' },
    }
    for (const [file, facts] of [
      [put('a.bmp', bmp(7, -5)), { width: 7, height: 5, format: 'bmp' }],
      [put('a.heic', heic(4032, 3024, 1)), { width: 3024, height: 4032, format: 'heic' }],
      [
        put('a.nef', Buffer.from('II*\0\x08\0\0\0\0\0\0\0\0\0\0\0', 'latin1')),
        { width: null, height: null, format: 'raw' },
      ],
    ] as const) {
      expect(await measure(file)).toMatchObject({ ok: true, problem: null, facts: { ...facts, isDamaged: false } })
      expect(await thumbnail(file)).toMatchObject(expected)
    }
  })

  test('a raw file of camera tags gives them, and shows its preview', async () => {
    const preview = await sharp(await corners(160, 120))
      .jpeg()
      .toBuffer()
    const file = put('shot.nef', tiffWithPreview(preview))
    expect(await measure(file)).toMatchObject({ problem: null, facts: { format: 'raw', exif: { make: 'Norda' } } })
    const { answer, out } = await thumbnail(file)
    expect(answer).toMatchObject({ ok: true, width: 160, height: 120 })
    expect(await seen(out)).toBe('RGBW')
  })
})

describe('thumbnails', () => {
  test('fit the edge, keep the aspect, never grow, and carry no metadata', async () => {
    const big = await sharp(await corners(1200, 900))
      .withExif({ IFD0: { Make: 'Secret' } })
      .jpeg()
      .toBuffer()
    const file = put('big.jpg', big)
    const small = await thumbnail(file)
    expect(small.answer).toMatchObject({ width: 256, height: 192 })
    expect((await thumbnail(file, 512)).answer).toMatchObject({ width: 512, height: 384 })
    const { exif, xmp, icc, iptc } = await sharp(small.out).metadata()
    expect([exif, xmp, icc, iptc]).toEqual([undefined, undefined, undefined, undefined])
    expect(readFileSync(small.out).includes('Secret')).toBe(false)
  })

  test('transparency is laid on grey', async () => {
    const clear = sharp({ create: { width: 20, height: 20, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    const { out } = await thumbnail(put('clear.png', await clear.png().toBuffer()))
    const { dominant } = await sharp(out).stats()
    expect(dominant.r).toBeGreaterThan(110)
    expect(dominant.r).toBeLessThan(146)
  })

  test('the output is written only where nothing is yet', async () => {
    const file = put('a.png', await corners())
    const out = put('taken', 'keep me')
    const answer = await codecs.pool.run({ kind: 'thumbnail', file, edge: 256, out }).answer
    expect(answer).toMatchObject({ ok: false, code: 'unavailable' })
    expect(readFileSync(out, 'utf8')).toBe('keep me')
  })

  test('the preview inside a JPEG is turned and cut to its picture', async () => {
    const preview = await sharp(await corners(160, 120))
      .jpeg()
      .toBuffer()
    const picture = await sharp(await corners(600, 400))
      .jpeg()
      .toBuffer()
    const file = put('a.jpg', withPreview(picture, preview, 6))
    const { answer, out } = await thumbnail(file, 256, true)
    expect(answer).toMatchObject({ ok: true, width: 107, height: 160 })
    expect(await seen(out)).toBe('BRWG')
    expect((await thumbnail(put('b.jpg', picture), 256, true)).answer).toMatchObject({ ok: false, code: 'unsupported' })
  })
})

describe('damage', () => {
  test('a JPEG cut short is shown and marked', async () => {
    const whole = await sharp({
      create: {
        width: 800,
        height: 600,
        channels: 3,
        background: '#777',
        noise: { type: 'gaussian', mean: 120, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer()
    const file = put('cut.jpg', whole.subarray(0, Math.floor(whole.length * 0.6)))
    expect(await measure(file)).toMatchObject({
      ok: true,
      problem: null,
      facts: { width: 800, height: 600, isDamaged: true },
    })
    expect((await thumbnail(file)).answer).toMatchObject({ ok: true, width: 256, height: 192, isDamaged: true })
  })

  test('bytes after the end mark are no damage', async () => {
    const whole = await sharp(await corners())
      .jpeg()
      .toBuffer()
    const file = put('phone.jpg', Buffer.concat([whole, Buffer.alloc(300_000, 7)]))
    expect(await measure(file)).toMatchObject({ problem: null, facts: { isDamaged: false } })
  })

  test.each([
    ['empty', '', 'The file is empty.'],
    [
      'garbage',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)),
      'The file is not a picture that Gleaner knows, whatever its name says.',
    ],
    [
      'bytes above ASCII',
      Buffer.alloc(5000, 0xab),
      'The file is not a picture that Gleaner knows, whatever its name says.',
    ],
    [
      'an SVG',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      'The file is an SVG drawing, which Gleaner does not show.',
    ],
    ['a web page', '<!doctype html><title>401</title>', 'The file holds text, not a picture.'],
  ])('%s named .jpg', async (_, bytes, reason) => {
    const file = put('a.jpg', bytes)
    expect(await measure(file)).toEqual({
      task: expect.any(Number),
      ok: true,
      kind: 'measure',
      quickHash: quickHash(file),
      facts: { width: null, height: null, format: null, isDamaged: false, takenMs: null, exif: {} },
      problem: reason,
    })
    const { answer, out } = await thumbnail(file)
    expect(answer).toMatchObject({ ok: false, code: 'unreadable', reason })
    expect(existsSync(out)).toBe(false)
  })

  test('a header alone cannot be decoded, and says so', async () => {
    const file = put(
      'a.jpg',
      (
        await sharp(await corners())
          .jpeg()
          .toBuffer()
      ).subarray(0, 30),
    )
    expect(await measure(file)).toMatchObject({ ok: true, problem: 'The picture is damaged and cannot be decoded.' })
    expect((await thumbnail(file)).answer).toMatchObject({ ok: false, code: 'unreadable' })
  })

  test('a bomb is refused at its header', async () => {
    const file = put('bomb.png', bomb(60_000, 60_000))
    const begin = performance.now()
    expect(await measure(file)).toMatchObject({
      problem: 'The picture has more than 120 million pixels, too many to show.',
      facts: { width: 60_000, height: 60_000 },
    })
    expect((await thumbnail(file)).answer).toMatchObject({ ok: false, code: 'too-large' })
    expect(performance.now() - begin).toBeLessThan(2000)
  })

  test('what is no file or not there has its own answers', async () => {
    expect(await measure(join(folder.path, 'none.jpg'))).toMatchObject({ ok: false, code: 'missing' })
    const home = put('x', 'x')
    expect(await measure(join(home, 'none.jpg'))).toMatchObject({ ok: false, code: 'missing' })
    expect(await measure(folder.path)).toMatchObject({ ok: false, code: 'unreadable' })
    expect(statSync(folder.path).isDirectory()).toBe(true)
  })
})

describe('EXIF', () => {
  test('comes out under the names of the virtual keys', async () => {
    const exif = {
      IFD0: { Make: 'Norda', Model: 'Sentinel 4', Software: 'S 2.8' },
      IFD2: {
        DateTimeOriginal: '2026:05:03 21:30:45',
        SubSecTimeOriginal: '120',
        OffsetTimeOriginal: '+02:00',
        ISOSpeedRatings: '400',
        FNumber: '28/10',
        ExposureTime: '1/250',
        FocalLength: '50/1',
        LensModel: '50mm F1.8',
        BodySerialNumber: 'N4037',
      },
      IFD3: {
        GPSLatitudeRef: 'S',
        GPSLatitude: '33/1 26/1 14/1',
        GPSLongitudeRef: 'W',
        GPSLongitude: '70/1 39/1 2/1',
        GPSAltitudeRef: '0',
        GPSAltitude: '25/10',
      },
    }
    const bytes = await sharp(await corners())
      .withExif(exif)
      .jpeg()
      .toBuffer()
    // Below the sea: the encoder writes 0 whatever it is told, so the value of the tag is set by hand.
    bytes[bytes.indexOf(Buffer.from([5, 0, 1, 0, 1, 0, 0, 0])) + 8] = 1
    const file = put('a.jpg', bytes)
    const answer = await measure(file)
    const values = {
      make: 'Norda',
      model: 'Sentinel 4',
      lens: '50mm F1.8',
      serial: 'N4037',
      software: 'S 2.8',
      iso: 400,
      aperture: 2.8,
      shutter: 0.004,
      focal_length: 50,
      orientation: 1,
      'gps.lat': -33.4372222,
      'gps.lon': -70.6505556,
      'gps.alt': -2.5,
      offset: '+02:00',
    }
    expect(answer).toMatchObject({ ok: true, facts: { takenMs: Date.UTC(2026, 4, 3, 19, 30, 45, 120) } })
    expect(answer.ok && answer.facts.exif).toEqual(values)
  })

  test('the same is read from PNG and WebP', async () => {
    for (const format of ['png', 'webp'] as const) {
      const file = put(
        'a',
        await sharp(await corners())
          .withExif({ IFD0: { Make: 'Norda' } })
          .toFormat(format)
          .toBuffer(),
      )
      expect(await measure(file)).toMatchObject({ facts: { exif: { make: 'Norda' } } })
    }
  })

  test('what cannot be true is absent', async () => {
    const exif = {
      IFD0: { Make: '   ', Model: 'K2 ' },
      IFD2: { DateTimeOriginal: '0000:00:00 00:00:00', FNumber: '0/10', ExposureTime: '1/0' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '0/1 0/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '0/1 0/1 0/1' },
    }
    const answer = await measure(
      put(
        'a.jpg',
        await sharp(await corners())
          .withExif(exif)
          .jpeg()
          .toBuffer(),
      ),
    )
    expect(answer.ok && answer.facts).toMatchObject({ takenMs: null })
    expect(answer.ok && answer.facts.exif).toEqual({ model: 'K2', orientation: 1 })
  })

  test('XMP gives rating and words', async () => {
    const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="4" xmp:Label="Red"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Gate 4</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>`
    const answer = await measure(
      put(
        'a.jpg',
        await sharp(await corners())
          .withXmp(xmp)
          .jpeg()
          .toBuffer(),
      ),
    )
    expect(answer.ok && answer.facts.exif).toEqual({ 'xmp.rating': 4, 'xmp.label': 'Red', 'xmp.title': 'Gate 4' })
  })
})

function bmp(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(54 + 400)
  bytes.write('BM', 0, 'latin1')
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  return bytes
}

/** The boxes of a HEIC that hold its size: a tile, the picture, and a quarter turn. */
function heic(width: number, height: number, turns: number): Buffer {
  const box = (type: string, body: Buffer) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(body.length + 8, 0)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, body])
  }
  const extent = (w: number, h: number) => {
    const body = Buffer.alloc(12)
    body.writeUInt32BE(w, 4)
    body.writeUInt32BE(h, 8)
    return box('ispe', body)
  }
  const brand = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'))
  const properties = Buffer.concat([extent(512, 512), extent(width, height), box('irot', Buffer.from([turns]))])
  return Buffer.concat([brand, box('meta', Buffer.concat([Buffer.alloc(4), box('iprp', box('ipco', properties))]))])
}

/** A PNG whose header claims a size its few bytes do not have. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const bytes = Buffer.alloc(body.length + 12)
    bytes.writeUInt32BE(body.length, 0)
    bytes.write(type, 4, 'latin1')
    body.copy(bytes, 8)
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + body.length)), 8 + body.length)
    return bytes
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const pixels = deflateSync(Buffer.alloc(1_000_000))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A TIFF of two directories: Make and orientation, then a JPEG preview. */
function tiffWithPreview(preview: Buffer, orientation = 1): Buffer {
  const entry = ([tag, type, count, value]: readonly number[]) => {
    const bytes = Buffer.alloc(12)
    bytes.writeUInt16LE(tag ?? 0, 0)
    bytes.writeUInt16LE(type ?? 0, 2)
    bytes.writeUInt32LE(count ?? 0, 4)
    bytes.writeUInt32LE(value ?? 0, 8)
    return bytes
  }
  const directory = (entries: readonly (readonly number[])[], following: number) => {
    const count = Buffer.alloc(2)
    count.writeUInt16LE(entries.length, 0)
    const link = Buffer.alloc(4)
    link.writeUInt32LE(following, 0)
    return Buffer.concat([count, ...entries.map(entry), link])
  }
  const second = 8 + 30
  const text = second + 42
  const previewAt = text + 6
  return Buffer.concat([
    Buffer.from('II*\0\x08\0\0\0', 'latin1'),
    directory(
      [
        [0x10f, 2, 6, text],
        [0x112, 3, 1, orientation],
      ],
      second,
    ),
    directory(
      [
        [0x103, 3, 1, 6],
        [0x201, 4, 1, previewAt],
        [0x202, 4, 1, preview.length],
      ],
      0,
    ),
    Buffer.from('Norda\0', 'latin1'),
    preview,
  ])
}

function withPreview(jpeg: Buffer, preview: Buffer, orientation: number): Buffer {
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiffWithPreview(preview, orientation)])
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255])
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}
