/** Light and weather as colours: what the sky looks like, how the air tints things, and what distance does to them. */
import { mix, type Color } from './canvas.ts'

export type LightName = 'dawn' | 'day' | 'dusk' | 'night'
export type WeatherName = 'clear' | 'overcast' | 'rain' | 'fog' | 'snow'

export type Air = {
  readonly skyTop: Color
  readonly skyBottom: Color
  /** Colour of things far away. */
  readonly haze: Color
  /** 0 = clear, 1 = nothing to be seen at the horizon. */
  readonly hazeAmount: number
  /** Factors a channel that daylight colours are multiplied with. */
  readonly tint: Color
  readonly hasLamps: boolean
  readonly isWet: boolean
  readonly isSnowy: boolean
}

const SKIES: Record<LightName, { top: Color; bottom: Color; tint: Color }> = {
  dawn: { top: [104, 130, 178], bottom: [246, 196, 152], tint: [0.86, 0.74, 0.7] },
  day: { top: [82, 138, 208], bottom: [196, 220, 238], tint: [1, 1, 1] },
  dusk: { top: [62, 66, 120], bottom: [238, 142, 88], tint: [0.74, 0.55, 0.52] },
  night: { top: [8, 11, 24], bottom: [30, 36, 58], tint: [0.2, 0.23, 0.32] },
}
const GREYS: Record<LightName, number> = { dawn: 150, day: 196, dusk: 106, night: 30 }
const CLOUDED: Record<WeatherName, number> = { clear: 0, overcast: 0.85, rain: 0.92, fog: 0.95, snow: 0.88 }
const HAZES: Record<WeatherName, number> = { clear: 0.22, overcast: 0.3, rain: 0.5, fog: 0.92, snow: 0.6 }

/** The air at a time of day in a kind of weather. */
export function airOf(light: LightName, weather: WeatherName): Air {
  const sky = SKIES[light]
  const grey = GREYS[light]
  const clouds: Color = [grey * 0.96, grey * 0.99, grey * 1.04]
  const cover = CLOUDED[weather]
  const skyBottom = mix(sky.bottom, clouds, cover)
  const evened = (sky.tint[0] + sky.tint[1] + sky.tint[2]) / 3
  const dull = weather === 'clear' ? 1 : 0.86
  const tint = mix(sky.tint, [evened, evened, evened * 1.04], cover * 0.7)
  return {
    skyTop: mix(sky.top, [clouds[0] * 0.86, clouds[1] * 0.87, clouds[2] * 0.9], cover),
    skyBottom,
    haze: skyBottom,
    hazeAmount: HAZES[weather],
    tint: [tint[0] * dull, tint[1] * dull, tint[2] * dull],
    hasLamps: light === 'night' || light === 'dusk',
    isWet: weather === 'rain',
    isSnowy: weather === 'snow',
  }
}

/** A daylight colour as it looks in this air at a distance of 0 (here) to 1 (the horizon). */
export function tone(air: Air, color: Color, distance: number): Color {
  const lit: Color = [color[0] * air.tint[0], color[1] * air.tint[1], color[2] * air.tint[2]]
  return mix(lit, air.haze, air.hazeAmount * distance)
}
