import { createServer, type Server } from 'node:http'
import { createServer as createPlainServer } from 'node:net'
import { join } from 'node:path'
import { implement, ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { connectToOwner } from '../../electron/cli/connect.ts'
import { contract } from '../../shared/contract/index.ts'
import { testFolder } from './support/folder.ts'

const STATUS = { version: '1', directory: '/x', revision: 1, images: 5, unmeasured: 0, unwritten: 0, setAside: null }

/** A program that holds a library: answers its status, fails on roots, and never answers a scan. */
async function owner(path: string): Promise<{ end(): void; scans: Promise<void> }> {
  let scanning = () => {}
  const scans = new Promise<void>((resolve) => (scanning = resolve))
  const base = implement(contract)
  const handler = new RPCHandler({
    library: {
      status: base.library.status.handler(() => STATUS),
      roots: base.library.roots.handler(() => {
        throw new ORPCError('LIBRARY_UNUSABLE', { status: 409, message: 'Broken.', defined: true })
      }),
      scan: base.library.scan.handler(() => {
        scanning()
        return new Promise(() => {})
      }),
    },
  })
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer()
  server.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => void handler.upgrade(socket))
  })
  await listen(server, path)
  const end = () => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  }
  onTestFinished(end)
  return { end, scans }
}

function listen(server: Pick<Server, 'listen'>, path: string): Promise<void> {
  return new Promise((resolve) => server.listen(path, () => resolve()))
}

describe('the owner of a library', () => {
  it('answers over a socket whose path may hold blanks and colons', async () => {
    const folder = testFolder()
    const path = join(folder, 'my lib: 100%?#.sock')
    await owner(path)
    const connection = await connectToOwner(path, 5000)
    expect(await connection?.client.library.status()).toEqual(STATUS)
    await expect(connection?.client.library.roots()).rejects.toMatchObject({
      code: 'LIBRARY_UNUSABLE',
      message: 'Broken.',
    })
    await connection?.close()
    await connection?.close()
  })

  it('that ends during a call leaves the outcome unknown', async () => {
    const folder = testFolder()
    const path = join(folder, 'socket')
    const { end, scans } = await owner(path)
    const connection = await connectToOwner(path, 5000)
    const scan = connection?.client.library.scan({})
    const outcome = expect(scan).rejects.toMatchObject({ name: 'Failure', code: 'OUTCOME_UNKNOWN' })
    await scans
    end()
    await outcome
    await expect(connection?.client.library.status()).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await connection?.close()
  })

  it('that is not there, or does not answer, is no connection', async () => {
    const folder = testFolder()
    expect(await connectToOwner(join(folder, 'nothing'), 5000)).toBeNull()
    const silent = createPlainServer()
    const path = join(folder, 'silent')
    await new Promise<void>((resolve) => silent.listen(path, () => resolve()))
    onTestFinished(() => void silent.close())
    expect(await connectToOwner(path, 50)).toBeNull()
  })
})
