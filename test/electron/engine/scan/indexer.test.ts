import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { SeenNeeded } from '../../../../electron/engine/db/index.ts'
import { identityOf, plant, stage } from './support.ts'

const coco = { images: [], annotations: [] }
const COUNTS = { added: 0, changed: 0, removed: 0 }

function counts({ added, changed, removed }: { added: number; changed: number; removed: number }) {
  return { added, changed, removed }
}

/** Waits until files just written are trusted, so that the next scan has nothing to look at again. */
const SETTLE = 20_000

describe('scanning a root', () => {
  it(
    'brings images with their sidecars into the index, pairs by name, and tells problems',
    async () => {
      const { indexer, root, contents, reader, path } = await stage({
        'a.jpg': 'x',
        'a.json': { camera_id: 'cam001', capture: { temperature: 72.5 }, tags: ['reviewed'] },
        'sub/B.JPG': 'x',
        'sub/b.json': { note: 'case differs' },
        'sub/deep/c.png': 'x',
        'sub/deep/c.json': { side: 'base', both: 1 },
        'sub/deep/c.png.json': { both: 2 },
        'shared/p.jpg': 'x',
        'shared/p.png': 'x',
        'shared/p.json': { s: 1 },
        'orphan.json': { a: 1 },
        'broken.jpg': 'x',
        'broken.json': '{"a":',
        'bare.jpg': 'x',
        '.hidden/x.jpg': 'x',
        'empty/': '',
        'a.sync-conflict-20240101-000000-X.json': '{}',
      })
      // Old, so that it is not taken for half-written.
      const old = new Date('2020-01-01')
      utimesSync(join(path, 'broken.json'), old, old)
      await indexer.scanRoot(root)
      await indexer.settled()
      expect(contents()).toEqual({
        'a.jpg': { camera_id: 'cam001', 'capture.temperature': 72.5 },
        'bare.jpg': {},
        'broken.jpg': {},
        'shared/p.jpg': { s: 1 },
        'shared/p.png': { s: 1 },
        'sub/B.JPG': { note: 'case differs' },
        'sub/deep/c.png': { both: 2, side: 'base' },
      })
      const problems = reader.problems({ rootId: root.id, limit: 100, offset: 0 })
      expect(problems.map(({ kind, file }) => `${kind} ${file}`).sort()).toEqual([
        'conflict-copy a.sync-conflict-20240101-000000-X.json',
        'json broken.json',
        'orphan orphan.json',
        'pair shared/p.json',
      ])
      // Once everything can be trusted, another scan changes nothing at all.
      const revision = reader.revision()
      const again = await indexer.scanRoot(root)
      expect({ ...again, ms: 0 }).toEqual({
        ...COUNTS,
        ms: 0,
        isOffline: false,
        isStopped: false,
        identity: identityOf(path),
        problems: 0,
        images: 7,
        guard: null,
      })
      expect(counts(await indexer.scanRoot(root, { isFull: true }))).toEqual(COUNTS)
      expect(reader.revision()).toBe(revision)
    },
    SETTLE,
  )

  it('takes in every kind of change, whole or by hints, and ends where a fresh index would', async () => {
    const { indexer, root, contents, path } = await stage({
      'a.jpg': 'x',
      'a.json': { v: 1 },
      'b.jpg': 'x',
      'gone/c.jpg': 'x',
      'gone/deep/d.jpg': 'x',
      'kept/e.jpg': 'x',
    })
    await indexer.scanRoot(root)
    const steps: [() => void, string[], object][] = [
      [() => plant(path, { 'a.json': { v: 2 } }), [''], { 'a.jpg': { v: 2 } }],
      [() => rmSync(join(path, 'a.json')), [''], { 'a.jpg': {} }],
      [() => plant(path, { 'b.jpg.json': { full: true } }), [''], { 'b.jpg': { full: true } }],
      [
        () => renameSync(join(path, 'b.jpg'), join(path, 'kept/b.jpg')),
        ['', 'kept'],
        { 'b.jpg': undefined, 'kept/b.jpg': {} },
      ],
      [() => plant(path, { 'new/deep/n.jpg': 'x', 'new/deep/n.json': { n: 1 } }), [''], { 'new/deep/n.jpg': { n: 1 } }],
      [
        () => rmSync(join(path, 'gone'), { recursive: true }),
        ['gone/deep'],
        { 'gone/c.jpg': undefined, 'gone/deep/d.jpg': undefined },
      ],
      [
        () => renameSync(join(path, 'kept'), join(path, 'moved')),
        ['kept', 'moved'],
        { 'kept/e.jpg': undefined, 'kept/b.jpg': undefined, 'moved/e.jpg': {}, 'moved/b.jpg': {} },
      ],
      [() => plant(path, { 'b.json': { back: 1 }, 'b.jpg': 'y' }), [''], { 'b.jpg': { back: 1, full: true } }],
    ]
    const expected: Record<string, unknown> = contents()
    for (const [change, dirs, difference] of steps) {
      change()
      await indexer.scanFolders(root, dirs)
      Object.assign(expected, difference)
      expect(contents()).toEqual(JSON.parse(JSON.stringify(expected)))
    }
    const byHints = contents()
    expect(counts(await indexer.scanRoot(root, { isFull: true })).added).toBe(0)
    expect(contents()).toEqual(byHints)
    const fresh = await stage({})
    await fresh.indexer.scanRoot({ ...fresh.root, path })
    expect(fresh.contents()).toEqual(byHints)
  })

  it(
    'reads a folder with very many images in pieces, and many folders in one go',
    async () => {
      const files: Record<string, string | object> = {}
      for (let i = 0; i < 2300; i += 1) {
        files[`large/${i}.jpg`] = ''
        if (i % 10 === 0) files[`large/${i}.json`] = { i }
      }
      for (let i = 0; i < 300; i += 1) files[`many/${i % 20}/${i}/x.jpg`] = ''
      const progress: number[] = []
      const { indexer, root, contents, reader } = await stage(files, {
        parts: { clock: { now: () => progress.length * 1000 }, onProgress: ({ done }) => progress.push(done) },
      })
      const first = await indexer.scanRoot(root)
      expect(counts(first)).toEqual({ ...COUNTS, added: 2600 })
      const found = contents()
      expect([Object.keys(found).length, found['large/2290.jpg'], found['large/1.jpg']]).toEqual([
        2600,
        { i: 2290 },
        {},
      ])
      expect({
        last: progress.at(-1),
        isRising: progress.every((done, i) => i === 0 || done >= progress[i - 1]!),
      }).toEqual({
        last: 2600,
        isRising: true,
      })
      await indexer.settled()
      const revision = reader.revision()
      expect(counts(await indexer.scanRoot(root))).toEqual(COUNTS)
      expect(reader.revision()).toBe(revision)
    },
    SETTLE,
  )

  it('goes on where it was stopped', async () => {
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`d${i % 40}/${i}.jpg`, 'x']))
    const stop = new AbortController()
    const staged = await stage(files, {
      parts: { clock: { now: () => Date.now() * 1000 }, onProgress: ({ done }) => done > 0 && stop.abort() },
    })
    const { indexer, root, contents } = staged
    const first = await indexer.scanRoot(root, { signal: stop.signal })
    expect({ isStopped: first.isStopped, isPart: first.added > 0 && first.added < 400 }).toEqual({
      isStopped: true,
      isPart: true,
    })
    expect(Object.keys(contents())).toHaveLength(first.added)
    const rest = await indexer.scanRoot(root)
    expect(counts(rest)).toMatchObject({ added: 400 - first.added, removed: 0 })
    expect(Object.keys(contents())).toHaveLength(400)
  })

  it('joins requests that wait, and lets hints go before', async () => {
    const { indexer, root, contents, path } = await stage(
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`d${i}/x.jpg`, 'x'])),
    )
    const running = indexer.scanRoot(root)
    const waiting = indexer.scanRoot(root)
    const joined = indexer.scanRoot(root)
    plant(path, { 'hint/new.jpg': 'x' })
    const hint = indexer.scanFolders(root, ['hint', ''])
    expect(joined).toBe(waiting)
    await Promise.all([running, waiting, hint])
    expect(Object.keys(contents())).toHaveLength(201)
  })
})

