/** Backdrops under the sky: a container yard, a loading dock, a field. */
import { ellipse, line, mix, polygon, rectangle, scale, type Canvas, type Color } from './canvas.ts'
import { tone, type Air } from './light.ts'
import type { Random } from './random.ts'

export type Lamp = { readonly x: number; readonly y: number; readonly radius: number; readonly color: Color }

type View = { canvas: Canvas; air: Air; random: Random }

const SNOW: Color = [226, 232, 240]
const WARM: Color = [255, 206, 140]
const COLD: Color = [206, 224, 255]

/** Paints the sky down to the horizon, with clouds. */
export function paintSky({ canvas, air, random }: View, horizon: number): void {
  rectangle(canvas, [0, 0, canvas.width, horizon + 1], { color: air.skyTop, below: air.skyBottom })
  const count = random.whole(4, 9)
  for (let i = 0; i < count; i += 1) {
    const x = random.between(0, canvas.width)
    const y = random.between(0.05, 0.8) * horizon
    const size = random.between(30, 90) * (0.4 + y / horizon)
    for (let puff = 0; puff < 9; puff += 1) {
      const color = mix(air.skyBottom, [255, 255, 255], air.hasLamps ? 0.04 : 0.5)
      const spread: [number, number] = [x + random.bell() * size, y + random.bell() * size * 0.16]
      ellipse(canvas, [...spread, size * random.between(0.4, 0.9), size * random.between(0.08, 0.2)], {
        color,
        alpha: 0.1,
      })
    }
  }
}

/** Paints the ground from the horizon to the lower edge. */
function paintGround({ canvas, air, random }: View, horizon: number, color: Color): void {
  const base = air.isSnowy ? mix(color, SNOW, 0.75) : air.isWet ? scale(color, 0.74) : color
  const depth = canvas.height - horizon
  rectangle(canvas, [0, horizon, canvas.width, depth], { color: tone(air, base, 0.9), below: tone(air, base, 0) })
  for (let i = 0; i < 90; i += 1) {
    const near = random.next() ** 2
    const y = horizon + depth * near
    const patch = tone(air, scale(base, random.between(0.75, 1.15)), 1 - near)
    ellipse(canvas, [random.between(0, canvas.width), y, 10 + 120 * near, 1 + 9 * near], { color: patch, alpha: 0.22 })
  }
  if (!air.isWet) return
  for (let i = 0; i < 14; i += 1) {
    const near = random.between(0.1, 0.9)
    const at: [number, number] = [random.between(0, canvas.width), horizon + depth * near]
    ellipse(canvas, [...at, 20 + 90 * near, 1.5 + 7 * near], { color: air.skyBottom, alpha: 0.45 })
  }
}

/** A yard of stacked containers with a crane behind them. Returns its lamps. */
export function paintYard(view: View, horizon: number): Lamp[] {
  const { canvas, air, random } = view
  paintSkyline(view, horizon)
  paintCrane(view, horizon)
  paintGround(view, horizon, [112, 112, 110])
  const palette: Color[] = [
    [176, 58, 46],
    [46, 92, 150],
    [52, 120, 84],
    [206, 140, 52],
    [122, 126, 132],
    [150, 84, 60],
    [228, 224, 214],
  ]
  for (const near of [0.1, 0.22, 0.42]) {
    const unit = 26 + 120 * near
    const gap = random.between(0.3, 0.62) * canvas.width
    for (let x = -unit; x < canvas.width + unit; x += unit * 2.06) {
      if (Math.abs(x + unit - gap) < unit * (1 + near * 2)) continue
      const high = random.whole(1, near > 0.3 ? 2 : 4)
      const floor = horizon + (canvas.height - horizon) * near
      for (let level = 0; level < high; level += 1) {
        const color = tone(air, scale(random.pick(palette), random.between(0.8, 1.05)), 1 - near)
        container(canvas, [x, floor - (level + 1) * unit * 0.82, unit * 2, unit * 0.8], color)
        if (air.isSnowy && level === high - 1) {
          rectangle(canvas, [x, floor - (level + 1) * unit * 0.82 - 2, unit * 2, 3 + near * 5], {
            color: tone(air, SNOW, 1 - near),
          })
        }
      }
    }
  }
  paintLanes(view, horizon)
  return [0.16, 0.5, 0.86].map((x) =>
    lampPost(view, { x: x * canvas.width + random.between(-30, 30), horizon, near: 0.3 }),
  )
}

