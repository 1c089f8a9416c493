/**
 * The plan of a sample: which pictures there are, what is on them and what their sidecars say. Pure and repeatable:
 * the same seed and number give the same plan, and painting it gives the same bytes.
 *
 * Pictures come in sessions — a camera, a day, a shift — along a clock, with bursts of near-duplicates and, for cameras
 * that are carried, a track of positions.
 */
import { createRandom, type Random } from './random.ts'
import type { Actor, ActorName, PlaceName, Scene } from './scene.ts'
import { beginOf, CAMERAS, SHIFTS, weatherOn, type Camera, type ShiftName } from './world.ts'

export type Shot = {
  readonly index: number
  /** Folder below OUT, `/` between the parts. */
  readonly folder: string
  /** Name without extension. */
  readonly stem: string
  readonly extension: string
  readonly scene: Scene
  readonly camera: Camera
  readonly shift: ShiftName
  readonly position: { readonly lat: number; readonly lon: number }
  /** ISO date and time with offset. */
  readonly taken: string
  /** A copy of the picture before it, byte for byte, or another format of it under the same stem. */
  readonly twin: 'copy' | 'format' | null
}

type Session = { date: string; camera: Camera; shift: ShiftName; length: number }

const FIRST_DAY = Date.UTC(2026, 4, 3)
const DAY_MS = 86_400_000

/** Plans `images` pictures, session after session. */
export function* planShots({ images, seed }: { images: number; seed: string }): Generator<Shot> {
  const perSession = Math.max(2, Math.min(48, Math.round(images / 30)))
  let index = 0
  for (let day = 0; index < images; day += 1) {
    const date = new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10)
    const turns = CAMERAS.flatMap((camera) => SHIFTS.map((shift) => ({ camera, shift })))
    for (const turn of createRandom(seed, 'turns', date).shuffle(turns)) {
      if (index >= images) return
      const session = { ...turn, date, length: Math.min(perSession, images - index) }
      yield* planSession(seed, session, index)
      index += session.length
    }
  }
}

function* planSession(seed: string, session: Session, first: number): Generator<Shot> {
  const { camera, date, shift, length } = session
  const random = createRandom(seed, 'session', date, camera.id, shift)
  const begin = beginOf(shift, random)
  const heading = random.between(0, 2 * Math.PI)
  const track = { lat: camera.site.lat + random.bell() * 0.002, lon: camera.site.lon + random.bell() * 0.003 }
  const light = { name: begin.light, weather: weatherOn(seed, date, camera.site) }
  let clockMs = begin.minute * 60_000 + random.whole(0, 59_999)
  let burst = 0
  let scene: Scene | null = null
  let before: Shot | null = null
  for (let i = 0; i < length; i += 1) {
    const twin = before && burst === 0 ? twinOf(random) : null
    if (twin && before) {
      before = yieldTwin(before, twin, first + i)
      yield before
      continue
    }
    const isBurst: boolean = burst > 0 && scene !== null
    if (isBurst) burst -= 1
    else if (random.chance(0.16)) burst = random.whole(2, 4)
    clockMs += isBurst ? random.whole(200, 600) : random.whole(4_000, 55_000)
    walk(track, camera, { random, heading })
    const moment = { date, clockMs: Math.min(clockMs, DAY_MS - 1), light, track, previous: isBurst ? scene : null }
    scene = planScene(seed, camera, { ...moment, random })
    before = { ...shotOf(session, { scene, clockMs: moment.clockMs, track, number: i }), index: first + i, twin: null }
    yield before
  }
}

function twinOf(random: Random): Shot['twin'] {
  const dice = random.next()
  return dice < 0.006 ? 'copy' : dice < 0.014 ? 'format' : null
}

function yieldTwin(shot: Shot, twin: 'copy' | 'format', index: number): Shot {
  if (twin === 'copy') return { ...shot, index, stem: `${shot.stem} (1)`, twin }
  const isWebp = shot.extension !== 'webp' && index % 2 === 0
  const [format, extension] = isWebp ? (['webp', 'webp'] as const) : (['png', 'png'] as const)
  return { ...shot, index, twin, extension, scene: { ...shot.scene, format } }
}

type Track = { lat: number; lon: number }

function walk(track: Track, camera: Camera, { random, heading }: { random: Random; heading: number }): void {
  if (camera.kind === 'fixed') return
  const metres = camera.kind === 'drone' ? random.between(10, 45) : random.between(1, 12)
  const angle = heading + random.bell() * 0.5
  track.lat += (Math.cos(angle) * metres) / 111_320
  track.lon += (Math.sin(angle) * metres) / (111_320 * Math.cos((track.lat * Math.PI) / 180))
}

type Moment = {
  readonly date: string
  readonly clockMs: number
  readonly light: { name: Scene['backdrop']['light']; weather: Scene['backdrop']['weather'] }
  readonly track: Track
  readonly previous: Scene | null
  readonly random: Random
}

function planScene(seed: string, camera: Camera, moment: Moment): Scene {
  const { light, random, previous, date, clockMs } = moment
  const isCarried = camera.kind !== 'fixed'
  const reach = isCarried ? 26 : 4
  const view = isCarried ? `-${random.whole(1, 3)}` : ''
  const backdrop = {
    place: camera.site.place,
    seed: `${seed}-${camera.id}${view}`,
    light: light.name,
    weather: light.weather,
  }
  const shift: [number, number] = [random.between(-reach, reach), random.between(-reach, reach)]
  const isDark = light.name === 'night'
  const fresh = {
    backdrop,
    shift,
    actors: planActors(camera.site.place, random),
    exposure: step(1 + random.bell() * 0.07, 100),
  }
  const kept = previous ? nearly(previous, random) : fresh
  const exposure = exposureOf(isDark, random)
  return {
    ...kept,
    width: camera.size[0],
    height: camera.size[1],
    noise: step((isDark ? 4 : 1) + random.between(0, 1.5), 2),
    blur: random.chance(isCarried ? 0.12 : isDark ? 0.08 : 0.03) ? random.whole(3, 14) : 0,
    moment: `${camera.id}-${date}-${clockMs}`,
    stamp: isCarried ? null : `${camera.id.toUpperCase()} ${date} ${clock(clockMs)}`,
    format: 'jpeg',
    orientation: camera.kind === 'hand' ? random.pick([1, 1, 1, 1, 6, 6, 8, 3] as const) : 1,
    exif: exifOf(camera, { ...moment, exposure }),
  }
}

