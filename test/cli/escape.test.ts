import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutToWidth, displayWidth, escapeText } from '../../electron/cli/escape.ts'
import { counted, formatDuration, formatTable } from '../../electron/cli/table.ts'

it('makes control, bidi and invisible characters visible and leaves all else', () => {
  const typed = 'a\tb\nc\r\u001b[31mred\u0007 \u202egpj.exe\u2066 \u009b \ud800 \ufeff åäö 漢字 👩‍🌾 \\n'
  expect(escapeText(typed)).toBe(
    'a\\tb\\nc\\r\\u{1b}[31mred\\u{7} \\u{202e}gpj.exe\\u{2066} \\u{9b} \\u{d800} \\u{feff} åäö 漢字 👩‍🌾 \\n',
  )
})

it('leaves nothing unsafe in any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const safe = escapeText(text)
      expect(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.test(safe)).toBe(false)
      expect(escapeText(safe)).toBe(safe)
    }),
  )
})

it('knows how wide a text is and cuts it there', () => {
  expect(['abc', 'å', 'e\u0301', '漢字', '👩‍🌾'].map(displayWidth)).toEqual([3, 1, 1, 4, 2])
  expect([cutToWidth('abcdef', 6), cutToWidth('abcdef', 4), cutToWidth('漢字漢字', 5)]).toEqual([
    'abcdef',
    'abc…',
    '漢字…',
  ])
})

it('aligns columns, wide characters too', () => {
  const rows = [
    ['漢字', '1', 'x'],
    ['a\nb', '20', ''],
  ]
  expect(formatTable(rows, { head: ['NAME', 'N', 'LAST'], right: [1] })).toEqual([
    'NAME   N  LAST',
    '漢字   1  x',
    'a\\nb  20',
  ])
})

it('writes counts and durations for people', () => {
  expect([counted(1, 'image'), counted(41_200, 'image'), counted(0, 'entry', 'entries')]).toEqual([
    '1 image',
    '41,200 images',
    '0 entries',
  ])
  expect([formatDuration(3.4), formatDuration(1240), formatDuration(185_000)]).toEqual(['3 ms', '1.2 s', '3 min 5 s'])
})
