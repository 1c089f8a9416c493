/** What moves through the sample pictures: forklifts, people, trucks, pallets and cones, as a few shapes each. */
import { ellipse, glow, line, polygon, rectangle, scale, type Canvas, type Color } from './canvas.ts'
import { tone, type Air } from './light.ts'
import { createRandom } from './random.ts'
import type { Actor, ActorName } from './scene.ts'

/** Draws in units of one metre: x to the right (to the left if mirrored), y up from the ground. */
type Pen = {
  box(box: readonly [number, number, number, number], color: Color): void
  disc(x: number, y: number, radius: number, color: Color): void
  shape(points: readonly number[], color: Color): void
  stroke(from: readonly [number, number], to: readonly [number, number], width: number, color: Color): void
  light(x: number, y: number, radius: number): void
  readonly look: (count: number) => number
}

const DARK: Color = [34, 34, 36]
const SKIN: readonly Color[] = [
  [226, 184, 150],
  [168, 118, 84],
  [112, 76, 56],
  [204, 158, 124],
]
const VEST: readonly Color[] = [
  [244, 216, 40],
  [250, 126, 34],
  [208, 232, 60],
]
const PAINT: readonly Color[] = [
  [236, 178, 40],
  [214, 74, 44],
  [76, 128, 76],
  [60, 108, 172],
  [230, 230, 226],
]

const DRAW: Record<ActorName, (pen: Pen) => void> = { forklift, person, truck, pallet, cone }
const WIDTHS: Record<ActorName, number> = { forklift: 2.6, person: 0.6, truck: 6.4, pallet: 1.2, cone: 0.4 }

/** Paints an actor with its shadow, at the size its distance gives it. */
export function paintActor(canvas: Canvas, air: Air, actor: Actor & { readonly horizon: number }): void {
  const { near, horizon, kind } = actor
  const metre = 12 + 96 * near
  const [x, y] = [actor.x * canvas.width, horizon + (canvas.height - horizon) * near]
  const half = (WIDTHS[kind] * metre) / 2
  ellipse(canvas, [x, y + metre * 0.02, half * 1.15, metre * 0.14], {
    color: [0, 0, 0],
    alpha: air.hasLamps ? 0.3 : 0.38,
  })
  DRAW[kind](createPen(canvas, air, { ...actor, metre, x, y }))
}

type Spot = Actor & { metre: number; y: number }

function createPen(canvas: Canvas, air: Air, { metre, x, y, near, isMirrored, look }: Spot): Pen {
  const flip = isMirrored ? -1 : 1
  const lit = (color: Color) => tone(air, color, (1 - near) * 0.8)
  const at = (px: number, py: number): [number, number] => [x + px * metre * flip, y - py * metre]
  return {
    box([px, py, width, height], color) {
      const [left] = at(isMirrored ? px + width : px, 0)
      const shade = lit(color)
      rectangle(canvas, [left, y - (py + height) * metre, width * metre, height * metre], {
        color: scale(shade, 1.08),
        below: scale(shade, 0.84),
      })
    },
    disc: (px, py, radius, color) =>
      ellipse(canvas, [...at(px, py), radius * metre, radius * metre], { color: lit(color) }),
    shape(points, color) {
      const placed: number[] = []
      for (let i = 0; i + 1 < points.length; i += 2) placed.push(...at(points[i] ?? 0, points[i + 1] ?? 0))
      polygon(canvas, placed, { color: lit(color), below: scale(lit(color), 0.85) })
    },
    stroke: (from, to, width, color) =>
      line(canvas, [...at(...from), ...at(...to)], Math.max(0.7, width * metre), { color: lit(color) }),
    light(px, py, radius) {
      if (!air.hasLamps) return
      ellipse(canvas, [...at(px, py), 0.07 * metre, 0.07 * metre], { color: [255, 250, 228] })
      glow(canvas, [...at(px, py), radius * metre, radius * metre], [120, 112, 84])
    },
    look: (count) => Math.floor(createRandom('look', look).next() * count),
  }
}

function pick(pen: Pen, colors: readonly Color[]): Color {
  return colors[pen.look(colors.length)] ?? DARK
}

