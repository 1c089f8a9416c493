/** What is on a sample picture: plain data, planned by shots.ts and painted by paint.ts in a codec process. */
import type { LightName, WeatherName } from './light.ts'

export type PlaceName = 'yard' | 'warehouse' | 'dock' | 'field'
export type ActorName = 'forklift' | 'person' | 'truck' | 'pallet' | 'cone'

export type Actor = {
  readonly kind: ActorName
  /** Across the picture, 0 … 1. */
  readonly x: number
  /** How near: 1 = at the lower edge, 0 = at the horizon. */
  readonly near: number
  readonly isMirrored: boolean
  /** Picks its colours. */
  readonly look: number
}

/** A place as one camera sees it in one light; many pictures share it, so it is painted once and kept. */
export type Backdrop = {
  readonly place: PlaceName
  readonly seed: string
  readonly light: LightName
  readonly weather: WeatherName
}

export type Scene = {
  readonly backdrop: Backdrop
  readonly width: number
  readonly height: number
  /** Where the picture is cut out of the backdrop, in pixels from the middle. */
  readonly shift: readonly [number, number]
  readonly actors: readonly Actor[]
  /** Brightness factor. */
  readonly exposure: number
  /** Standard deviation of the sensor noise, in steps of 255. */
  readonly noise: number
  /** Pixels of motion blur; 0 = sharp. */
  readonly blur: number
  /** Seed of what differs between two pictures of the same thing: noise, raindrops. */
  readonly moment: string
  /** Text burnt into the lower edge, as fixed cameras do. */
  readonly stamp: string | null
  readonly format: 'jpeg' | 'png' | 'webp'
  /** EXIF orientation; the pixels are turned the other way. */
  readonly orientation: 1 | 3 | 6 | 8
  /** EXIF tags as sharp takes them: directory → name → text. */
  readonly exif: Readonly<Record<string, Readonly<Record<string, string>>>>
}
