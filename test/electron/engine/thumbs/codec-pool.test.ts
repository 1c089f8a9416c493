import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CodecProcess } from '../../../../electron/engine/platform.ts'
import { createCodecPool, type CodecPool } from '../../../../electron/engine/thumbs/codec-pool.ts'
import type { CodecTask } from '../../../../electron/engine/thumbs/codec-protocol.ts'
import { SILENT, testCodecs } from '../../../support/codecs.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

/** A codec process in this one: the test decides when it is ready, answers or dies. */
type Fake = CodecProcess & {
  readonly tasks: CodecTask[]
  ready(): void
  answer(): void
  die(reason?: string): void
  isKilled: boolean
}

function fakes(): { launch: () => CodecProcess; started: Fake[] } {
  const started: Fake[] = []
  const launch = () => {
    let tell: (message: unknown) => void = () => {}
    let gone: (reason: string) => void = () => {}
    const fake: Fake = {
      pid: undefined,
      tasks: [],
      isKilled: false,
      send: (message) => void fake.tasks.push(message as CodecTask),
      onMessage: (listener) => {
        tell = listener
      },
      onExit: (listener) => {
        gone = listener
      },
      kill: () => {
        fake.isKilled = true
        gone('SIGKILL')
      },
      ready: () => tell({ kind: 'ready' }),
      answer: () =>
        tell({ task: fake.tasks.at(-1)?.task, ok: true, kind: 'thumbnail', width: 1, height: 1, isDamaged: false }),
      die: (reason = 'SIGSEGV') => gone(reason),
    }
    started.push(fake)
    return fake
  }
  return { launch, started }
}

const work = (file: string) => ({ kind: 'thumbnail', file, edge: 256, out: `${file}.out` }) as const
const fileOf = (fake: Fake | undefined) => fake?.tasks.map((task) => ('file' in task ? task.file : ''))

let pool: CodecPool
let started: Fake[]
function makePool(size = 1, limits = {}): void {
  const fake = fakes()
  started = fake.started
  pool = createCodecPool({ ...fake, size, limits, clock: { now: () => Date.now() }, log: SILENT })
}

beforeEach(() => void vi.useFakeTimers())
afterEach(async () => {
  await pool.close()
  vi.useRealTimers()
})

const settled = () => vi.advanceTimersByTimeAsync(0)

test('each process has one task at a time, and a job taken back is not given out', async () => {
  makePool(2)
  const jobs = ['a', 'b', 'c', 'd'].map((name) => pool.run(work(name)))
  jobs[2]?.cancel()
  await settled()
  expect(started.map(fileOf)).toEqual([['a'], ['b']])
  started[1]?.answer()
  expect(started.map(fileOf)).toEqual([['a'], ['b', 'd']])
  jobs[3]?.cancel()
  started[1]?.answer()
  started[0]?.answer()
  expect(await Promise.all(jobs.map((job) => job.answer))).toMatchObject([{ ok: true }, { ok: true }, null, null])
})

test('what is visible comes before what is near, and that before the rest', async () => {
  makePool(1)
  pool.run(work('a'))
  await settled()
  pool.run(work('rest'))
  pool.run(work('near'), { priority: 'near' })
  pool.run(work('visible'), { priority: 'visible' })
  pool.run(work('late')).setPriority('visible')
  expect(pool.waiting).toBe(4)
  for (let i = 0; i < 4; i += 1) started[0]?.answer()
  expect(fileOf(started[0])).toEqual(['a', 'visible', 'late', 'near', 'rest'])
  expect(pool.waiting).toBe(0)
})

test('a crash costs a second try, and after two the file is quarantined', async () => {
  makePool()
  const bad = pool.run(work('bad'))
  const good = pool.run(work('good'))
  await settled()
  started[0]?.ready()
  started[0]?.die()
  await vi.advanceTimersByTimeAsync(250)
  expect(fileOf(started[1])).toEqual(['bad'])
  started[1]?.ready()
  started[1]?.die()
  expect(await bad.answer).toEqual({
    task: 0,
    ok: false,
    code: 'unreadable',
    reason: 'The program that reads pictures stopped twice on this file.',
  })
  await vi.advanceTimersByTimeAsync(500)
  started[2]?.ready()
  started[2]?.answer()
  expect(await good.answer).toMatchObject({ ok: true })
  expect(await pool.run(work('bad')).answer).toMatchObject({ ok: false, code: 'unreadable' })
  expect(started).toHaveLength(3)
  // Another version of the file is another subject.
  const again = pool.run(work('bad'), { subject: 'bad, changed' })
  await settled()
  started[2]?.answer()
  expect(await again.answer).toMatchObject({ ok: true })
})

