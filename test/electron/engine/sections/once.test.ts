import { expect, test } from 'vitest'
import { createOnce } from '../../../../electron/engine/sections/once.ts'

test('a repeated call gets the first answer; what failed may be asked for again', async () => {
  const once = createOnce<number>()
  let runs = 0
  const run = async () => (runs += 1)
  expect(await Promise.all([once('a', run), once('a', run), once('b', run)])).toEqual([1, 1, 2])
  await expect(once('c', () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
  expect(await once('c', run)).toBe(3)
  expect(await once('a', run)).toBe(1)
})

test('keeps a thousand answers, the oldest goes first', async () => {
  const once = createOnce<number>()
  for (let n = 0; n <= 1000; n += 1) await once(`key ${n}`, async () => n)
  expect(await once('key 0', async () => -1)).toBe(-1)
  expect(await once('key 1000', async () => -1)).toBe(1000)
})
