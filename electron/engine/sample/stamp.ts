/** The line that fixed cameras burn into their pictures, in letters of five by seven dots. */
import type { Canvas } from './canvas.ts'

// Seven rows of five bits each, from the top; bit 4 is the leftmost dot.
const GLYPHS: Record<string, string> = {
  '0': 'ehjlpha',
  '1': '4c4444e',
  '2': 'eh1248v',
  '3': 'v2421he',
  '4': '26aiv22',
  '5': 'vgu11he',
  '6': '68guhhe',
  '7': 'v124888',
  '8': 'ehhehhe',
  '9': 'ehhf12c',
  A: 'ehhvhhh',
  C: 'ehggghe',
  M: 'hrllhhh',
  '-': '000v000',
  ':': '0cc0cc0',
}

/** Writes the text at the lower left, white on a dark shade, two pixels a dot. */
export function paintStamp(canvas: Canvas, text: string): void {
  const left = 10
  const top = canvas.height - 24
  shade(canvas, { left: 4, top: top - 5, width: text.length * 12 + 10, height: 24 })
  for (let i = 0; i < text.length; i += 1) {
    const glyph = GLYPHS[text[i] ?? ' ']
    if (glyph === undefined) continue
    for (let row = 0; row < 7; row += 1) {
      const bits = Number.parseInt(glyph[row] ?? '0', 32)
      for (let dot = 0; dot < 5; dot += 1) {
        if ((bits >> (4 - dot)) & 1) paintDot(canvas, left + i * 12 + dot * 2, top + row * 2)
      }
    }
  }
}

function paintDot({ width, pixels }: Canvas, x: number, y: number): void {
  for (let row = y; row < y + 2; row += 1) pixels.fill(240, (row * width + x) * 3, (row * width + x + 2) * 3)
}

type Area = { left: number; top: number; width: number; height: number }

function shade({ width, pixels }: Canvas, area: Area): void {
  for (let y = area.top; y < area.top + area.height; y += 1) {
    const from = (y * width + area.left) * 3
    const to = (y * width + Math.min(width, area.left + area.width)) * 3
    for (let i = from; i < to; i += 1) pixels[i] = (pixels[i] ?? 0) * 0.45
  }
}
