/** Where the sample was taken: five sites with four cameras each, their shifts, and the weather of a day. */
import type { LightName, WeatherName } from './light.ts'
import { createRandom, type Random } from './random.ts'
import type { PlaceName } from './scene.ts'

export type Site = {
  readonly id: string
  readonly location: string
  readonly place: PlaceName
  readonly lat: number
  readonly lon: number
  readonly offset: string
  readonly weathers: readonly WeatherName[]
}

type CameraKind = 'fixed' | 'hand' | 'drone'

export type Camera = {
  readonly id: string
  readonly folder: string
  readonly site: Site
  readonly kind: CameraKind
  readonly make: string
  readonly model: string
  readonly lens: string
  readonly serial: string
  readonly software: string
  readonly focalLength: number
  readonly aperture: number
  readonly size: readonly [number, number]
}

export const SHIFTS = ['day', 'dusk', 'night'] as const
export type ShiftName = (typeof SHIFTS)[number]

const MILD: readonly WeatherName[] = ['clear', 'clear', 'clear', 'overcast', 'overcast', 'rain', 'fog']
const NORTH: readonly WeatherName[] = ['clear', 'overcast', 'snow', 'snow', 'fog', 'rain']

const SITES: readonly Site[] = [
  {
    id: 'site-1',
    location: 'warehouse-3',
    place: 'warehouse',
    lat: 53.5412,
    lon: 9.9839,
    offset: '+02:00',
    weathers: MILD,
  },
  { id: 'site-2', location: 'yard-east', place: 'yard', lat: 53.5107, lon: 9.9381, offset: '+02:00', weathers: MILD },
  { id: 'site-3', location: 'dock-2', place: 'dock', lat: 51.9244, lon: 4.4777, offset: '+02:00', weathers: MILD },
  {
    id: 'site-4',
    location: 'field-north',
    place: 'field',
    lat: 67.8558,
    lon: 20.2253,
    offset: '+02:00',
    weathers: NORTH,
  },
  {
    id: 'site-5',
    location: 'warehouse-7',
    place: 'warehouse',
    lat: -33.4372,
    lon: -70.6506,
    offset: '-04:00',
    weathers: MILD,
  },
]

const FIXED = {
  make: 'Norda',
  model: 'Sentinel 4',
  lens: 'Sentinel 3.6mm F2.0',
  software: 'Sentinel 2.8.1',
  focalLength: 3.6,
  aperture: 2,
}
const HAND = {
  make: 'Kestrel',
  model: 'K2',
  lens: 'Kestrel 50mm F1.8',
  software: 'K2 1.04',
  focalLength: 50,
  aperture: 2.8,
}
const DRONE = {
  make: 'Halcyon',
  model: 'Scout 3',
  lens: 'Scout 24mm F2.8',
  software: 'Scout 3.11',
  focalLength: 24,
  aperture: 2.8,
}

/** All cameras, numbered through: cam001 … cam020; the fourth of a site is carried or flown. */
export const CAMERAS: readonly Camera[] = SITES.flatMap((site, s) =>
  [1, 2, 3, 4].map((n): Camera => {
    const number = s * 4 + n
    const kind: CameraKind = n < 4 ? 'fixed' : site.place === 'field' ? 'drone' : 'hand'
    const body = { fixed: FIXED, hand: HAND, drone: DRONE }[kind]
    return {
      ...body,
      id: `cam${String(number).padStart(3, '0')}`,
      folder: `${site.id}/cam-${String(number).padStart(2, '0')}`,
      site,
      kind,
      serial: `${body.model.slice(0, 2).toUpperCase()}${4000 + number * 37}`,
      size: kind === 'drone' ? [640, 360] : kind === 'hand' ? [600, 450] : [640, 480],
    }
  }),
)

/** The weather at a site on a day; every camera there sees the same. */
export function weatherOn(seed: string, date: string, site: Site): WeatherName {
  return createRandom(seed, 'weather', date, site.id).pick(site.weathers)
}

/** When a shift begins, in minutes after midnight, and the light it has then. */
export function beginOf(shift: ShiftName, random: Random): { minute: number; light: LightName } {
  if (shift === 'dusk') return { minute: random.whole(19 * 60 + 20, 20 * 60 + 40), light: 'dusk' }
  if (shift === 'night') return { minute: random.whole(22 * 60, 22 * 60 + 30), light: 'night' }
  const minute = random.whole(5 * 60 + 20, 16 * 60)
  return { minute, light: minute < 7 * 60 ? 'dawn' : 'day' }
}
