import { expect, test } from 'vitest'
import { isRelativeDate, readDateLiteral, readInstant } from '../../../shared/lib/time.ts'

const at = (...parts: [number, number, number?, number?, number?, number?]) => {
  const [year, month, day = 1, hour = 0, minute = 0, second = 0] = parts
  return new Date(year, month - 1, day, hour, minute, second).getTime()
}

test.each<[string, number, number]>([
  ['2026-05', at(2026, 5), at(2026, 6)],
  ['2026-12', at(2026, 12), at(2027, 1)],
  ['2026-05-01', at(2026, 5, 1), at(2026, 5, 2)],
  ['2024-02-29', at(2024, 2, 29), at(2024, 3, 1)],
  ['2026-05-01T10:00', at(2026, 5, 1, 10), at(2026, 5, 1, 10, 1)],
  ['2026-05-01 10:00:30', at(2026, 5, 1, 10, 0, 30), at(2026, 5, 1, 10, 0, 31)],
  ['2026-05-01T10:00:30.5', at(2026, 5, 1, 10, 0, 30) + 500, at(2026, 5, 1, 10, 0, 30) + 600],
  ['2026-05-01T10:00:30.123456', at(2026, 5, 1, 10, 0, 30) + 123, at(2026, 5, 1, 10, 0, 30) + 124],
  ['2026-05-01T10:00Z', Date.UTC(2026, 4, 1, 10), Date.UTC(2026, 4, 1, 10, 1)],
  ['2026-05-01T10:00:00+02:00', Date.UTC(2026, 4, 1, 8), Date.UTC(2026, 4, 1, 8, 0, 1)],
  ['2026-05-01T10:00:00-0530', Date.UTC(2026, 4, 1, 15, 30), Date.UTC(2026, 4, 1, 15, 30, 1)],
])('%s is an interval', (text, from, to) => {
  expect(readInstant(text)).toEqual({ from, to })
})

test('other texts are no dates', () => {
  const texts = ['2026', '2026-13', '2026-00', '2026-02-30', '2025-02-29', '2026-05-01T24:00', '2026-05-01T10:60', '']
  const more = [
    '2026-05-01T10',
    '2026-05-01T10:00+25:00',
    '2026-5-1',
    '2026-05Z',
    'x2026-05',
    '2026-05-01 ',
    '26-05-01',
  ]
  expect([...texts, ...more].filter((text) => readInstant(text) !== null)).toEqual([])
})

test('early years are not taken for the last century', () => {
  expect(new Date(readInstant('0050-01-01T00:00Z')?.from ?? 0).toISOString()).toBe('0050-01-01T00:00:00.000Z')
  expect(new Date(readDateLiteral('0099', 0)?.from ?? 0).getFullYear()).toBe(99)
})

const NOW = at(2026, 3, 31, 15, 20, 10)
test.each<[string, number, number]>([
  ['2026', at(2026, 1), at(2027, 1)],
  ['today', at(2026, 3, 31), at(2026, 4, 1)],
  ['yesterday', at(2026, 3, 30), at(2026, 3, 31)],
  ['-2h', NOW - 7_200_000, NOW - 7_200_000 + 1],
  ['-2d', at(2026, 3, 29, 15, 20, 10), at(2026, 3, 29, 15, 20, 10) + 1],
  ['-1w', at(2026, 3, 24, 15, 20, 10), at(2026, 3, 24, 15, 20, 10) + 1],
  ['-1mo', at(2026, 2, 28, 15, 20, 10), at(2026, 2, 28, 15, 20, 10) + 1],
  ['-13mo', at(2025, 2, 28, 15, 20, 10), at(2025, 2, 28, 15, 20, 10) + 1],
  ['-2y', at(2024, 3, 31, 15, 20, 10), at(2024, 3, 31, 15, 20, 10) + 1],
  ['2026-05', at(2026, 5), at(2026, 6)],
])('the literal %s', (text, from, to) => {
  expect(readDateLiteral(text, NOW)).toEqual({ from, to })
})

test('other literals are no dates, and relative ones are known as such', () => {
  expect(['-2', '2d', '-d', '-2x', 'Today', 'now', '-999999y'].filter((text) => readDateLiteral(text, NOW))).toEqual([])
  expect(['-2d', '-1mo', 'today', '2026'].filter(isRelativeDate)).toEqual(['-2d', '-1mo'])
})
