/** Backdrops, painted once and kept while pictures of the same place, light and weather come along. */
import { createCanvas, glow, scale, type Canvas } from './canvas.ts'
import { paintWarehouse } from './indoors.ts'
import { airOf, type Air } from './light.ts'
import { paintDock, paintField, paintSky, paintYard, type Lamp } from './outdoors.ts'
import { createRandom, type Random } from './random.ts'
import type { Backdrop } from './scene.ts'

export type PaintedBackdrop = { readonly canvas: Canvas; readonly air: Air; readonly horizon: number }

/** Larger than any picture, so that each can be cut out of it a little elsewhere. */
const WIDTH = 704
const HEIGHT = 544
const KEPT = 40

const kept = new Map<string, PaintedBackdrop>()

/** The backdrop of a scene; the same one gives the same pixels in every process. */
export function backdropOf(backdrop: Backdrop): PaintedBackdrop {
  const key = [backdrop.place, backdrop.seed, backdrop.light, backdrop.weather].join('/')
  const painted = kept.get(key) ?? paint(backdrop)
  kept.delete(key)
  kept.set(key, painted)
  const oldest = kept.keys().next()
  if (kept.size > KEPT && !oldest.done) kept.delete(oldest.value)
  return painted
}

function paint({ place, seed, light, weather }: Backdrop): PaintedBackdrop {
  // The place looks the same at every hour: only the air may depend on light and weather.
  const random = createRandom('backdrop', place, seed)
  const canvas = createCanvas(WIDTH, HEIGHT)
  const isIndoors = place === 'warehouse'
  const outside = airOf(light, weather)
  const air: Air = isIndoors ? indoorAir(outside) : outside
  const horizon = Math.round(HEIGHT * (isIndoors ? 0.45 : random.between(0.4, 0.47)))
  const view = { canvas, air, random }
  let lamps: Lamp[]
  if (isIndoors) lamps = paintWarehouse({ ...view, air: outside })
  else {
    paintSky(view, horizon)
    lamps =
      place === 'yard'
        ? paintYard(view, horizon)
        : place === 'dock'
          ? paintDock(view, horizon)
          : paintField(view, horizon)
  }
  if (isIndoors || air.hasLamps)
    paintLamplight(canvas, lamps, { horizon, strength: light === 'dusk' && !isIndoors ? 0.4 : 1 })
  addGrain(canvas, random)
  return { canvas, air, horizon }
}

// Halls are lit by their own lamps: the weather stays outside, the night only dims them.
function indoorAir(air: Air): Air {
  const level = air.hasLamps ? 0.62 : 0.94
  return {
    ...air,
    tint: [level, level * 0.98, level * 0.93],
    haze: [120, 118, 112],
    hazeAmount: 0.15,
    isWet: false,
    isSnowy: false,
  }
}

function paintLamplight(
  canvas: Canvas,
  lamps: readonly Lamp[],
  { horizon, strength }: { horizon: number; strength: number },
): void {
  for (const { x, y, radius, color } of lamps) {
    glow(canvas, [x, y, radius * 0.9, radius * 0.9], scale(color, 0.42 * strength))
    glow(canvas, [x, y, radius * 0.2, radius * 0.2], scale(color, 0.7 * strength))
    if (radius < 100) continue
    const floor = Math.max(horizon, y) + 90
    glow(canvas, [x, floor, radius * 1.6, radius * 0.55], scale(color, 0.3 * strength))
  }
}

// Nothing real is one even colour: soft blotches, fine grain, and the darker corners of a lens.
function addGrain({ width, height, pixels }: Canvas, random: Random): void {
  const cells = 24
  const columns = Math.ceil(width / cells) + 2
  const blotches = Float32Array.from({ length: columns * (Math.ceil(height / cells) + 2) }, () => random.bell() * 0.028)
  let at = 0
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / cells) * columns
    const down = (y % cells) / cells
    for (let x = 0; x < width; x += 1) {
      const cell = row + Math.floor(x / cells)
      const across = (x % cells) / cells
      const upper = (blotches[cell] ?? 0) * (1 - across) + (blotches[cell + 1] ?? 0) * across
      const lower = (blotches[cell + columns] ?? 0) * (1 - across) + (blotches[cell + columns + 1] ?? 0) * across
      const corner = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 0.42
      const factor = 1 + upper * (1 - down) + lower * down - corner + (random.next() - 0.5) * 0.05
      for (let c = 0; c < 3; c += 1, at += 1) pixels[at] = (pixels[at] ?? 0) * factor
    }
  }
}