function forklift(pen: Pen): void {
  const body = pick(pen, PAINT)
  pen.box([0.98, 0.1, 0.1, 2.1], [66, 66, 70])
  pen.box([1.08, 0.16, 0.9, 0.07], [90, 90, 94])
  if (pen.look(3) > 0) {
    pen.box([1.12, 0.23, 0.82, 0.62], [182, 142, 96])
    pen.stroke([1.53, 0.23], [1.53, 0.85], 0.04, [140, 104, 66])
  }
  pen.shape([-1, 0.3, 0.95, 0.3, 0.95, 0.74, 0.5, 0.9, -0.72, 0.98, -1, 0.9], body)
  pen.box([-1.06, 0.34, 0.2, 0.56], DARK)
  pen.box([-0.42, 0.9, 0.5, 0.16], DARK)
  for (const [from, to] of [
    [-0.62, -0.5],
    [0.5, 0.42],
  ] as const)
    pen.stroke([from, 0.9], [to, 1.98], 0.07, DARK)
  pen.box([-0.58, 1.96, 1.08, 0.07], DARK)
  pen.box([-0.24, 1.02, 0.34, 0.52], pick(pen, VEST))
  pen.disc(-0.06, 1.68, 0.14, pick(pen, SKIN))
  pen.shape([-0.22, 1.7, 0.1, 1.7, 0.06, 1.86, -0.16, 1.86], [240, 238, 226])
  for (const x of [-0.62, 0.62]) {
    pen.disc(x, 0.3, 0.3, [24, 24, 26])
    pen.disc(x, 0.3, 0.13, [150, 150, 146])
  }
  pen.light(0.9, 1, 0.9)
}

function person(pen: Pen): void {
  const stride = 0.1 + 0.04 * pen.look(4)
  const trousers: Color = pen.look(2) === 0 ? [52, 60, 84] : [74, 70, 66]
  pen.stroke([-0.03, 0.86], [-stride, 0.03], 0.15, trousers)
  pen.stroke([0.03, 0.86], [stride, 0.03], 0.15, scale(trousers, 0.85))
  pen.box([-stride - 0.08, 0, 0.22, 0.08], DARK)
  pen.box([stride - 0.08, 0, 0.22, 0.08], DARK)
  pen.stroke([-0.17, 1.36], [-0.27, 0.92], 0.11, [60, 66, 92])
  pen.shape([-0.22, 1.44, 0.22, 1.44, 0.18, 0.8, -0.18, 0.8], pick(pen, VEST))
  pen.box([-0.2, 1.06, 0.4, 0.06], [226, 230, 226])
  pen.stroke([0.18, 1.36], [0.28, 0.94], 0.11, [60, 66, 92])
  pen.disc(0, 1.6, 0.12, pick(pen, SKIN))
  pen.shape([-0.15, 1.62, 0.17, 1.62, 0.12, 1.76, -0.1, 1.76], pen.look(2) === 0 ? [244, 242, 234] : [60, 110, 176])
}

function truck(pen: Pen): void {
  const cab = pick(pen, PAINT)
  const box: Color = pen.look(2) === 0 ? [226, 226, 222] : scale(cab, 0.9)
  pen.box([-3.1, 0.62, 4.3, 2.3], box)
  for (let x = -2.9; x < 1.1; x += 0.4) pen.stroke([x, 0.7], [x, 2.85], 0.025, scale(box, 0.82))
  pen.box([-3.1, 0.52, 6.2, 0.16], DARK)
  pen.shape([1.3, 0.5, 3.1, 0.5, 3.1, 1.3, 2.75, 2.3, 1.3, 2.3], cab)
  pen.shape([2.2, 1.4, 2.98, 1.4, 2.7, 2.12, 2.2, 2.12], [150, 178, 194])
  pen.box([2.95, 0.66, 0.18, 0.18], [250, 244, 216])
  for (const x of [-2.4, -1.5, 2.2]) {
    pen.disc(x, 0.46, 0.46, [26, 26, 28])
    pen.disc(x, 0.46, 0.2, [146, 146, 146])
  }
  pen.light(3.1, 0.76, 1.6)
}

function pallet(pen: Pen): void {
  pen.box([-0.6, 0, 1.2, 0.05], [150, 116, 76])
  pen.box([-0.6, 0.11, 1.2, 0.04], [164, 128, 86])
  for (const x of [-0.6, -0.08, 0.44]) pen.box([x, 0.04, 0.16, 0.08], [118, 90, 60])
  const high = 1 + pen.look(3)
  for (let level = 0; level < high; level += 1) {
    for (const x of [-0.58, -0.18, 0.22]) {
      pen.box(
        [x, 0.15 + level * 0.36, 0.37, 0.34],
        scale([192, 152, 104], 0.86 + 0.05 * ((level + Math.round(x * 5)) % 4)),
      )
      pen.box([x + 0.1, 0.27 + level * 0.36, 0.14, 0.1], [232, 230, 222])
    }
  }
}

function cone(pen: Pen): void {
  pen.box([-0.2, 0, 0.4, 0.05], [220, 84, 30])
  pen.shape([-0.14, 0.05, 0.14, 0.05, 0.03, 0.66, -0.03, 0.66], [240, 100, 36])
  pen.shape([-0.105, 0.24, 0.105, 0.24, 0.075, 0.4, -0.075, 0.4], [244, 242, 238])
}
