/** A small painter: smooth-edged polygons, ellipses and lines on RGB pixels; no library, so it is the same everywhere. */
export type Color = readonly [number, number, number]

export type Canvas = {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel, row by row. */
  readonly pixels: Uint8ClampedArray
}

/** x, y, width, height — or x, y and two radii. */
type Box = readonly [number, number, number, number]

export type Fill = {
  readonly color: Color
  /** Colour at the lower edge of the shape; the upper edge has `color`. */
  readonly below?: Color
  /** 0 … 1. */
  readonly alpha?: number
}

const STEPS = 4 // scan lines a pixel row
let cover = new Float32Array(0)
const crossings: number[] = []

/** An empty, black canvas. */
export function createCanvas(width: number, height: number): Canvas {
  return { width, height, pixels: new Uint8ClampedArray(width * height * 3) }
}

/** Fills a polygon given as x, y, x, y …; edges are smooth. */
export function polygon(canvas: Canvas, points: readonly number[], fill: Fill): void {
  let top = Infinity
  let bottom = -Infinity
  for (let i = 1; i < points.length; i += 2) {
    top = Math.min(top, points[i] ?? 0)
    bottom = Math.max(bottom, points[i] ?? 0)
  }
  grow(canvas.width)
  const first = Math.max(0, Math.floor(top))
  const last = Math.min(canvas.height - 1, Math.ceil(bottom))
  for (let y = first; y <= last; y += 1) {
    const span = coverRow(canvas.width, points, y)
    if (span) blendRow(canvas, { y, ...span }, { fill, part: bottom > top ? (y - top) / (bottom - top) : 0 })
  }
}

/** Fills an upright rectangle given as x, y, width, height; as smooth as a polygon, and much cheaper. */
export function rectangle(canvas: Canvas, [x, y, width, height]: Box, fill: Fill): void {
  const left = Math.max(0, x)
  const right = Math.min(canvas.width, x + width)
  if (right <= left || height <= 0) return
  const span = { from: Math.floor(left), to: Math.min(canvas.width - 1, Math.ceil(right) - 1) }
  grow(canvas.width)
  const last = Math.min(canvas.height - 1, Math.ceil(y + height) - 1)
  for (let row = Math.max(0, Math.floor(y)); row <= last; row += 1) {
    const tall = Math.min(y + height, row + 1) - Math.max(y, row)
    cover.fill(tall, span.from, span.to + 1)
    cover[span.from] = tall * (Math.min(right, span.from + 1) - left)
    if (span.to > span.from) cover[span.to] = tall * (right - span.to)
    blendRow(canvas, { y: row, ...span }, { fill, part: (row - y) / height })
  }
}

export function ellipse(canvas: Canvas, [x, y, rx, ry]: Box, fill: Fill): void {
  const points: number[] = []
  const corners = rx + ry > 60 ? 40 : 20
  for (let i = 0; i < corners; i += 1) {
    const angle = (i / corners) * 2 * Math.PI
    points.push(x + Math.cos(angle) * rx, y + Math.sin(angle) * ry)
  }
  polygon(canvas, points, fill)
}

/** A straight stroke of the given width. */
export function line(canvas: Canvas, [x1, y1, x2, y2]: Box, width: number, fill: Fill): void {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1
  const dx = ((y2 - y1) / length) * (width / 2)
  const dy = ((x2 - x1) / length) * (width / 2)
  polygon(canvas, [x1 + dx, y1 - dy, x2 + dx, y2 - dy, x2 - dx, y2 + dy, x1 - dx, y1 + dy], fill)
}

/** Adds light around a point, fading to nothing at the radius. */
export function glow(canvas: Canvas, [x, y, rx, ry]: Box, color: Color): void {
  const { width, height, pixels } = canvas
  for (let row = Math.max(0, Math.floor(y - ry)); row < Math.min(height, y + ry); row += 1) {
    for (let column = Math.max(0, Math.floor(x - rx)); column < Math.min(width, x + rx); column += 1) {
      const distance = ((column - x) / rx) ** 2 + ((row - y) / ry) ** 2
      if (distance >= 1) continue
      const strength = (1 - distance) ** 2
      const at = (row * width + column) * 3
      for (let c = 0; c < 3; c += 1) pixels[at + c] = (pixels[at + c] ?? 0) + strength * (color[c] ?? 0)
    }
  }
}

export function mix(a: Color, b: Color, part: number): Color {
  const t = Math.min(1, Math.max(0, part))
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

export function scale(color: Color, factor: number): Color {
  return [color[0] * factor, color[1] * factor, color[2] * factor]
}

function grow(width: number): void {
  if (cover.length < width + 1) cover = new Float32Array(width + 1)
}

// How much of each pixel of a row lies inside: exact along x, four scan lines along y.
function coverRow(width: number, points: readonly number[], y: number): { from: number; to: number } | null {
  let from = width
  let to = -1
  for (let step = 0; step < STEPS; step += 1) {
    const crossings = crossingsAt(points, y + (step + 0.5) / STEPS)
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const x1 = Math.max(0, crossings[i] ?? 0)
      const x2 = Math.min(width, crossings[i + 1] ?? 0)
      if (x2 <= x1) continue
      const first = Math.floor(x1)
      const last = Math.min(width - 1, Math.floor(x2))
      // Only cells that this row has not used yet hold old numbers.
      if (to === -1) cover.fill(0, first, last + 1)
      else {
        if (first < from) cover.fill(0, first, from)
        if (last > to) cover.fill(0, to + 1, last + 1)
      }
      from = Math.min(from, first)
      to = Math.max(to, last)
      addSpan(x1, x2, last)
    }
  }
  return to === -1 ? null : { from, to }
}

function addSpan(x1: number, x2: number, last: number): void {
  for (let x = Math.floor(x1); x <= last; x += 1) {
    cover[x] = (cover[x] ?? 0) + (Math.min(x2, x + 1) - Math.max(x1, x)) / STEPS
  }
}

// Where the outline crosses a scan line, from left to right. The list is used again and again: there are thousands.
function crossingsAt(points: readonly number[], y: number): readonly number[] {
  let found = 0
  const count = points.length
  for (let i = 0; i < count; i += 2) {
    const y1 = points[i + 1] ?? 0
    const y2 = points[(i + 3) % count] ?? 0
    if (y1 <= y === y2 <= y) continue
    const x1 = points[i] ?? 0
    const x = x1 + ((y - y1) / (y2 - y1)) * ((points[(i + 2) % count] ?? 0) - x1)
    let at = found++
    for (; at > 0 && (crossings[at - 1] ?? 0) > x; at -= 1) crossings[at] = crossings[at - 1] ?? 0
    crossings[at] = x
  }
  crossings.length = found
  return crossings
}

type Row = { y: number; from: number; to: number }

function blendRow({ width, pixels }: Canvas, { y, from, to }: Row, { fill, part }: { fill: Fill; part: number }): void {
  const [r, g, b] = fill.below ? mix(fill.color, fill.below, part) : fill.color
  const alpha = fill.alpha ?? 1
  let at = (y * width + from) * 3
  for (let x = from; x <= to; x += 1, at += 3) {
    const amount = Math.min(1, cover[x] ?? 0) * alpha
    pixels[at] = (pixels[at] ?? 0) + (r - (pixels[at] ?? 0)) * amount
    pixels[at + 1] = (pixels[at + 1] ?? 0) + (g - (pixels[at + 1] ?? 0)) * amount
    pixels[at + 2] = (pixels[at + 2] ?? 0) + (b - (pixels[at + 2] ?? 0)) * amount
  }
}
