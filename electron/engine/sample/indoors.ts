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
/** Where the racks begin and end on either side. */
const INNER = 0.55
const OUTER = 1.02
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

// A bay of a rack: three levels of boxes, each behind its beam, then the post in front of them.
function shelf(view: View, bay: Bay): void {
  const { lens, side, far } = bay
  for (let level = 2; level >= 0; level -= 1) {
    const bottom = level * 0.26 + 0.02
    const inner = side * INNER
    face(view, bay, { across: inner, up: [bottom, bottom + 0.24], far: [far, far + 0.1], color: [44, 42, 42] })
    for (let part = 0; part < 3; part += 1) if (!view.random.chance(0.16)) carton(view, bay, { bottom, part })
    const beam: Color = [214, 112, 40]
    face(view, bay, { across: inner, up: [bottom - 0.025, bottom], far: [far, far + 0.1], color: beam })
    front(view, bay, { up: [bottom - 0.025, bottom], far, color: scale(beam, 0.8) })
  }
  const [x1, x2] = [side * INNER - 0.012, side * INNER + 0.012]
  const post = [lens(x1, 0.82, far), lens(x2, 0.82, far), lens(x2, 0, far), lens(x1, 0, far)]
  quad(view.canvas, post, { color: scale([52, 84, 132], fadeOf(bay)) })
}

function carton(view: View, bay: Bay, { bottom, part }: { bottom: number; part: number }): void {
  const { random } = view
  const color = scale(random.pick(BOXES), random.between(0.82, 1.08))
  const from = bay.far + part * 0.033 + 0.003
  const up: Range = [bottom, bottom + random.between(0.12, 0.21)]
  face(view, bay, { across: bay.side * INNER, up, far: [from, from + 0.027], color })
  front(view, bay, { up, far: from, color: scale(color, 0.86) })
}

type Range = readonly [number, number]

// The side towards the aisle.
function face(
  { canvas }: View,
  bay: Bay,
  { across, up, far, color }: { across: number; up: Range; far: Range; color: Color },
): void {
  const corners = [bay.lens(across, up[1], far[1]), bay.lens(across, up[1], far[0])]
  corners.push(bay.lens(across, up[0], far[0]), bay.lens(across, up[0], far[1]))
  const shade = scale(color, fadeOf(bay))
  quad(canvas, corners, { color: shade, below: scale(shade, 0.82) })
}

// The side towards the camera.
function front({ canvas }: View, bay: Bay, { up, far, color }: { up: Range; far: number; color: Color }): void {
  const [inner, outer] = [bay.side * INNER, bay.side * OUTER]
  const corners = [bay.lens(inner, up[1], far), bay.lens(outer, up[1], far)]
  corners.push(bay.lens(outer, up[0], far), bay.lens(inner, up[0], far))
  quad(canvas, corners, { color: scale(color, fadeOf(bay)) })
}

function fadeOf({ dark, far }: Bay): number {
  return dark * (1 - far * 0.35)
}

function quad(
  canvas: Canvas,
  corners: readonly (readonly [number, number])[],
  fill: { color: Color; below?: Color; alpha?: number },
): void {
  polygon(canvas, corners.flat(), fill)
}
