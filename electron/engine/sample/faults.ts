/**
 * What is wrong with a few files of the sample: each of the ways in which real folders are, and which Gleaner reports.
 * From about 60 pictures on every fault occurs; more pictures have more of them, but never more than three huge files.
 */
import { createRandom } from './random.ts'
import type { SidecarText } from './sidecar.ts'

export const FAULTS = [
  'trailing-comma',
  'cut-short',
  'utf-16',
  'latin-1',
  'too-large',
  'too-deep',
  'bad-key',
  'list-of-objects',
  'not-an-object',
  'empty',
  'duplicate-key',
  'huge-number',
  'mixed-tags',
  'conflict-copy',
  'full-name',
  'orphan',
  'picture-cut-short',
  'picture-empty',
  'picture-is-drawing',
  'picture-is-text',
] as const
export type Fault = (typeof FAULTS)[number]

export type SampleFile = { readonly name: string; readonly bytes: Uint8Array }

const RARE: ReadonlySet<Fault> = new Set(['too-large', 'too-deep', 'utf-16'])
const PROBABILITY = 0.004

/** The fault of picture `index` of `images`, or null. */
export function faultOf({ seed, index, images }: { seed: string; index: number; images: number }): Fault | null {
  const step = images / FAULTS.length
  const due = Math.floor(index / step)
  if (step >= 3 && index === Math.floor((due + 0.5) * step)) return FAULTS[due] ?? null
  const random = createRandom(seed, 'fault', index)
  if (!random.chance(PROBABILITY) || images < 200) return null
  return random.pick(FAULTS.filter((fault) => !RARE.has(fault)))
}

/** The files that stand beside picture `NAME.EXT` for its sidecar, with the fault if there is one. */
export function sidecarFiles(
  sidecar: SidecarText | null,
  picture: { stem: string; extension: string },
  fault: Fault | null,
): SampleFile[] {
  if (sidecar === null) return []
  const name = `${picture.stem}.json`
  const whole = { name, bytes: Buffer.from(sidecar.text) }
  switch (fault) {
    case 'conflict-copy':
      return [whole, { name: `${picture.stem}.sync-conflict-20260504-081233-KX3TQ7A.json`, bytes: whole.bytes }]
    case 'orphan':
      return [whole, { name: `${picture.stem}_old.json`, bytes: whole.bytes }]
    case 'full-name':
      return [
        whole,
        {
          name: `${picture.stem}.${picture.extension}.json`,
          bytes: Buffer.from('{"reviewed": true, "reviewer": "anna"}\n'),
        },
      ]
    default:
      return [{ name, bytes: broken(sidecar, fault) }]
  }
}

/** The bytes of a picture with a fault, given those of a good one; null where the fault is not the picture's. */
export function brokenPicture(fault: Fault | null, good: () => Uint8Array): Uint8Array | null {
  switch (fault) {
    case 'picture-cut-short': {
      const bytes = good()
      return bytes.subarray(0, Math.floor(bytes.length * 0.6))
    }
    case 'picture-empty':
      return new Uint8Array()
    case 'picture-is-drawing':
      return Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><circle cx="32" cy="24" r="20"/></svg>\n',
      )
    case 'picture-is-text':
      return Buffer.from('<html><body>401 Unauthorized</body></html>\n')
    default:
      return null
  }
}

function broken({ text, value }: SidecarText, fault: Fault | null): Uint8Array {
  const member = (more: string) => Buffer.from(text.replace(/\s*\}\s*$/, `,\n  ${more}\n}\n`))
  switch (fault) {
    case 'trailing-comma':
      return Buffer.from(text.replace(/\s*\}\s*$/, ',\n}\n'))
    case 'cut-short':
      return Buffer.from(text.slice(0, Math.floor(text.length * 0.7)))
    case 'utf-16':
      return Buffer.from(`\uFEFF${JSON.stringify(value, null, 2)}`, 'utf16le')
    case 'latin-1':
      return Buffer.from(JSON.stringify({ ...value, operator: 'Jörg Müller' }, null, 2), 'latin1')
    case 'too-large':
      return Buffer.from(JSON.stringify({ ...value, debug: 'x'.repeat(300_000) }))
    case 'too-deep':
      return Buffer.from(`{"camera_id":"x","trace":${'{"a":'.repeat(90)}1${'}'.repeat(91)}`)
    case 'bad-key':
      return member('"operator name": "mk", "gps/fix": true')
    case 'list-of-objects':
      return member('"detections": [{"class": "forklift", "score": 0.93}, {"class": "person", "score": 0.61}]')
    case 'not-an-object':
      return Buffer.from(`[${JSON.stringify(value)}]\n`)
    case 'empty':
      return new Uint8Array()
    case 'duplicate-key':
      return member('"shift": "late", "shift": "night"')
    case 'huge-number':
      return member('"exposure_bias": 1e400, "frame_id": 9007199254740993')
    case 'mixed-tags':
      return Buffer.from(JSON.stringify({ ...value, tags: ['forklift', 3] }))
    default:
      return Buffer.from(text)
  }
}
