/** Thumbnails of the same photographs: by the engine's codec processes, and by sharp alone. */
import { availableParallelism, tmpdir } from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { createCodecPool } from '../../../electron/engine/thumbs/codec-pool.ts'
import { launchCodec } from '../../../electron/hosts/launch-codec.ts'

const EDGE = 256
const IN_FLIGHT = 2

type Input = { readonly files: readonly string[]; readonly rounds: number }

/** Thumbnails a second, once the codec processes run. */
export async function thumbsOfEngine({ files, rounds }: Input) {
  const pool = createCodecPool({
    launch: launchCodec,
    size: Math.min(IN_FLIGHT, availableParallelism()),
    clock: { now: () => performance.now() },
    log: { info() {}, warn() {}, error() {} },
  })
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-bench-thumbs-'))
  let next = 0
  const make = async (file: string) => {
    const out = join(folder, `${(next += 1)}.jpg`)
    const answer = await pool.run({ kind: 'thumbnail', file, edge: EDGE, out }, { limitMs: 60_000 }).answer
    if (!answer?.ok) throw new Error(`${file}: ${answer?.reason ?? 'stopped'}`)
  }
  try {
    return await rates(files, rounds, async (file) => make(file))
  } finally {
    await pool.close()
    rmSync(folder, { recursive: true })
  }
}

/** The decoder by itself, in this process. */
export async function thumbsOfSharp({ files, rounds }: Input) {
  sharp.concurrency(1)
  sharp.cache(false)
  return rates(files, rounds, async (file) => {
    await sharp(file).autoOrient().resize(EDGE, EDGE, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer()
  })
}

/** Thumbnails a second in each round, two in flight; a first round warms up. */
async function rates(files: readonly string[], rounds: number, make: (file: string) => Promise<void>) {
  const found: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const waiting = [...files]
    const start = performance.now()
    const take = async () => {
      for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) await make(file)
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, take))
    if (round > 0) found.push((files.length * 1000) / (performance.now() - start))
  }
  return found
}
