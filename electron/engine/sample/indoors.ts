/** The inside of a warehouse: aisles of shelves that run to a door at the far end. */
import { mix, polygon, rectangle, scale, type Canvas, type Color } from './canvas.ts'
import type { Air } from './light.ts'
import type { Lamp } from './outdoors.ts'
import type { Random } from './random.ts'

type View = { canvas: Canvas; air: Air; random: Random }
/** Maps a point of the hall — across -1…1, up 0…1, far 0…1 — to the picture. */
type Lens = (across: number, up: number, far: number) => [number, number]

const BOXES: readonly Color[] = [
  [188, 148, 100],
  [170, 130, 84],
  [204, 168, 120],
  [150, 116, 78],
  [120, 138, 158],
  [204, 198, 186],
  [92, 120, 96],
]
const STRIP: Color = [255, 250, 232]

/** Paints the hall; its lamps burn day and night, at night only every other one. */
export function paintWarehouse(view: View): Lamp[] {
  const { canvas, air, random } = view
  const lens = lensOf(view)
  const dark = air.hasLamps ? 0.62 : 1
  const wall = scale(
    random.pick<Color>([
      [176, 178, 180],
      [186, 180, 166],
      [160, 170, 176],
    ]),
    dark,
  )
  const floor = scale(
    random.pick<Color>([
      [148, 146, 142],
      [136, 142, 146],
      [158, 150, 138],
    ]),
    dark,
  )
  rectangle(canvas, [0, 0, canvas.width, canvas.height], { color: scale(wall, 0.5), below: scale(wall, 0.7) })
  quad(canvas, [lens(-1, 1, 0), lens(1, 1, 0), lens(1, 1, 1), lens(-1, 1, 1)], {
    color: scale(wall, 0.42),
    below: scale(wall, 0.66),
  })
  quad(canvas, [lens(-1, 0, 1), lens(1, 0, 1), lens(1, 0, 0), lens(-1, 0, 0)], {
    color: scale(floor, 0.72),
    below: scale(floor, 1.05),
  })
  quad(canvas, [lens(-1, 1, 1), lens(1, 1, 1), lens(1, 0, 1), lens(-1, 0, 1)], { color: scale(wall, 0.9) })
  const outside = mix(air.skyBottom, [255, 255, 255], 0.2)
  quad(canvas, [lens(-0.22, 0.62, 1), lens(0.22, 0.62, 1), lens(0.22, 0, 1), lens(-0.22, 0, 1)], {
    color: outside,
    below: scale(outside, 0.9),
  })
  const lamps = paintLamps(view, lens)
  paintMarks(view, lens, dark)
  for (let far = 0.92; far > 0.02; far -= 0.115) for (const side of [-1, 1]) shelf(view, { lens, side, far, dark })
  return lamps
}

function lensOf({ canvas, random }: View): Lens {
  const middle = canvas.width * random.between(0.42, 0.58)
  const horizon = canvas.height * random.between(0.36, 0.44)
  return (across, up, far) => {
    const size = 1 / (1 + far * 5.2)
    return [middle + across * canvas.width * 0.92 * size, horizon + (0.36 - up) * canvas.height * 1.72 * size]
  }
}

function paintLamps({ canvas, air }: View, lens: Lens): Lamp[] {
  const lamps: Lamp[] = []
  for (let row = 7; row >= 0; row -= 1) {
    const far = row / 8
    for (const across of [-0.45, 0, 0.45]) {
      const isLit = !air.hasLamps || (row + Math.round(across * 3)) % 2 === 0
      const color = isLit ? STRIP : ([92, 92, 90] as const)
      quad(
        canvas,
        [
          lens(across - 0.03, 0.97, far + 0.07),
          lens(across + 0.03, 0.97, far + 0.07),
          lens(across + 0.03, 0.97, far),
          lens(across - 0.03, 0.97, far),
        ],
        { color },
      )
      const [x, y] = lens(across, 0.96, far + 0.03)
      if (isLit) lamps.push({ x, y, radius: 60 / (0.5 + far * 2), color: scale(STRIP, 0.35) })
    }
  }
  return lamps
}

function paintMarks({ canvas, random }: View, lens: Lens, dark: number): void {
  const yellow = scale([222, 184, 56], dark)
  for (const across of [-0.4, 0.4]) {
    quad(
      canvas,
      [lens(across - 0.012, 0, 1), lens(across + 0.012, 0, 1), lens(across + 0.012, 0, 0), lens(across - 0.012, 0, 0)],
      { color: yellow, alpha: 0.8 },
    )
  }
  for (let i = 0; i < 40; i += 1) {
    const [across, far] = [random.between(-0.9, 0.9), random.next() ** 1.6]
    const wide = random.between(0.02, 0.14)
    quad(
      canvas,
      [
        lens(across, 0, far + 0.03),
        lens(across + wide, 0, far + 0.03),
        lens(across + wide, 0, far),
        lens(across, 0, far),
      ],
      { color: [70, 66, 62], alpha: 0.07 },
    )
  }
}

type Bay = { lens: Lens; side: number; far: number; dark: number }

// A bay of a rack: three levels of boxes, then the steel in front of them.
function shelf({ canvas, random }: View, { lens, side, far, dark }: Bay): void {
  const fade = dark * (1 - far * 0.35)
  const [inner, outer, end] = [side * 0.55, side * 1.02, far + 0.1]
  const steel = scale([52, 84, 132], fade)
  for (let level = 2; level >= 0; level -= 1) {
    const bottom = level * 0.26 + 0.02
    quad(
      canvas,
      [
        lens(inner, bottom + 0.24, end),
        lens(inner, bottom + 0.24, far),
        lens(inner, bottom, far),
        lens(inner, bottom, end),
      ],
      { color: scale([44, 42, 42], fade) },
    )
    for (let part = 0; part < 3; part += 1) {
      if (random.chance(0.16)) continue
      const color = scale(random.pick(BOXES), fade * random.between(0.82, 1.08))
      const [from, to] = [far + part * 0.033 + 0.003, far + part * 0.033 + 0.03]
      const top = bottom + random.between(0.12, 0.21)
      quad(canvas, [lens(inner, top, to), lens(inner, top, from), lens(inner, bottom, from), lens(inner, bottom, to)], {
        color,
        below: scale(color, 0.8),
      })
      quad(
        canvas,
        [lens(inner, top, from), lens(outer, top, from), lens(outer, bottom, from), lens(inner, bottom, from)],
        { color: scale(color, 0.86) },
      )
    }
    const beam = scale([214, 112, 40], fade)
    quad(
      canvas,
      [
        lens(inner, bottom, end),
        lens(inner, bottom, far),
        lens(inner, bottom - 0.025, far),
        lens(inner, bottom - 0.025, end),
      ],
      { color: beam },
    )
    quad(
      canvas,
      [
        lens(inner, bottom, far),
        lens(outer, bottom, far),
        lens(outer, bottom - 0.025, far),
        lens(inner, bottom - 0.025, far),
      ],
      { color: scale(beam, 0.8) },
    )
  }
  quad(
    canvas,
    [
      lens(inner - 0.012, 0.82, far),
      lens(inner + 0.012, 0.82, far),
      lens(inner + 0.012, 0, far),
      lens(inner - 0.012, 0, far),
    ],
    { color: steel },
  )
}

function quad(
  canvas: Canvas,
  corners: readonly (readonly [number, number])[],
  fill: { color: Color; below?: Color; alpha?: number },
): void {
  polygon(canvas, corners.flat(), fill)
}