/** The front of a hall with its loading doors. Returns its lamps. */
export function paintDock(view: View, horizon: number): Lamp[] {
  const { canvas, air, random } = view
  const wall = random.pick<Color>([
    [168, 174, 180],
    [190, 178, 156],
    [136, 154, 168],
    [196, 196, 190],
  ])
  const floor = canvas.height * 0.6
  const roof = canvas.height * random.between(0.12, 0.2)
  paintGround(view, horizon, [126, 124, 120])
  rectangle(canvas, [0, roof, canvas.width, floor - roof], {
    color: tone(air, scale(wall, 1.06), 0.25),
    below: tone(air, scale(wall, 0.86), 0.25),
  })
  for (let x = 0; x < canvas.width; x += 9) {
    rectangle(canvas, [x, roof, 3, floor - roof], { color: tone(air, scale(wall, 0.8), 0.25), alpha: 0.35 })
  }
  rectangle(canvas, [0, roof - 10, canvas.width, 14], {
    color: tone(air, air.isSnowy ? SNOW : scale(wall, 0.55), 0.25),
  })
  const lamps: Lamp[] = []
  const doors = random.whole(3, 5)
  const step = canvas.width / doors
  for (let door = 0; door < doors; door += 1) {
    const x = step * (door + 0.5)
    dockDoor(view, { x, floor, width: step * 0.46, isOpen: random.chance(0.3) })
    lamps.push({ x, y: floor - step * 0.78, radius: 120, color: WARM })
    rectangle(canvas, [x - 9, floor - step * 0.8, 18, 5], {
      color: air.hasLamps ? [255, 240, 210] : tone(air, [90, 90, 92], 0.2),
    })
  }
  for (let bay = 0; bay <= doors; bay += 1) {
    const far = step * bay
    const near = canvas.width / 2 + (far - canvas.width / 2) * 1.7
    polygon(canvas, [far - 2, floor, far + 2, floor, near + 5, canvas.height, near - 5, canvas.height], {
      color: tone(air, [224, 188, 66], 0.1),
      alpha: air.isSnowy ? 0.25 : 0.8,
    })
  }
  return lamps
}

/** Rows of a crop under wide sky, with trees and wind turbines far away. Returns no lamps. */
export function paintField(view: View, horizon: number): Lamp[] {
  const { canvas, air, random } = view
  hill(view, { horizon, height: 60, color: [96, 118, 128], distance: 0.95 })
  for (let i = 0; i < 3; i += 1) turbine(view, random.between(0.1, 0.9) * canvas.width, horizon - random.between(0, 14))
  hill(view, { horizon, height: 30, color: [82, 112, 76], distance: 0.7 })
  const soil = random.pick<Color>([
    [134, 104, 72],
    [150, 122, 86],
    [116, 96, 74],
  ])
  const crop = random.pick<Color>([
    [98, 142, 58],
    [126, 152, 62],
    [176, 158, 76],
  ])
  paintGround(view, horizon, soil)
  const vanish = canvas.width * random.between(0.35, 0.65)
  for (let row = -26; row <= 26; row += 1) {
    const x = canvas.width / 2 + row * 62
    const width = 30 + random.between(-5, 5)
    const color = tone(air, scale(crop, random.between(0.84, 1.1)), 0.15)
    const far = tone(air, crop, 0.85)
    polygon(
      canvas,
      [
        vanish + row * 1.6 - 0.4,
        horizon,
        vanish + row * 1.6 + 0.8,
        horizon,
        x + width,
        canvas.height,
        x - width,
        canvas.height,
      ],
      { color: far, below: color, alpha: air.isSnowy ? 0.35 : 0.92 },
    )
  }
  for (let i = 0; i < 26; i += 1) tree(view, random.between(0, canvas.width), horizon + random.between(-3, 6))
  for (let x = -20; x < canvas.width; x += 64) {
    line(canvas, [x, canvas.height * 0.66, x + 3, canvas.height * 0.56], 4, { color: tone(air, [110, 92, 74], 0.2) })
  }
  for (const y of [0.585, 0.62])
    line(canvas, [0, canvas.height * y, canvas.width, canvas.height * y], 1.4, {
      color: tone(air, [92, 84, 78], 0.2),
      alpha: 0.8,
    })
  return []
}