describe('what is not deleted', () => {
  it('leaves everything as it is while the root is away, or an empty mount point is in its place', async () => {
    let known: { dev: string; ino: string } | null = null
    const { indexer, root, contents, path } = await stage(
      { 'a.jpg': 'x', 'sub/b.jpg': 'x' },
      { parts: { known: () => known } },
    )
    known = (await indexer.scanRoot(root)).identity
    expect(known).toEqual(identityOf(path))
    const before = contents()
    renameSync(path, `${path}-away`)
    const away = await indexer.scanRoot(root)
    expect({ isOffline: away.isOffline, ...counts(away) }).toEqual({ isOffline: true, ...COUNTS })
    mkdirSync(path)
    for (const scan of [() => indexer.scanRoot(root), () => indexer.scanFolders(root, ['', 'sub'])]) {
      expect(await scan()).toMatchObject({ isOffline: true, ...COUNTS })
    }
    expect(contents()).toEqual(before)
    rmSync(path, { recursive: true })
    renameSync(`${path}-away`, path)
    expect(await indexer.scanRoot(root)).toMatchObject({ isOffline: false, ...COUNTS })
    // Emptied by its owner, it is still the same folder.
    rmSync(join(path, 'a.jpg'))
    rmSync(join(path, 'sub'), { recursive: true })
    expect(await indexer.scanRoot(root)).toMatchObject({ isOffline: false, ...COUNTS, removed: 2 })
  })

  it('discards what was read while the drive was taken away', async () => {
    const staged = await stage({ 'a.jpg': 'x', 'sub/b.jpg': 'x' })
    const { indexer, root, contents, path, io } = staged
    await indexer.scanRoot(root)
    const before = contents()
    const run = io.run.bind(io)
    // Between the look at the root and the reading of its folders it is replaced by an empty one.
    vi.spyOn(io, 'run').mockImplementation(async (name, input) => {
      const answer = await run(name, input)
      if (name === 'presence') {
        renameSync(path, `${path}-away`)
        mkdirSync(path)
      }
      return answer
    })
    expect(await indexer.scanRoot(root)).toMatchObject({ isOffline: true, ...COUNTS })
    expect(contents()).toEqual(before)
    rmSync(`${path}-away`, { recursive: true })
  })

  it(
    'keeps what is below a folder that cannot be read, and says so',
    async () => {
      const staged = await stage({ 'a.jpg': 'x', 'sub/b.jpg': 'x', 'sub/deep/c.jpg': 'x' })
      const { indexer, root, contents, io, reader } = staged
      await indexer.scanRoot(root)
      await indexer.settled()
      const run = io.run.bind(io)
      const spy = vi.spyOn(io, 'run').mockImplementation((name, input) => {
        const { dirs } = input as { dirs?: string[] }
        if (name !== 'readFolders' || !dirs?.includes('sub')) {
          return run(name, name === 'readFolders' ? { ...input, budgetMs: 0 } : input)
        }
        return Promise.reject(Object.assign(new Error('read'), { code: 'EIO' }))
      })
      const summary = await indexer.scanRoot(root, { isFull: true })
      expect(summary).toMatchObject({ isOffline: false, ...COUNTS, problems: 1 })
      expect(Object.keys(contents())).toEqual(['a.jpg', 'sub/b.jpg', 'sub/deep/c.jpg'])
      const problems = () => reader.problems({ rootId: root.id, limit: 10, offset: 0 })
      const reason = 'The folder cannot be read: the drive reports an error. Check the drive.'
      expect(problems()).toEqual([{ rootId: root.id, kind: 'access', file: 'sub', reason }])
      spy.mockRestore()
      await indexer.scanRoot(root)
      expect(problems()).toEqual([])
    },
    SETTLE,
  )

  it('stays inside the root whatever links say', async () => {
    const outside = await stage({ 'secret.jpg': 'x', 'secret.json': { secret: 1 } })
    const { indexer, root, contents, path } = await stage({ 'a.jpg': 'x', 'sub/b.jpg': 'x' })
    symlinkSync(outside.path, join(path, 'away'))
    symlinkSync(join(outside.path, 'secret.json'), join(path, 'a.json'))
    symlinkSync('..', join(path, 'sub/up'))
    symlinkSync('.', join(path, 'sub/self'))
    await indexer.scanRoot(root)
    await indexer.scanFolders(root, ['away', 'sub/up', '../x', 'sub/self/self'])
    expect(contents()).toEqual({ 'a.jpg': {}, 'sub/b.jpg': {} })
  })
})

