/** What the sample's sidecars say, and how they are written: each site has its own habits, as real ones do. */
import { createRandom, type Random } from './random.ts'
import type { Shot } from './shots.ts'

export type SidecarText = { readonly value: Readonly<Record<string, unknown>>; readonly text: string }

const OPERATORS = ['mk', 'jo', 'anna', 'r.silva', 'tk-04']
const DEFECTS = ['crack', 'rust', 'dent', 'spill', 'torn-wrap', 'missing-label']
const NOTES = ['check again tomorrow', 'lens was dirty', 'wind from the left', 'gate 4 blocked', 'ok']

/** The sidecar of a picture, or null where nobody wrote one. */
export function sidecarOf(seed: string, shot: Shot): SidecarText | null {
  const random = createRandom(seed, 'sidecar', shot.index)
  if (random.chance(0.07)) return null
  const value = withSlips(valueOf(shot, random), random)
  return { value, text: write(value, shot) }
}

function valueOf(shot: Shot, random: Random): Record<string, unknown> {
  const { scene, camera, shift, position } = shot
  const { weather, place } = scene.backdrop
  const quality = Math.max(
    4,
    Math.min(99.5, 97 - scene.noise * 4 - scene.blur * 3.2 - Math.abs(scene.exposure - 1) * 90 + random.bell() * 3),
  )
  const tags = tagsOf(shot, random)
  const defects = random.chance(0.16) ? random.shuffle(DEFECTS).slice(0, random.whole(1, 3)) : []
  return {
    camera_id: camera.id,
    location: camera.site.location,
    site: camera.site.id,
    quality_score: round(quality, 1),
    reviewed: random.chance(0.4),
    capture: {
      temperature: round((place === 'field' ? 2 : 19) + (shift === 'night' ? -6 : 3) + random.bell() * 4, 1),
      lens: `${camera.focalLength}mm`,
      ...(random.chance(0.3) && { operator: random.pick(OPERATORS) }),
    },
    ...((camera.kind !== 'fixed' || random.chance(0.5)) && { gps: position }),
    shift,
    ...(place !== 'warehouse' && { weather }),
    ...(defects.length > 0 && { defects }),
    ...(random.chance(0.05) && { note: random.pick(NOTES) }),
    ...(tags.length > 0 && { tags }),
  }
}

function tagsOf({ scene }: Shot, random: Random): string[] {
  if (random.chance(0.55)) return []
  const seen: string[] = [...new Set(scene.actors.map((actor) => actor.kind))].filter(() => random.chance(0.8))
  if (scene.blur > 0) seen.push('blurry')
  if (random.chance(0.3)) seen.push('reviewed')
  if (random.chance(0.04)) seen.push('keep')
  return seen
}

// What people and scripts get wrong: a number in quotes, yes for true, a letter missing.
function withSlips(value: Record<string, unknown>, random: Random): Record<string, unknown> {
  const dice = random.next()
  if (dice < 0.008) return { ...value, quality_score: String(value['quality_score']) }
  if (dice < 0.014) return { ...value, reviewed: value['reviewed'] === true ? 'yes' : 'no' }
  if (dice < 0.02)
    return { ...value, location: String(value['location']).replace('house', 'hose').replace('field', 'feild') }
  if (dice >= 0.026) return value
  const { location, ...rest } = value
  return { ...rest, locaton: location }
}

function write(value: Record<string, unknown>, { camera }: Shot): string {
  if (camera.kind === 'hand') return `${JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')}\r\n`
  if (camera.kind === 'drone') return `\uFEFF${JSON.stringify(value, null, '\t')}`
  if (camera.site.place === 'dock') return JSON.stringify(flatten(value))
  return `${JSON.stringify(value, null, 2)}\n`
}

// The dock's own software writes dotted keys.
function flatten(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.entries(member).map(([inner, leaf]) => [`${key}.${inner}`, leaf])
        : [[key, member]],
    ),
  )
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
