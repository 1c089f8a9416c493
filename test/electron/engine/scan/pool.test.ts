import { writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createGate } from '../../../../electron/engine/scan/gate.ts'
import { quickHash, rootPresence } from '../../../../electron/engine/scan/identity.ts'
import { createIoPool } from '../../../../electron/engine/scan/pool.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { identityOf, plant } from './support.ts'

function pool(options: { size?: number; idleMs?: number } = {}) {
  const entry = new URL('./odd-thread.ts', import.meta.url)
  const io = createIoPool({ size: 2, directory: 'unused', entry, ...options })
  onTestFinished(() => io.close())
  /** The odd thread answers `hash` with its own number, or does what the name asks for. */
  return { io, ask: (file: string) => io.run('hash', { file }) }
}

it('fails only the task of a thread that dies, with the reason, and replaces the thread', async () => {
  const { ask } = pool()
  const answers = await Promise.allSettled([ask('exit'), ask('a'), ask('b'), ask('throw'), ask('crash'), ask('c')])
  expect(
    answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as Error).message : 'answered')),
  ).toEqual([
    'A file thread stopped before it was done.',
    'answered',
    'answered',
    'This one throws.',
    'A file thread failed: This one crashes.',
    'answered',
  ])
})

it('uses at most as many threads as it may, and ends those that idle', async () => {
  const { ask } = pool({ size: 2, idleMs: 50 })
  const first = new Set(await Promise.all(Array.from({ length: 20 }, () => ask('who'))))
  expect(first.size).toBe(2)
  await vi.waitFor(async () => expect(first.has(await ask('who'))).toBe(false), { interval: 100 })
})

it('rejects what is open when it is closed', async () => {
  const { io, ask } = pool({ size: 1 })
  const open = [ask('wait'), ask('a')]
  const closed = io.close()
  const answers = await Promise.allSettled([...open, ask('late')])
  await closed
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})

it('lets a holder in alone, before those that share', async () => {
  const gate = createGate()
  const order: string[] = []
  const step = (name: string) => async () => {
    order.push(`${name} in`)
    await new Promise((resolve) => setImmediate(resolve))
    order.push(`${name} out`)
  }
  const failing = gate.hold(() => Promise.reject(new Error('no')))
  await Promise.allSettled([
    failing,
    gate.share(step('s1')),
    gate.share(step('s2')),
    gate.hold(step('h1')),
    gate.share(step('s3')),
    gate.hold(step('h2')),
  ])
  expect(order).toEqual(['h1 in', 'h1 out', 'h2 in', 'h2 out', 's1 in', 's2 in', 's3 in', 's1 out', 's2 out', 's3 out'])
})

it('hashes size, head and tail of a file', () => {
  using folder = tempFolder()
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251))
  const write = (data: Buffer) => {
    writeFileSync(join(folder.path, 'x'), data)
    return quickHash(join(folder.path, 'x'))
  }
  const expected = (size: number, ...parts: Buffer[]) => {
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(size))
    return `q1-${createHash('sha256')
      .update(Buffer.concat([length, ...parts]))
      .digest('hex')}`
  }
  const middle = Buffer.from(bytes)
  middle[100_000] = 255
  const [small, edge] = [bytes.subarray(0, 70_000), bytes.subarray(0, 131_072)]
  expect([write(Buffer.alloc(0)), write(small), write(edge), write(bytes), write(middle)]).toEqual([
    expected(0),
    expected(70_000, small),
    expected(131_072, edge),
    expected(200_000, bytes.subarray(0, 65_536), bytes.subarray(-65_536)),
    expected(200_000, bytes.subarray(0, 65_536), bytes.subarray(-65_536)),
  ])
})

it('tells a root from the hole it left', () => {
  using folder = tempFolder()
  const at = (name: string) => join(folder.path, name)
  plant(folder.path, { 'full/.gleaner/root': '{}', 'empty/': '', file: 'x' })
  const other = { dev: '1', ino: '2' }
  const identity = (name: string) => identityOf(at(name))
  expect([
    rootPresence(at('full'), null),
    rootPresence(at('full'), other),
    rootPresence(at('empty'), null),
    rootPresence(at('empty'), identity('empty')),
    rootPresence(at('empty'), other),
    rootPresence(at('missing'), null),
    rootPresence(at('file'), null),
  ]).toEqual([
    { isHere: true, identity: identity('full') },
    { isHere: true, identity: identity('full') },
    { isHere: true, identity: identity('empty') },
    { isHere: true, identity: identity('empty') },
    { isHere: false, identity: identity('empty') },
    { isHere: false, identity: null },
    { isHere: false, identity: null },
  ])
})
