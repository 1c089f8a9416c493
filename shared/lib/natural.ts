/**
 * Natural order: runs of digits compare as numbers (`img2` before `img10`), all else by folded code units; equal
 * ones by spelling, so the order is total. In paths `/` sorts before every other character: a folder's own files
 * stand together. Returns a negative, zero or positive number.
 */
import { compareText, foldText } from './text.ts'

export function compareNatural(a: string, b: string): number {
  return compareFolded(foldText(a), foldText(b)) || compareText(a, b)
}

function compareFolded(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(j)
    if (isDigit(x) && isDigit(y)) {
      const endA = endOfDigits(a, i)
      const endB = endOfDigits(b, j)
      const order = compareDigits(a.slice(i, endA), b.slice(j, endB))
      if (order !== 0) return order
      i = endA
      j = endB
    } else if (x === y) {
      i += 1
      j += 1
    } else return weight(x) - weight(y)
  }
  return a.length - i - (b.length - j)
}

function compareDigits(a: string, b: string): number {
  const x = a.replace(/^0+(?=\d)/, '')
  const y = b.replace(/^0+(?=\d)/, '')
  return x.length - y.length || compareText(x, y)
}

function endOfDigits(text: string, from: number): number {
  let end = from
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1
  return end
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function weight(code: number): number {
  return code === 47 ? 0 : code + 1
}
