/**
 * Paints a sample picture: cut out of its backdrop, exposed, peopled, rained upon, with noise and a stamp. Pure:
 * the same scene gives the same pixels, in whatever process and order. About three milliseconds a picture.
 */
import { backdropOf, type PaintedBackdrop } from './backdrop.ts'
import { createCanvas, line, type Canvas } from './canvas.ts'
import { paintActor } from './actors.ts'
import { createRandom, type Random } from './random.ts'
import type { Scene } from './scene.ts'
import { paintStamp } from './stamp.ts'

export type Painted = {
  readonly pixels: Uint8ClampedArray
  readonly width: number
  readonly height: number
  readonly format: Scene['format']
  readonly orientation: number
  readonly exif: Scene['exif']
}

const NOISE_BITS = 16
let noiseTable: Float32Array | null = null
const noises = new Map<number, Int8Array>()

/**
 * Paints a scene that came over the wire; the caller made it, so its shape is trusted. `spare` are pixels of an earlier
 * picture that nobody needs any more; they are painted over if they are as many.
 */
export function paintScene(input: unknown, spare?: Uint8ClampedArray): Painted {
  const scene = input as Scene
  const random = createRandom('moment', scene.moment)
  const backdrop = backdropOf(scene.backdrop)
  const canvas = cutOut(backdrop, scene, spare)
  const top = (backdrop.canvas.height - scene.height) / 2 + scene.shift[1]
  const horizon = backdrop.horizon - top
  for (const actor of [...scene.actors].sort((a, b) => a.near - b.near)) {
    paintActor(canvas, backdrop.air, { ...actor, horizon })
  }
  if (scene.backdrop.place !== 'warehouse') paintWeather(canvas, scene, random)
  if (scene.blur > 0) smear(canvas, scene.blur)
  expose(canvas, scene, random)
  if (scene.stamp !== null) paintStamp(canvas, scene.stamp)
  const { format, orientation, exif } = scene
  return { ...turn(canvas, orientation), format, orientation, exif }
}

function cutOut({ canvas: from }: PaintedBackdrop, { width, height, shift }: Scene, spare?: Uint8ClampedArray): Canvas {
  const canvas = spare?.length === width * height * 3 ? { width, height, pixels: spare } : createCanvas(width, height)
  const left = Math.round((from.width - width) / 2 + shift[0])
  const top = Math.round((from.height - height) / 2 + shift[1])
  for (let y = 0; y < height; y += 1) {
    const start = ((top + y) * from.width + left) * 3
    canvas.pixels.set(from.pixels.subarray(start, start + width * 3), y * width * 3)
  }
  return canvas
}

function paintWeather(canvas: Canvas, { backdrop }: Scene, random: Random): void {
  const { width, height } = canvas
  const isDark = backdrop.light === 'night'
  if (backdrop.weather === 'rain') {
    const lean = random.between(-5, 5)
    for (let i = 0; i < 170; i += 1) {
      const [x, y, length] = [random.between(0, width), random.between(-10, height), random.between(8, 24)]
      line(canvas, [x, y, x + lean, y + length], 1, { color: isDark ? [120, 130, 150] : [214, 222, 232], alpha: 0.3 })
    }
  }
  if (backdrop.weather !== 'snow') return
  for (let i = 0; i < 240; i += 1) {
    const [x, y, size] = [random.between(0, width), random.between(0, height), random.between(0.8, 3)]
    line(canvas, [x, y, x + size, y + size * 0.4], size, { color: [244, 248, 252], alpha: isDark ? 0.4 : 0.8 })
  }
}

// Motion blur along the rows: the mean of a few neighbours to the right.
function smear({ width, height, pixels }: Canvas, length: number): void {
  const taps = Math.min(24, Math.max(2, Math.round(length)))
  for (let y = 0; y < height; y += 1) {
    for (let c = 0; c < 3; c += 1) {
      const start = y * width * 3 + c
      let sum = 0
      for (let i = 0; i < taps; i += 1) sum += pixels[start + i * 3] ?? 0
      for (let x = 0; x < width - taps; x += 1) {
        const at = start + x * 3
        const first = pixels[at] ?? 0
        pixels[at] = sum / taps
        sum += (pixels[at + taps * 3] ?? 0) - first
      }
    }
  }
}

// Brightness is a table of 256 entries, noise a table read from a random place for every row: a bell curve for each of
// a million bytes would take longer than all the rest.
function expose({ width, height, pixels }: Canvas, { exposure, noise }: Scene, random: Random): void {
  const curve = Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, value * exposure))
  const table = noiseOf(noise)
  const stride = width * 3
  let at = 0
  for (let y = 0; y < height; y += 1) {
    let from = random.whole(0, table.length - stride)
    for (const end = at + stride; at < end; at += 1, from += 1) {
      pixels[at] = (curve[pixels[at] as number] as number) + (table[from] as number)
    }
  }
}

function noiseOf(strength: number): Int8Array {
  const known = noises.get(strength)
  if (known) return known
  const basic = (noiseTable ??= makeNoise())
  const table = Int8Array.from(basic, (value) => Math.round(Math.max(-127, Math.min(127, value * strength))))
  if (noises.size > 32) noises.clear()
  noises.set(strength, table)
  return table
}

function makeNoise(): Float32Array {
  const random = createRandom('noise')
  const table = new Float32Array(1 << NOISE_BITS)
  let grey = 0
  for (let i = 0; i < table.length; i += 1) {
    if (i % 3 === 0) grey = random.bell()
    table[i] = grey * 0.85 + random.bell() * 0.4
  }
  return table
}

// The camera was held on its side: the pixels are stored turned back, and EXIF says which way is up.
function turn(
  canvas: Canvas,
  orientation: Scene['orientation'],
): { pixels: Uint8ClampedArray; width: number; height: number } {
  const { width, height, pixels } = canvas
  if (orientation === 1) return canvas
  const isOnSide = orientation !== 3
  const [outWidth, outHeight] = isOnSide ? [height, width] : [width, height]
  const out = new Uint8ClampedArray(pixels.length)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const column = orientation === 6 ? y : orientation === 8 ? outWidth - 1 - y : outWidth - 1 - x
      const row = orientation === 6 ? outHeight - 1 - x : orientation === 8 ? x : outHeight - 1 - y
      const [from, to] = [(y * width + x) * 3, (row * outWidth + column) * 3]
      for (let c = 0; c < 3; c += 1) out[to + c] = pixels[from + c] ?? 0
    }
  }
  return { pixels: out, width: outWidth, height: outHeight }
}