function container(
  canvas: Canvas,
  [x, y, width, height]: readonly [number, number, number, number],
  color: Color,
): void {
  rectangle(canvas, [x, y, width, height], { color: scale(color, 1.08), below: scale(color, 0.82) })
  for (let rib = 0.03; rib < 1; rib += 0.062) {
    rectangle(canvas, [x + rib * width, y + height * 0.06, width * 0.022, height * 0.88], {
      color: scale(color, 0.66),
      alpha: 0.6,
    })
  }
  rectangle(canvas, [x, y, width, height * 0.05], { color: scale(color, 1.25) })
  rectangle(canvas, [x, y + height * 0.95, width, height * 0.05], { color: scale(color, 0.5) })
  rectangle(canvas, [x + width * 0.06, y + height * 0.2, width * 0.3, height * 0.16], {
    color: [236, 236, 230],
    alpha: 0.35,
  })
}

function paintSkyline({ canvas, air, random }: View, horizon: number): void {
  for (let x = -20; x < canvas.width; x += random.between(24, 70)) {
    const height = random.between(10, 62)
    const width = random.between(30, 84)
    rectangle(canvas, [x, horizon - height, width, height + 2], {
      color: tone(air, [112, 118, 128], 0.85),
      below: tone(air, [112, 118, 128], 1),
    })
    if (!air.hasLamps) continue
    for (let window = 0; window < 6; window += 1) {
      rectangle(canvas, [x + random.between(3, width - 3), horizon - random.between(4, height), 2, 2], {
        color: WARM,
        alpha: 0.7,
      })
    }
  }
}

function paintCrane({ canvas, air, random }: View, horizon: number): void {
  const x = random.between(0.15, 0.75) * canvas.width
  const color = tone(air, [190, 96, 48], 0.6)
  const top = horizon - random.between(110, 160)
  for (const leg of [0, 76]) line(canvas, [x + leg, horizon, x + leg + 6, top], 5, { color })
  line(canvas, [x - 120, top, x + 170, top], 7, { color })
  line(canvas, [x + 40, top - 44, x - 110, top], 2, { color })
  line(canvas, [x + 40, top - 44, x + 160, top], 2, { color })
  line(canvas, [x + 40, top - 46, x + 40, top], 4, { color })
  line(canvas, [x - 60, top, x - 60, top + 60], 1.5, { color })
  rectangle(canvas, [x - 76, top + 58, 32, 14], { color: tone(air, [70, 96, 130], 0.6) })
}

function paintLanes({ canvas, air }: View, horizon: number): void {
  const depth = canvas.height - horizon
  for (const lane of [-1.4, -0.5, 0.5, 1.4]) {
    for (let near = 0.2; near < 1; near += 0.13) {
      const x = (at: number) => canvas.width / 2 + lane * at * canvas.width * 0.42
      const [far, close] = [near, near + 0.07]
      const [y1, y2] = [horizon + depth * far, horizon + depth * close]
      polygon(
        canvas,
        [x(far) - 2 * far, y1, x(far) + 2 * far, y1, x(close) + 4 * close, y2, x(close) - 4 * close, y2],
        { color: tone(air, [226, 214, 160], 1 - near), alpha: air.isSnowy ? 0.2 : 0.75 },
      )
    }
  }
}

