import { expect, test } from 'vitest'
import { readTaken } from '../../../../electron/engine/thumbs/taken.ts'

const read = (date: string | null, subSeconds: string | null = null, offset: string | null = null) =>
  readTaken({ date, subSeconds, offset })

test('reads date, sub-seconds and offset', () => {
  expect(read('2026:05:03 21:30:45', '12', '+02:00')).toEqual({
    ms: Date.UTC(2026, 4, 3, 19, 30, 45, 120),
    offset: '+02:00',
  })
  expect(read('2026-05-03T21:30:45.5', null, '-0430')).toEqual({
    ms: Date.UTC(2026, 4, 4, 2, 0, 45, 500),
    offset: '-04:30',
  })
  expect(read('2026:05:03 21:30:45', '123999', 'Z')).toEqual({
    ms: Date.UTC(2026, 4, 3, 21, 30, 45, 123),
    offset: '+00:00',
  })
})

test('without an offset the time is local', () => {
  expect(read('2026:05:03 21:30:45')).toEqual({ ms: new Date(2026, 4, 3, 21, 30, 45).getTime(), offset: null })
  expect(read('2026:05:03 21:30:45', null, 'CEST')?.offset).toBe(null)
  expect(read('2026:05:03 21:30:45', null, '+99:00')?.offset).toBe(null)
})

test.each([
  '0000:00:00 00:00:00',
  '2026:02:30 10:00:00',
  '2026:13:01 10:00:00',
  '2026:05:03 24:00:01',
  '2026:05:03 10:61:00',
  '0001:01:01 00:00:00',
  '    :  :     :  :  ',
  '2026:05:03',
  '',
])('%j is no date', (text) => {
  expect(read(text)).toBe(null)
})
