/** Thumbnails of 12 megapixel photographs. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { djpeg, hasTool, vipsthumbnail } from '../baselines/thumbnailers.ts'
import type { Bench } from '../bench.ts'
import { inChild, median, repeat } from '../measure.ts'
import { benchPhotos } from '../photos.ts'
import type { Section } from '../report.ts'

const ROUNDS = 3

export async function thumbSection({ scratch, signal, note }: Bench): Promise<Section> {
  const files = await benchPhotos(note)
  note('Thumbnails …')
  const input = { files, rounds: ROUNDS }
  const ours = median(await inChild('thumbsOfEngine', input, signal))
  const alone = median(await inChild('thumbsOfSharp', input, signal))
  const out = join(scratch, 'thumbs')
  mkdirSync(out)
  const rate = async (tool: string, make: () => Promise<number>) =>
    hasTool(tool) ? median((await repeat(ROUNDS + 1, make)).slice(1)) : null
  const vips = await rate('vipsthumbnail', () => vipsthumbnail(files, out))
  const decoded = await rate('djpeg', () => djpeg(files))
  const what = '12 MP JPEG to 256 px, 2 in flight'
  return {
    title: 'Thumbnails',
    rows: [
      { what, unit: '/s', ours, baseline: { name: 'vipsthumbnail', value: vips }, gate: { ratio: 1 } },
      {
        what,
        unit: '/s',
        ours,
        baseline: { name: 'djpeg -scale 1/8, decoding only', value: decoded },
        gate: { ratio: 0.65 },
      },
      { what, unit: '/s', ours, baseline: { name: 'sharp alone, in one process', value: alone } },
    ],
  }
}