// The next picture of a burst: the same view, a hair further on.
function nearly(scene: Scene, random: Random): Pick<Scene, 'backdrop' | 'shift' | 'actors' | 'exposure'> {
  const { backdrop, exposure } = scene
  const shift: [number, number] = [
    clamp(scene.shift[0] + random.between(-2, 2), 30),
    clamp(scene.shift[1] + random.between(-2, 2), 30),
  ]
  const actors = scene.actors.map((actor) => ({ ...actor, x: actor.x + (actor.isMirrored ? -0.012 : 0.012) }))
  return { backdrop, shift, actors, exposure }
}

const CAST: Record<PlaceName, readonly ActorName[]> = {
  yard: ['forklift', 'truck', 'truck', 'person', 'cone', 'pallet'],
  warehouse: ['forklift', 'forklift', 'person', 'person', 'pallet', 'pallet', 'cone'],
  dock: ['truck', 'forklift', 'person', 'pallet', 'cone'],
  field: ['person', 'truck', 'person'],
}

/** Where the free floor begins, as nearness: behind it stand containers or a wall. */
const FLOOR_FROM: Record<PlaceName, number> = { yard: 0.44, warehouse: 0.24, dock: 0.36, field: 0.2 }

function planActors(place: PlaceName, random: Random): Actor[] {
  const count = random.pick([0, 0, 1, 1, 1, 2, 2, 3, 4])
  const isIndoors = place === 'warehouse'
  return Array.from({ length: count }, () => {
    const near = random.between(FLOOR_FROM[place], isIndoors ? 0.8 : 0.74)
    const spread = isIndoors ? 0.22 : 0.46
    return {
      kind: random.pick(CAST[place]),
      x: step(0.5 + random.between(-spread, spread), 1000),
      near: step(near, 1000),
      isMirrored: random.chance(0.5),
      look: random.whole(0, 9999),
    }
  })
}

type Exposure = { iso: number; seconds: number }

function exposureOf(isDark: boolean, random: Random): Exposure {
  return isDark
    ? { iso: random.pick([1600, 3200, 6400]), seconds: random.pick([15, 30, 60]) }
    : { iso: random.pick([100, 100, 200, 400]), seconds: random.pick([125, 250, 500, 1000]) }
}

function exifOf(camera: Camera, moment: Moment & { exposure: Exposure }): Scene['exif'] {
  const { date, clockMs, track, exposure, random } = moment
  const body = { Make: camera.make, Model: camera.model, Software: camera.software }
  const shot = {
    DateTimeOriginal: `${date.replaceAll('-', ':')} ${clock(clockMs)}`,
    SubSecTimeOriginal: String(clockMs % 1000).padStart(3, '0'),
    OffsetTimeOriginal: camera.site.offset,
    ISOSpeedRatings: String(exposure.iso),
    FNumber: `${camera.aperture * 10}/10`,
    ExposureTime: `1/${exposure.seconds}`,
    FocalLength: `${camera.focalLength * 10}/10`,
    LensModel: camera.lens,
    BodySerialNumber: camera.serial,
  }
  if (camera.kind === 'fixed') return { IFD0: body, IFD2: shot }
  const height = camera.kind === 'drone' ? random.whole(300, 900) : random.whole(20, 140)
  return {
    IFD0: body,
    IFD2: shot,
    IFD3: {
      GPSLatitudeRef: track.lat < 0 ? 'S' : 'N',
      GPSLatitude: degrees(track.lat),
      GPSLongitudeRef: track.lon < 0 ? 'W' : 'E',
      GPSLongitude: degrees(track.lon),
      GPSAltitudeRef: '0',
      GPSAltitude: `${height}/10`,
    },
  }
}

function shotOf({ camera, date, shift }: Session, at: { scene: Scene; clockMs: number; track: Track; number: number }) {
  const time = clock(at.clockMs).replaceAll(':', '')
  const number = String(at.number + 1).padStart(4, '0')
  const shiftLetter = { day: 'A', dusk: 'B', night: 'C' }[shift]
  const stem = {
    fixed: `${camera.id}_${date.replaceAll('-', '')}_${time}_${number}`,
    hand: `IMG_${shiftLetter}${number}`,
    drone: `SCT_${shiftLetter}${number}`,
  }[camera.kind]
  return {
    folder: `${date}/${camera.folder}`,
    stem,
    extension: camera.kind === 'hand' ? 'JPG' : 'jpg',
    scene: at.scene,
    camera,
    shift,
    position: { lat: step(at.track.lat, 1_000_000), lon: step(at.track.lon, 1_000_000) },
    taken: `${date}T${clock(at.clockMs)}${camera.site.offset}`,
  }
}

function degrees(value: number): string {
  const seconds = Math.round(Math.abs(value) * 3_600_000)
  return `${Math.floor(seconds / 3_600_000)}/1 ${Math.floor(seconds / 60_000) % 60}/1 ${seconds % 60_000}/1000`
}

function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}

function step(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value))
}
