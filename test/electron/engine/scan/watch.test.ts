import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createWatch } from '../../../../electron/engine/scan/watch.ts'
import { watchRoot } from '../../../../electron/engine/scan/watch-root.ts'
import type { WatchMessage, WatchSink } from '../../../../electron/engine/scan/watch-protocol.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { plant } from './support.ts'

const ROOT = 'r'.repeat(32)
const FAST = { timeout: 8000, interval: 10 }

type Dirs = readonly string[] | 'all'

async function watching(files: number, planted: Record<string, string>) {
  const folder = tempFolder()
  const path = join(folder.path, 'root')
  plant(path, planted)
  const seen: Dirs[] = []
  const problems: string[] = []
  const log = { info() {}, warn() {}, error() {} }
  const watch = createWatch({
    log,
    onDirty: (rootId, dirs) => rootId === ROOT && seen.push(dirs),
    onProblem: (_, reason) => problems.push(reason),
  })
  onTestFinished(async () => {
    await watch.close()
    folder[Symbol.dispose]()
  })
  await watch.add({ id: ROOT, path, files })
  return {
    path,
    watch,
    problems,
    seen,
    at: (...parts: string[]) => join(path, ...parts),
    /** Does something and waits until all these folders, or the whole root, are to be looked at. */
    async expectDirty(act: () => void, dirs: readonly string[]): Promise<void> {
      seen.length = 0
      act()
      const isSeen = (dir: string) => seen.some((look) => look === 'all' || look.includes(dir))
      await vi.waitFor(() => expect(dirs.filter((dir) => !isSeen(dir))).toEqual([]), FAST)
    },
    expectAll: async (act: () => void) => {
      seen.length = 0
      act()
      await vi.waitFor(() => expect(seen).toContain('all'), FAST)
    },
  }
}

describe.each([
  ['chokidar', 10],
  ['one watch per folder', 1_000_000],
])('%s', (_, files) => {
  it('names the folder of everything that happens', async () => {
    const { at, expectDirty, seen, problems } = await watching(files, { 'a/x.jpg': '1', 'b/c/y.jpg': '1' })
    await expectDirty(() => writeFileSync(at('a/new.jpg'), '1'), ['a'])
    await expectDirty(() => writeFileSync(at('b/c/y.json'), '{}'), ['b/c'])
    await expectDirty(() => writeFileSync(at('b/c/y.json'), '{"a":1}'), ['b/c'])
    await expectDirty(() => renameSync(at('a/x.jpg'), at('b/x.jpg')), ['a', 'b'])
    await expectDirty(() => rmSync(at('b/x.jpg')), ['b'])
    await expectDirty(() => plant(at(), { 'n/m/o/deep.jpg': 'x' }), ['', 'n/m/o'])
    await expectDirty(() => writeFileSync(at('n/m/o/later.json'), '{}'), ['n/m/o'])
    await expectDirty(() => renameSync(at('n'), at('k')), [''])
    await expectDirty(() => writeFileSync(at('k/m/o/moved.json'), '{}'), ['k/m/o'])
    await expectDirty(() => {
      rmSync(at('k'), { recursive: true })
      plant(at(), { 'k/m/again.jpg': 'x' })
    }, ['k/m'])
    await expectDirty(() => writeFileSync(at('k/m/again.json'), '{}'), ['k/m'])
    // The last one is ours; what comes before it is nobody's business.
    await expectDirty(() => {
      plant(at(), { '.git/x.json': '1', 'a/.gleaner-12.tmp': '1', 'a/notes.pdf': '1', '@eaDir/x.jpg': '1' })
      writeFileSync(at('b/last.jpg'), '1')
    }, ['b'])
    expect({ seen, problems }).toEqual({ seen: [['b']], problems: [] })
  })

  it('misses nothing of 10,000 files at once, in folders nobody knew', async () => {
    const { at, expectDirty, seen } = await watching(files, {})
    const dirs = Array.from({ length: 20 }, (_, i) => `burst/${i}`)
    await expectDirty(() => {
      for (const dir of dirs) {
        mkdirSync(at(dir), { recursive: true })
        for (let i = 0; i < 500; i += 1) writeFileSync(at(dir, `${i}.jpg`), '')
      }
    }, ['', ...dirs])
    // The system's queue may have overflowed without a word.
    await vi.waitFor(() => expect(seen).toContain('all'), FAST)
    await expectDirty(() => writeFileSync(at('burst/19/after.jpg'), ''), ['burst/19'])
  })

  it('sees a root again that was removed and made anew', async () => {
    const { at, path, expectAll, expectDirty } = await watching(files, { 'a/x.jpg': '1' })
    await expectDirty(() => {
      rmSync(path, { recursive: true })
      plant(path, { 'q/x.jpg': '1' })
    }, [''])
    // The old watches may still speak once, so writing goes on until the new ones do.
    await vi.waitFor(() => expectDirty(() => writeFileSync(at('q', 'z.json'), `${Date.now()}`), ['q']), FAST)
    await expectAll(() => renameSync(path, `${path}-away`))
    await expectAll(() => renameSync(`${path}-away`, path))
    await vi.waitFor(() => expectDirty(() => writeFileSync(at('q', 'y.json'), `${Date.now()}`), ['q']), FAST)
  })
})