function lampPost({ canvas, air }: View, { x, horizon, near }: { x: number; horizon: number; near: number }): Lamp {
  const floor = horizon + (canvas.height - horizon) * near
  const top = horizon - 120
  line(canvas, [x, floor, x, top], 4, { color: tone(air, [96, 98, 102], 0.5) })
  line(canvas, [x, top, x + 26, top - 4], 3, { color: tone(air, [96, 98, 102], 0.5) })
  rectangle(canvas, [x + 20, top - 6, 18, 5], {
    color: air.hasLamps ? [255, 246, 224] : tone(air, [150, 150, 150], 0.5),
  })
  return { x: x + 28, y: top, radius: 150, color: COLD }
}

function dockDoor(
  { canvas, air, random }: View,
  door: { x: number; floor: number; width: number; isOpen: boolean },
): void {
  const { x, floor, width, isOpen } = door
  const height = width * 1.25
  const frame: Color = [48, 50, 54]
  rectangle(canvas, [x - width * 0.6, floor - height * 1.12, width * 1.2, height * 1.12], {
    color: tone(air, frame, 0.2),
  })
  const inside = air.hasLamps ? ([212, 186, 130] as const) : tone(air, [58, 54, 52], 0.1)
  const leaf = tone(
    air,
    random.pick<Color>([
      [214, 214, 208],
      [196, 202, 210],
      [180, 70, 52],
    ]),
    0.2,
  )
  const box = [x - width / 2, floor - height, width, height] as const
  rectangle(
    canvas,
    box,
    isOpen ? { color: inside, below: scale(inside, 0.6) } : { color: leaf, below: scale(leaf, 0.85) },
  )
  if (!isOpen)
    for (let i = 1; i < 6; i += 1)
      rectangle(canvas, [x - width / 2, floor - (height * i) / 6, width, 1.5], { color: scale(leaf, 0.6) })
  for (const side of [-0.5, 0.4])
    rectangle(canvas, [x + side * width, floor - 8, width * 0.1, 12], { color: tone(air, [30, 30, 30], 0.1) })
  rectangle(canvas, [x - 7, floor - height * 1.1, 14, 10], { color: tone(air, [236, 206, 70], 0.1) })
}

type Hill = { horizon: number; height: number; color: Color; distance: number }

function hill({ canvas, air, random }: View, { horizon, height, color, distance }: Hill): void {
  const phase = random.between(0, 6)
  const points = [0, horizon + 2]
  for (let x = 0; x <= canvas.width; x += 16) {
    points.push(x, horizon - height * (0.5 + 0.3 * Math.sin(x / 130 + phase) + 0.2 * Math.sin(x / 47 + phase * 2)))
  }
  polygon(canvas, [...points, canvas.width, horizon + 2], { color: tone(air, color, distance) })
}

function turbine({ canvas, air, random }: View, x: number, floor: number): void {
  const color = tone(air, [232, 234, 236], 0.75)
  const top = floor - 96
  line(canvas, [x, floor, x, top], 2.4, { color })
  const turn = random.between(0, 2)
  for (let blade = 0; blade < 3; blade += 1) {
    const angle = turn + (blade * 2 * Math.PI) / 3
    line(canvas, [x, top, x + Math.cos(angle) * 44, top + Math.sin(angle) * 44], 2, { color })
  }
}

function tree({ canvas, air, random }: View, x: number, floor: number): void {
  const size = random.between(6, 15)
  const green = air.isSnowy ? mix([66, 88, 62], SNOW, 0.5) : scale([66, 98, 54], random.between(0.7, 1.15))
  for (let i = 0; i < 5; i += 1) {
    ellipse(
      canvas,
      [x + random.bell() * size * 0.6, floor - size * random.between(0.6, 1.5), size * 0.6, size * 0.55],
      { color: tone(air, scale(green, random.between(0.85, 1.1)), 0.6), alpha: 0.9 },
    )
  }
}
