/** Photographs of 12 megapixels: scenes of the sample painter, enlarged, with noise so that they are as heavy as real ones. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { makeSample } from '../../electron/engine/sample/make.ts'
import { createCodecPool } from '../../electron/engine/thumbs/codec-pool.ts'
import { launchCodec } from '../../electron/hosts/launch-codec.ts'

const VERSION = 1
const PHOTOS = 24
const SIZE = { width: 4000, height: 3000 }

/** Their paths; made once and kept in the system's temp folder. */
export async function benchPhotos(report: (line: string) => void): Promise<readonly string[]> {
  const folder = join(tmpdir(), `gleaner-bench-photos-${VERSION}`)
  if (!existsSync(folder)) {
    report(`Making ${PHOTOS} photographs of 12 megapixels …`)
    await makePhotos(folder)
  }
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
}

async function makePhotos(folder: string): Promise<void> {
  const temp = mkdtempSync(join(tmpdir(), 'gleaner-bench-making-'))
  const scenes = join(temp, 'scenes')
  const done = join(temp, 'photos')
  mkdirSync(done)
  const pool = createCodecPool({
    launch: launchCodec,
    size: availableParallelism(),
    clock: { now: () => performance.now() },
    log: { info() {}, warn() {}, error() {} },
  })
  try {
    // A few more than needed: some of a sample are broken on purpose.
    await makeSample({ images: PHOTOS * 2, out: scenes, seed: 'bench', pool })
    const files = readdirSync(scenes, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jpg'))
      .sort()
    let made = 0
    for (const name of files) {
      if (made === PHOTOS) break
      const isMade = await enlarge(join(scenes, name), join(done, `photo-${String(made).padStart(2, '0')}.jpg`))
      if (isMade) made += 1
    }
    renameSync(done, folder)
  } finally {
    await pool.close()
    rmSync(temp, { recursive: true, force: true })
  }
}

async function enlarge(from: string, to: string): Promise<boolean> {
  try {
    const picture = await sharp(from, { failOn: 'warning' })
      .resize({ ...SIZE, fit: 'cover' })
      .toBuffer()
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 12 }
    const grain = await sharp({ create: { ...SIZE, channels: 3, background: '#808080', noise } })
      .png()
      .toBuffer()
    await sharp(picture)
      .composite([{ input: grain, blend: 'overlay' }])
      .jpeg({ quality: 90 })
      .toFile(to)
    return true
  } catch {
    return false
  }
}
