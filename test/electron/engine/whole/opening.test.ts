/** Opening and closing a library, whatever state it is in. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { createEngine } from '../../../../electron/engine/index.ts'
import type { Platform } from '../../../../electron/engine/platform.ts'
import { openHost } from '../../../../electron/hosts/node.ts'
import { matching, setValues, testLibrary, valuesOf } from '../../../support/library.ts'

test('a folder whose journals cannot be read is told as a problem and does not take the library with it', async () => {
  const lib = testLibrary()
  lib.capture('good/a.gif', { n: 1 })
  lib.capture('bad/b.gif', { n: 2 })
  const client = await lib.open()
  await client.library.add({ path: lib.at('good') })
  await client.library.add({ path: lib.at('bad') })
  await lib.close()
  rmSync(lib.at('bad/.gleaner/journal'), { recursive: true, force: true })
  lib.put('bad/.gleaner/journal', 'not a folder')
  const again = await lib.open()
  expect(await valuesOf(again)).toEqual({ 'a.gif': { n: 1 }, 'b.gif': { n: 2 } })
  expect((await again.schema.problems({})).problems).toMatchObject([{ kind: 'journal', root: 'bad' }])
  expect(await again.library.scan({})).toMatchObject({ offline: [] })
  expect(await setValues(again, '', { n: 3 })).toMatchObject({ changed: 1, failed: [{ path: 'b.gif', root: 'bad' }] })
  rmSync(lib.at('bad/.gleaner/journal'))
  await again.library.scan({})
  expect((await again.schema.problems({})).problems).toEqual([])
  expect(await setValues(again, ['b.gif'], { n: 4 })).toMatchObject({ changed: 1, failed: [] })
})

test('closing twice, or while a scan runs, ends everything and frees the library', async () => {
  const lib = testLibrary()
  for (let n = 0; n < 300; n += 1) lib.capture(`root/d${n}/img.gif`, { n })
  const host = await openHost({ directory: lib.library, isLive: true, isServing: true })
  const adding = host.client.library.add({ path: lib.at('root') }).catch((error: unknown) => error)
  await vi.waitFor(async () => expect(await host.client.jobs.list()).not.toEqual([]), { interval: 1 })
  await Promise.all([host.close(), host.close()])
  await host.close()
  await adding
  expect(existsSync(lib.at('library/socket'))).toBe(false)
  const client = await lib.open()
  await client.library.scan({})
  expect(await matching(client)).toHaveLength(300)
})

test('an opening that fails lets go of the library and of its threads', async () => {
  const lib = testLibrary()
  lib.put('library/roots', 'not a list')
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const platform = { clock: { now: () => Date.now() }, log, randomHex: () => 'ab' } as unknown as Platform
  const directory = lib.library
  await expect(createEngine({ directory, platform, isLive: false })).rejects.toMatchObject({ code: 'LIBRARY_UNUSABLE' })
  rmSync(lib.at('library/roots'))
  const client = await lib.open()
  expect(await client.library.roots()).toEqual([])
})

test('what a killed comparison left behind is swept away', async () => {
  const lib = testLibrary()
  mkdirSync(lib.at('library/verify-00ff00ff'), { recursive: true })
  lib.put('library/verify-00ff00ff/index.db', 'half')
  await (await lib.open()).library.status()
  expect(readdirSync(lib.library).filter((name) => name.startsWith('verify-'))).toEqual([])
})