test('a task over its time costs the process, and the file is answered at once', async () => {
  makePool()
  const slow = pool.run(work('slow'))
  await settled()
  started[0]?.ready()
  await vi.advanceTimersByTimeAsync(9_800)
  expect(started[0]?.isKilled).toBe(false)
  await vi.advanceTimersByTimeAsync(600)
  expect(started[0]?.isKilled).toBe(true)
  expect(await slow.answer).toMatchObject({ ok: false, code: 'timeout' })
  const quick = pool.run(work('quick'), { limitMs: 1000 })
  await vi.advanceTimersByTimeAsync(250)
  started[1]?.ready()
  await vi.advanceTimersByTimeAsync(1_400)
  expect(await quick.answer).toMatchObject({ ok: false, code: 'timeout' })
})

test('restarts come later and later while processes keep dying, and soon again after an answer', async () => {
  makePool()
  for (let i = 0; i < 12; i += 1) pool.run(work(`bad${i}`))
  await settled()
  const delays: number[] = []
  for (let death = 0; death < 9; death += 1) {
    const count = started.length
    started.at(-1)?.ready()
    started.at(-1)?.die()
    const begin = Date.now()
    while (started.length === count) await vi.advanceTimersByTimeAsync(50)
    delays.push(Date.now() - begin)
  }
  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  started.at(-1)?.ready()
  started.at(-1)?.answer()
  const count = started.length
  started.at(-1)?.die()
  await vi.advanceTimersByTimeAsync(250)
  expect(started).toHaveLength(count + 1)
})

test('processes that never get ready blame no file', async () => {
  makePool()
  const job = pool.run(work('innocent'))
  await settled()
  for (let death = 0; death < 5; death += 1) {
    started.at(-1)?.die('exit code 1')
    await vi.advanceTimersByTimeAsync(30_000)
  }
  expect(await job.answer).toMatchObject({ ok: false, code: 'unavailable' })
  const later = pool.run(work('innocent'))
  await settled()
  started.at(-1)?.ready()
  started.at(-1)?.answer()
  expect(await later.answer).toMatchObject({ ok: true })
})

test('a process is replaced after its share of tasks, without blame or delay', async () => {
  makePool(1, { recycleTasks: 2 })
  const jobs = ['a', 'b', 'c'].map((name) => pool.run(work(name)))
  await settled()
  started[0]?.ready()
  started[0]?.answer()
  started[0]?.answer()
  await settled()
  expect(started).toHaveLength(2)
  started[1]?.answer()
  expect(await Promise.all(jobs.map((job) => job.answer))).toMatchObject([{ ok: true }, { ok: true }, { ok: true }])
})

test('closing answers what is open with null and ends every process', async () => {
  makePool(2)
  const jobs = ['a', 'b', 'c'].map((name) => pool.run(work(name)))
  await settled()
  await Promise.all([pool.close(), pool.close()])
  expect(await Promise.all(jobs.map((job) => job.answer))).toEqual([null, null, null])
  expect(started.map((fake) => fake.isKilled)).toEqual([true, true])
  expect(await pool.run(work('d')).answer).toBe(null)
})

test('real processes: killed again and again, every image of a batch ends with a thumbnail or a reason', async () => {
  vi.useRealTimers()
  using folder = tempFolder()
  await using codecs = testCodecs({ size: 2 })
  mkdirSync(join(folder.path, 'out'))
  const picture = await sharp({ create: { width: 900, height: 700, channels: 3, background: '#246' } })
    .jpeg()
    .toBuffer()
  const files = Array.from({ length: 50 }, (_, i) => join(folder.path, `${i}.jpg`))
  for (const [i, file] of files.entries()) writeFileSync(file, i === 25 ? 'garbage' : picture)
  let done = 0
  const answers = files.map(async (file, i) => {
    const out = join(folder.path, 'out', `${i}.jpg`)
    const answer = await codecs.pool.run({ kind: 'thumbnail', file, edge: 256, out }).answer
    done += 1
    // Every tenth answer takes a process with it, in turns by the two signals a crash would show.
    const victim = done % 10 === 0 ? codecs.processes.at(-1)?.pid : undefined
    if (victim !== undefined) process.kill(victim, done % 20 === 0 ? 'SIGKILL' : 'SIGSEGV')
    return answer
  })
  const ended = await Promise.all(answers)
  expect(ended.filter((answer) => answer === null)).toEqual([])
  expect(ended[25]).toMatchObject({ ok: false, reason: 'The file holds text, not a picture.' })
  // Bad luck may hit one file twice; no more than that may be lost.
  const lost = ended.filter((answer) => answer && !answer.ok && answer.reason.includes('stopped twice'))
  expect(ended.filter((answer) => answer?.ok).length).toBe(49 - lost.length)
  expect(lost.length).toBeLessThan(3)
  expect(codecs.stderr()).not.toContain('GLib')
})
