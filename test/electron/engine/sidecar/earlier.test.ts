import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createEarlier } from '../../../../electron/engine/sidecar/earlier.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const SHA = 'a'.repeat(64)

test('the first text for a file and hash stays; the file tells a later process', async () => {
  using folder = tempFolder()
  const file = join(folder.path, 'before.ndjson')
  const earlier = createEarlier(file)
  await earlier.load()
  earlier.remember('root/p.json', { sha256: SHA, text: 'old' })
  earlier.remember('root/p.json', { sha256: SHA, text: 'later' })
  earlier.remember('root/q.json', { sha256: SHA, text: null })
  earlier.remember('root/large.json', { sha256: SHA, text: 'x'.repeat(65_537) })
  await earlier.save()

  const next = createEarlier(file)
  await next.load()
  expect(next.recall('root/p.json', SHA)).toEqual({ sha256: SHA, text: 'old' })
  expect(next.recall('root/q.json', SHA)).toEqual({ sha256: SHA, text: null })
  expect(next.recall('root/large.json', SHA)).toBe(null)
  expect(next.recall('root/p.json', 'b'.repeat(64))).toBe(null)
})

test('it stays small, in memory and on disk: the oldest go', async () => {
  using folder = tempFolder()
  const file = join(folder.path, 'before.ndjson')
  const earlier = createEarlier(file)
  const text = 'x'.repeat(60_000)
  for (let i = 0; i < 600; i += 1) {
    earlier.remember(`root/${i}.json`, { sha256: SHA, text })
    if (i % 20 === 19) await earlier.save()
  }
  expect(earlier.recall('root/0.json', SHA)).toBe(null)
  expect(earlier.recall('root/599.json', SHA)).toEqual({ sha256: SHA, text })
  expect(statSync(file).size).toBeLessThan(16_100_000)
  const next = createEarlier(file)
  await next.load()
  expect(next.recall('root/599.json', SHA)).toEqual({ sha256: SHA, text })
  expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true)
})
