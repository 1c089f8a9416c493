import { once } from 'node:events'
import { lstatSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { implement } from '@orpc/server'
import { expect, test } from 'vitest'
import { connectToOwner } from '../../../electron/cli/connect.ts'
import type { Engine } from '../../../electron/engine/index.ts'
import { router } from '../../../electron/engine/router/index.ts'
import { listenOnSocket } from '../../../electron/server/socket.ts'
import { contract } from '../../../shared/contract/index.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const engine = { router, connect: () => ({}), close: async () => {} } as unknown as Engine

test('only its user can open the socket, whatever the mask, and it goes at the end', async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'socket')
  writeFileSync(path, 'left by a killed owner')
  const mask = process.umask(0)
  try {
    const listening = listenOnSocket(engine, path)
    // At once, before anything else can make a file: private already, and the mask of the process as it was.
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
    expect(process.umask()).toBe(0)
    const hangUp = await listening
    expect(lstatSync(path).isSocket()).toBe(true)
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
    await hangUp()
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined()
  } finally {
    process.umask(mask)
  }
})

test('a plain request is told to upgrade', async () => {
  using folder = tempFolder()
  const socketPath = join(folder.path, 'socket')
  const hangUp = await listenOnSocket(engine, socketPath)
  const [response] = (await once(get({ socketPath, path: '/', agent: false }), 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(426)
  response.resume()
  await hangUp()
})

test('a call under way is answered before the connections end, and no new ones are taken', async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'socket')
  const status = { version: '1', directory: '/x', revision: 1, images: 5, unmeasured: 0, unwritten: 0, setAside: null }
  const done = { added: 1, changed: 0, removed: 0, problems: 0, offline: [], ms: 1 }
  const begun = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<typeof done>()
  const base = implement(contract)
  const slow = {
    library: {
      status: base.library.status.handler(() => status),
      scan: base.library.scan.handler(() => {
        begun.resolve()
        return finish.promise
      }),
    },
  }
  const hangUp = await listenOnSocket({ router: slow, connect: () => ({}) } as unknown as Engine, path)
  const connection = await connectToOwner(path, 5000)
  const scan = connection?.client.library.scan({})
  await begun.promise
  const ended = hangUp()
  expect(await connectToOwner(path, 5000)).toBeNull()
  finish.resolve(done)
  expect(await scan).toEqual(done)
  // The next call of the same command, right after the first.
  expect(await connection?.client.library.status()).toEqual(status)
  await ended
  await expect(connection?.client.library.status()).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
})
