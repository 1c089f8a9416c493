import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { acquireLock, socketPathOf } from '../../../../electron/engine/library/lock.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const HOLDER = fileURLToPath(new URL('../db/lock-holder.ts', import.meta.url))

/** A process that tries to take the lock; resolves once it has said how that went. */
async function holder(directory: string) {
  const child = spawn(process.execPath, [HOLDER, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const kill = async () => {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return { said: String(said).trim(), kill }
}

test('one owner: a second is refused until the first has released it, and releasing twice is harmless', () => {
  using home = tempFolder()
  const library = join(home.path, 'library')
  const first = acquireLock(library)
  expect(acquireLock(library)).toBeNull()
  first?.release()
  first?.release()
  const second = acquireLock(library)
  expect(second).not.toBeNull()
  second?.release()
  expect(readdirSync(library)).toEqual(['lock.db'])
})

test('the lock holds between processes, and kill -9 of its owner frees it', async () => {
  using home = tempFolder()
  const owner = await holder(home.path)
  const rival = await holder(home.path)
  expect([owner.said, rival.said, acquireLock(home.path)]).toEqual(['held', 'refused', null])
  await rival.kill()
  expect(acquireLock(home.path)).toBeNull()
  await owner.kill()
  const lock = acquireLock(home.path)
  expect(lock).not.toBeNull()
  lock?.release()
})

test('the socket lies in the library, or where that is too long in a folder of this user alone', async () => {
  using home = tempFolder()
  expect(socketPathOf(home.path)).toBe(join(home.path, 'socket'))
  const deep = join(home.path, 'x'.repeat(120))
  const path = socketPathOf(deep)
  expect(path).toBe(socketPathOf(deep))
  expect(path).not.toBe(socketPathOf(`${deep}y`))
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100)
  const stat = lstatSync(dirname(path))
  expect({ mode: stat.mode & 0o777, uid: stat.uid }).toEqual({ mode: 0o700, uid: process.getuid?.() })
  const server = createServer().listen(path)
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
})