describe('files on the move', () => {
  it(
    'keeps the last good values of a half-written sidecar and takes in the whole one',
    async () => {
      const { indexer, root, contents, path, reader } = await stage({ 'a.jpg': 'x', 'a.json': { v: 1 } })
      await indexer.scanRoot(root)
      writeFileSync(join(path, 'a.json'), '{"v": 2, "no')
      await indexer.scanFolders(root, [''])
      expect({ contents: contents(), problems: reader.countProblems() }).toEqual({
        contents: { 'a.jpg': { v: 1 } },
        problems: 0,
      })
      writeFileSync(join(path, 'a.json'), '{"v": 2, "note": "x"}')
      // No event arrives; the retry finds it.
      await vi.waitFor(() => expect(contents()).toEqual({ 'a.jpg': { v: 2, note: 'x' } }), { timeout: 3000 })
      writeFileSync(join(path, 'a.json'), '{"v": 3, "bro')
      await indexer.scanFolders(root, [''])
      await indexer.settled()
      // Stable for two seconds: it is broken. The last good values stay in force.
      expect(reader.problems({ rootId: root.id, limit: 10, offset: 0 })).toMatchObject([
        { kind: 'json', file: 'a.json' },
      ])
      expect(contents()).toEqual({ 'a.jpg': { v: 2, note: 'x' } })
    },
    SETTLE,
  )

  it(
    'reads a file again that changed within the same two seconds',
    async () => {
      const { indexer, root, contents, path } = await stage({ 'a.jpg': 'x', 'a.json': { v: 1 } })
      await indexer.scanRoot(root)
      const same = new Date()
      writeFileSync(join(path, 'a.json'), '{"v":2}')
      utimesSync(join(path, 'a.json'), same, same)
      await indexer.settled()
      expect(contents()).toEqual({ 'a.jpg': { v: 2 } })
    },
    SETTLE,
  )

  it(
    'journals what append must remember before it takes a foreign change in',
    async () => {
      const seen: SeenNeeded[] = []
      let saves = 0
      const { indexer, root, contents, path, remote, reader } = await stage(
        { 'a.jpg': 'x', 'a.json': { v: 1 }, 'b.jpg': 'x' },
        {
          strategy: 'append',
          parts: {
            async onSeen(needed) {
              seen.push(...needed)
              saves += 1
              const head = { v: 1, dev: 'd'.repeat(32), seq: saves, hlc: `${saves}`.padStart(20, '0') } as const
              const records = needed.map(({ path, layer }) => ({
                ...head,
                kind: 'seen' as const,
                image: { path, contentHash: null },
                layer,
              }))
              await remote.applyRecords({ rootId: root.id, records, offset: null })
            },
          },
        },
      )
      await indexer.scanRoot(root)
      plant(path, { 'a.json': { v: 2, w: 3 } })
      await indexer.scanFolders(root, [''])
      expect({ seen: seen.map(({ path, layer }) => [path, layer.metadata]), contents: contents() }).toEqual({
        seen: [['a.jpg', '{"v":1}']],
        contents: { 'a.jpg': { v: 1, w: 3 }, 'b.jpg': {} },
      })
      await indexer.settled()
      expect(reader.folderDigest(root.id, '')).not.toBe('')
    },
    SETTLE,
  )
})

