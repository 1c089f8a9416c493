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
const LAST_BRACE = /\s*\}\s*$/

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
      return [{ name, bytes: (fault && BREAKS[fault]?.(sidecar)) ?? whole.bytes }]
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

type Break = (sidecar: SidecarText) => Uint8Array

const BREAKS: Partial<Record<Fault, Break>> = {
  'trailing-comma': ({ text }) => Buffer.from(text.replace(LAST_BRACE, ',\n}\n')),
  'cut-short': ({ text }) => Buffer.from(text.slice(0, Math.floor(text.length * 0.7))),
  'utf-16': ({ value }) => Buffer.from(`\uFEFF${JSON.stringify(value, null, 2)}`, 'utf16le'),
  'latin-1': ({ value }) => Buffer.from(JSON.stringify({ ...value, operator: 'Jörg Müller' }, null, 2), 'latin1'),
  'too-large': ({ value }) => Buffer.from(JSON.stringify({ ...value, debug: 'x'.repeat(300_000) })),
  'too-deep': () => Buffer.from(`{"camera_id":"x","trace":${'{"a":'.repeat(90)}1${'}'.repeat(91)}`),
  'bad-key': withMember('"operator name": "mk", "gps/fix": true'),
  'list-of-objects': withMember(
    '"detections": [{"class": "forklift", "score": 0.93}, {"class": "person", "score": 0.61}]',
  ),
  'not-an-object': ({ value }) => Buffer.from(`[${JSON.stringify(value)}]\n`),
  empty: () => new Uint8Array(),
  'duplicate-key': withMember('"shift": "late", "shift": "night"'),
  'huge-number': withMember('"exposure_bias": 1e400, "frame_id": 9007199254740993'),
  'mixed-tags': ({ value }) => Buffer.from(JSON.stringify({ ...value, tags: ['forklift', 3] })),
}

function withMember(member: string): Break {
  return ({ text }) => Buffer.from(text.replace(LAST_BRACE, `,\n  ${member}\n}\n`))
}
