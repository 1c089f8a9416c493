import { once } from 'node:events'
import { lstatSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Engine } from '../../../electron/engine/index.ts'
import { router } from '../../../electron/engine/router/index.ts'
import { listenOnSocket } from '../../../electron/server/socket.ts'
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