describe('guarded roots', () => {
  it(
    'tells an annotation format at once, keeps it while it is there, and drops it with its file',
    async () => {
      const early: string[] = []
      const { indexer, root, path } = await stage(
        { 'a.jpg': 'x', 'a.json': { v: 1 }, 'train/x.jpg': 'x', 'train/_annotations.coco.json': coco },
        { parts: { onGuard: (_, { format }) => early.push(format) } },
      )
      const found = { format: 'COCO', file: 'train/_annotations.coco.json' }
      expect((await indexer.scanRoot(root)).guard).toEqual(found)
      expect(early).toEqual(['COCO'])
      await indexer.settled()
      const guarded = { ...root, guard: found }
      // Nothing changed, so nothing was looked into; it stands all the same.
      expect((await indexer.scanRoot(guarded)).guard).toEqual(found)
      plant(path, { 'voc/v.xml': '<annotation/>', 'voc/v.jpg': 'x' })
      expect((await indexer.scanFolders(guarded, [''])).guard).toEqual(found)
      rmSync(join(path, 'train/_annotations.coco.json'))
      expect((await indexer.scanRoot(guarded)).guard).toEqual({ format: 'Pascal VOC', file: 'voc/v.xml' })
      rmSync(join(path, 'voc'), { recursive: true })
      expect((await indexer.scanRoot({ ...root, guard: { format: 'Pascal VOC', file: 'voc/v.xml' } })).guard).toBe(null)
    },
    SETTLE,
  )

  it('never reads annotations as metadata, and knows class folders by the whole tree', async () => {
    const { indexer, root, contents, path } = await stage({
      'a.jpg': 'x',
      'a.json': { version: '5', shapes: [], imagePath: 'a.jpg', imageData: 'A'.repeat(300_000) },
    })
    expect((await indexer.scanRoot(root)).guard).toEqual({ format: 'LabelMe', file: 'a.json' })
    expect(contents()).toEqual({ 'a.jpg': {} })
    rmSync(join(path, 'a.jpg'))
    rmSync(join(path, 'a.json'))
    plant(path, { 'train/cat/1.jpg': 'x', 'train/dog/2.jpg': 'x', 'valid/cat/3.jpg': 'x' })
    const byFolders = (await indexer.scanRoot(root)).guard
    expect(byFolders).toEqual({ format: 'folder per class', file: 'train' })
    plant(path, { 'stray.jpg': 'x' })
    expect((await indexer.scanRoot({ ...root, guard: byFolders })).guard).toBe(null)
  })
})

it('says which folder brings a thread down, and indexes the others', async () => {
  const { indexer, root, contents, path } = await stage(
    { 'a.jpg': 'x', 'b/b.jpg': 'x', 'crash/c.jpg': 'x', 'd/d.jpg': 'x' },
    { entry: new URL('./crashing-thread.ts', import.meta.url) },
  )
  const summary = await indexer.scanRoot(root)
  expect({ contents: Object.keys(contents()), problems: summary.problems }).toEqual({
    contents: ['a.jpg', 'b/b.jpg', 'd/d.jpg'],
    problems: 1,
  })
  expect(existsSync(join(path, 'crash/c.jpg'))).toBe(true)
})
