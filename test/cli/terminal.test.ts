import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { interruptSignal } from '../../electron/cli/interrupt.ts'
import { baseFolder, defaultLibrary } from '../../electron/cli/library-directory.ts'
import { formatBar, startProgress } from '../../electron/cli/progress.ts'
import { createScreen } from '../../electron/cli/screen.ts'
import type { Client, Event, Job } from '../../shared/contract/index.ts'
import { fakeClient } from './support/fake-client.ts'
import { sink } from './support/run.ts'

const job = (changes: Partial<Job> = {}): Job => ({
  id: 'job-1',
  kind: 'scan',
  title: 'Scanning captures',
  done: 50_000,
  total: 100_000,
  ...changes,
})

/** A client whose events are pushed by the test; `taken` waits until the last one pushed was handled. */
function eventSource() {
  const events: Event[] = []
  let wake = () => {}
  let idle = () => {}
  const watch = async (_: unknown, { signal }: { signal: AbortSignal }) =>
    (async function* stream() {
      signal.addEventListener('abort', () => wake(), { once: true })
      while (!signal.aborted) {
        const event = events.shift()
        if (event) yield event
        else {
          idle()
          await new Promise<void>((resolve) => (wake = resolve))
        }
      }
    })()
  const client = fakeClient({ events: { watch: watch as unknown as Client['events']['watch'] } }).client
  return {
    client,
    push(...more: Event[]) {
      events.push(...more)
      const isIdle = new Promise<void>((resolve) => (idle = resolve))
      wake()
      return isIdle
    },
  }
}

describe('progress', () => {
  it('is a bar on a terminal, which makes way for other lines', async () => {
    const stderr = { ...sink(), isTTY: true, columns: 60 }
    const stdout = sink()
    const screen = createScreen({ stdout, stderr, isQuiet: false })
    const source = eventSource()
    const progress = startProgress(source.client, screen)
    await source.push({ kind: 'jobs', jobs: [job()] })
    screen.note('note')
    await source.push({ kind: 'jobs', jobs: [job({ title: 'Evil\u001b title' })] })
    await screen.say(['result'])
    await source.push({ kind: 'jobs', jobs: [job()] }, { kind: 'notice', text: 'put aside' })
    await progress.stop()
    const wipe = '\r\u001b[2K'
    expect(stdout.text()).toBe('result\n')
    expect(stderr.text().split(wipe)).toEqual([
      'Scanning captures [############------------] 50,000/100,000',
      'note\nEvil\\u{1b} title [############------------] 50,000/100,000',
      'Scanning captures [############------------] 50,000/100,000',
      'put aside\n',
    ])
  })

  it('is a line at the start and every five seconds where there is no terminal', async () => {
    const stderr = sink()
    let now = 0
    const source = eventSource()
    const progress = startProgress(source.client, createScreen({ stdout: sink(), stderr, isQuiet: false }), () => now)
    for (const done of [0, 10, 20, 30]) {
      await source.push({
        kind: 'jobs',
        jobs: [job({ done }), ...(done === 30 ? [job({ id: 'job-2', total: null })] : [])],
      })
      now += 2500
    }
    await progress.stop()
    expect(stderr.text()).toBe('Scanning captures …\nScanning captures: 20 of 100,000\nScanning captures …\n')
  })

  it('is nothing with --quiet', async () => {
    const stderr = { ...sink(), isTTY: true }
    const screen = createScreen({ stdout: sink(), stderr, isQuiet: true })
    const source = eventSource()
    const progress = startProgress(source.client, screen)
    screen.bar('x')
    screen.note('x')
    await progress.stop()
    expect(stderr.text()).toBe('')
  })

  it('counts without a bar while the total is not known, and never overflows', () => {
    expect([
      formatBar(job({ done: 0, total: null })),
      formatBar(job({ done: 1200, total: null })),
      formatBar(job({ done: 5, total: 4 })),
    ]).toEqual(['Scanning captures …', 'Scanning captures 1,200', 'Scanning captures [########################] 5/4'])
  })
})

describe('an interruption', () => {
  it('ends politely first, then at once, and takes one key press passed on twice for one', () => {
    const exits: number[] = []
    const target = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) })
    let now = 1000
    const signal = interruptSignal(target, () => now)
    expect(signal.aborted).toBe(false)
    target.emit('SIGINT')
    now += 20
    target.emit('SIGINT')
    expect([signal.aborted, exits]).toEqual([true, []])
    now += 1000
    target.emit('SIGTERM')
    expect(exits).toEqual([130])
  })
})

describe('folders', () => {
  it('has the library where the system keeps the data of apps', () => {
    const at = (platform: NodeJS.Platform, env: Record<string, string> = {}) =>
      defaultLibrary({ platform, env, home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me' })
    expect([
      at('linux'),
      at('linux', { XDG_DATA_HOME: '/data' }),
      at('linux', { XDG_DATA_HOME: 'relative' }),
      at('darwin'),
      at('win32'),
      at('win32', { LOCALAPPDATA: 'D:\\Local' }),
    ]).toEqual([
      '/home/me/.local/share/gleaner',
      '/data/gleaner',
      '/home/me/.local/share/gleaner',
      '/home/me/Library/Application Support/Gleaner',
      'C:\\Users\\me\\AppData\\Local\\Gleaner',
      'D:\\Local\\Gleaner',
    ])
  })

  it('starts relative paths where npm was called, for our own scripts', () => {
    const env = { INIT_CWD: '/home/me', npm_lifecycle_event: 'gleaner' }
    expect([
      baseFolder(env, '/app'),
      baseFolder({ ...env, npm_lifecycle_event: 'prepare' }, '/app'),
      baseFolder({}, '/x'),
    ]).toEqual(['/home/me', '/app', '/x'])
  })
})
