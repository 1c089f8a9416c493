/**
 * The private local socket on which other programs of the same user reach the owner of a library: a unix socket that
 * only its user can open, or a named pipe. WebSocket only; a plain request gets 426.
 */
import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Engine } from '../engine/index.ts'
import { serveWebSockets } from './ws.ts'

/** Listens until the returned function is called, which first lets the calls under way end. A socket file left by a killed owner is replaced. */
export async function listenOnSocket(engine: Engine, path: string): Promise<() => Promise<void>> {
  const isFile = process.platform !== 'win32'
  // Subtle: we hold the library's lock here, so whatever file stands there belongs to nobody alive.
  if (isFile) rmSync(path, { force: true })
  const server = createServer((_, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This socket speaks WebSocket only.\n')
  })
  const hangUp = serveWebSockets(server, engine)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // Subtle: the file is made within the call. The mask is the whole process's, and folders made under it while we
    // wait could not be entered.
    const mask = isFile ? process.umask(0o177) : 0
    try {
      server.listen(path, () => resolve())
    } finally {
      if (isFile) process.umask(mask)
    }
  })
  if (isFile) chmodSync(path, 0o600)
  return async () => {
    const isClosed = new Promise<void>((resolve) => server.close(() => resolve()))
    await hangUp()
    await isClosed
    if (isFile) rmSync(path, { force: true })
  }
}