it('is ready, and says so, also while the root is not there, and stops when told', async () => {
  const { watch, path, seen, expectAll } = await watching(10, {})
  await watch.add({ id: ROOT, path: `${path}-other`, files: 10 })
  await expectAll(() => mkdirSync(`${path}-other`))
  watch.remove(ROOT)
  seen.length = 0
  await watch.add({ id: 'o'.repeat(32), path: `${path}-other`, files: 10 })
  expect(seen).toEqual([])
})

describe('where the system cannot watch', () => {
  it('says that it is not a full disk, and looks at everything from time to time', async () => {
    using folder = tempFolder()
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const messages: WatchMessage[] = []
    let sink: WatchSink | undefined
    const watch = watchRoot({
      rootId: ROOT,
      path: folder.path,
      post: (message) => messages.push(message),
      means: (_, given) => {
        sink = given
        return { close() {} }
      },
    })
    await vi.waitUntil(() => sink !== undefined)
    sink?.failed('ENOSPC')
    sink?.failed('ENOSPC')
    sink?.ready()
    await vi.advanceTimersByTimeAsync(1000)
    const told = [...messages]
    messages.length = 0
    await vi.advanceTimersByTimeAsync(120_500)
    await watch.close()
    const reason =
      'There are too many watched folders, not a full disk: the system allows no more. Changes here show within a minute.'
    const all = { kind: 'dirty', rootId: ROOT, dirs: 'all' }
    expect({ told, later: messages }).toEqual({
      told: [{ kind: 'problem', rootId: ROOT, reason }, { kind: 'ready', rootId: ROOT }, all],
      later: [all, all],
    })
  })

  it('starts again after another failure, less and less often', async () => {
    using folder = tempFolder()
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const starts: WatchSink[] = []
    const closed: number[] = []
    const watch = watchRoot({
      rootId: ROOT,
      path: folder.path,
      post: () => {},
      means: (_, sink) => {
        const number = starts.push(sink)
        return { close: () => void closed.push(number) }
      },
    })
    await vi.waitUntil(() => starts.length === 1)
    starts[0]?.failed('EIO')
    await vi.advanceTimersByTimeAsync(5001)
    await vi.waitUntil(() => starts.length === 2)
    starts[1]?.failed('EIO')
    await vi.advanceTimersByTimeAsync(9000)
    expect(starts).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1001)
    await vi.waitUntil(() => starts.length === 3)
    await watch.close()
    expect(closed).toEqual([1, 2, 3])
  })
})
