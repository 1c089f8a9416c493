/**
 * The benchmark's library: N images in folders of 400, each with one 200–400 byte sidecar of 15 keys in the shapes of
 * performance.md §1. Images are one tiny valid picture, because ingest does not decode. Made once per N and seed, and
 * kept in the system's temp folder.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PER_FOLDER = 400
const VERSION = 2
const REPORT_EVERY = 100_000
/** Two files an image, each in a block and an inode of its own. */
const BYTES_AN_IMAGE = 2 * (4096 + 256)

/** The smallest picture every decoder takes: a 1×1 GIF. */
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

export type BenchData = { readonly folder: string; readonly images: number }

/** The shared data of this size, made if it is not there yet; nobody may change it. */
export function benchData(images: number, report: (line: string) => void): BenchData {
  const folder = join(tmpdir(), `gleaner-bench-${VERSION}-${images}`)
  const stamp = join(folder, '.complete')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === String(images)) return { folder, images }
  const gigabytes = ((images * BYTES_AN_IMAGE) / 1e9).toFixed(1)
  report(`Making ${images.toLocaleString('en')} images with sidecars, about ${gigabytes} GB of disk …`)
  makeImages(folder, images, report)
  writeFileSync(stamp, String(images))
  report(`They stay in ${folder} for the next run; delete the folder when you are done.`)
  return { folder, images }
}

/** Writes the same images into any folder. */
export function makeImages(folder: string, images: number, report: (line: string) => void = () => {}): void {
  const random = mulberry32(20_260_503)
  let dir = folder
  for (let i = 0; i < images; i += 1) {
    if (i % PER_FOLDER === 0) {
      const day = String(Math.floor(i / (PER_FOLDER * 10)) + 1).padStart(3, '0')
      dir = join(folder, `day-${day}`, `cam-${(Math.floor(i / PER_FOLDER) % 10) + 1}`)
      mkdirSync(dir, { recursive: true })
    }
    const name = `IMG_${String(i).padStart(7, '0')}`
    writeFileSync(join(dir, `${name}.gif`), PICTURE)
    writeFileSync(join(dir, `${name}.json`), sidecar(i, random))
    if ((i + 1) % REPORT_EVERY === 0 && i + 1 < images) report(`${(i + 1).toLocaleString('en')} made`)
  }
}

const SHIFTS = ['day', 'night', 'dusk']
const WEATHER = ['clear', 'rain', 'fog', 'snow', 'overcast']
const LENSES = ['24mm', '35mm', '50mm', '85mm']

/** Fifteen keys: few and many distinct values, numbers, booleans, nested, present on all or on some. */
function sidecar(i: number, random: () => number): string {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  return JSON.stringify({
    camera_id: `cam${String(Math.floor(random() * 40)).padStart(3, '0')}`,
    location: `warehouse-${Math.floor(random() * 60)}`,
    shift: pick(SHIFTS),
    weather: pick(WEATHER),
    quality_score: Math.round(random() * 1000) / 10,
    reviewed: random() < 0.3,
    batch: Math.floor(i / 1000),
    operator: `operator-${Math.floor(random() * 200)}`,
    capture: {
      temperature: Math.round(random() * 600 - 200) / 10,
      lens: pick(LENSES),
      iso: 100 * 2 ** Math.floor(random() * 6),
    },
    gps: { lat: Math.round(random() * 1e6) / 1e6 + 59, lon: Math.round(random() * 1e6) / 1e6 + 18 },
    frame: i,
    ...(random() < 0.5 && { note: `note ${Math.floor(random() * 5000)}` }),
  })
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
