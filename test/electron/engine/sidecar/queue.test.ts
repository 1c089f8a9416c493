import { readFileSync, writeFileSync, existsSync, mkdirSync, chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EditRequest, JournalRecord } from '../../../../shared/domain/operation.ts'
import type { StoredRoot } from '../../../../electron/engine/db/index.ts'
import type { Draft } from '../../../../electron/engine/journal/record.ts'
import {
  planSidecarBatch,
  writeSidecarBatch,
  type BatchResult,
  type FolderBatch,
} from '../../../../electron/engine/sidecar/batch.ts'
import { createWriteQueue } from '../../../../electron/engine/sidecar/queue.ts'
import type { WriteQueueOptions } from '../../../../electron/engine/sidecar/round.ts'
import { readSidecars } from '../../../../electron/engine/sidecar/read.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { apply, contentOf, createScribe, flagNames, folder, ROOT, rootWith, rowOf, testIndex } from '../db/fixture.ts'

const DEVICE = 'd'.repeat(32)

/** A root on disk, a real index of it, and a queue that writes with this thread. */
function setUp(more: Partial<StoredRoot> = {}) {
  const stack = new DisposableStack()
  onTestFinished(() => stack.dispose())
  const files = stack.use(tempFolder())
  const root = { ...rootWith({ path: files.path, ...more }), row: 1 }
  const index = stack.use(testIndex(root))
  const scribe = createScribe(DEVICE)
  const records: JournalRecord[] = []
  const batches: FolderBatch[] = []
  const warnings: string[] = []
  let now = 1_000_000
  let run = (input: FolderBatch): readonly BatchResult[] => writeSidecarBatch(input)
  let isJournalBroken = false
  const { unwritten, saveWritten } = index.api
  const roots = [root]
  const library = stack.use(tempFolder())
  const options: WriteQueueOptions = {
    directory: library.path,
    index: { unwritten: async (input) => unwritten(input), saveWritten: async (input) => saveWritten(input) },
    io: {
      run: (async (name: string, input: FolderBatch) => {
        if (name === 'planSidecarBatch') return structuredClone(planSidecarBatch(structuredClone(input)))
        batches.push(structuredClone(input))
        return structuredClone(run(structuredClone(input)))
      }) as WriteQueueOptions['io']['run'],
    },
    record: async (_rootId, drafts: readonly Draft[]) => {
      if (isJournalBroken) throw new Error('The disk is full.')
      const made: JournalRecord[] = drafts.map((draft) => ({ ...scribe.head(), ...draft }))
      records.push(...made)
      apply(index, ...made)
    },
    device: DEVICE,
    roots: () => roots,
    clock: { now: () => now },
    log: {
      info: () => undefined,
      warn: (message) => void warnings.push(message),
      error: (message) => void warnings.push(message),
    },
  }
  let queue = createWriteQueue(options)
  onTestFinished(() => queue.close())

  const at = (path: string): string => join(files.path, path)
  return {
    get queue() {
      return queue
    },
    /** Another process of the same library goes on. */
    async restart() {
      await queue.close()
      queue = createWriteQueue(options)
    },
    library: library.path,
    index,
    records,
    batches,
    warnings,
    roots,
    pass: (ms: number) => void (now += ms),
    breakJournal: (isBroken: boolean) => void (isJournalBroken = isBroken),
    replaceRun: (next: typeof run) => void (run = next),
    text: (path: string) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null),
    put(path: string, content: string) {
      mkdirSync(dirname(at(path)), { recursive: true })
      writeFileSync(at(path), content)
    },
    chmod: (path: string, mode: number) => chmodSync(at(path), mode),
    /** Takes images of one folder into the index as a scan would. */
    scan(dir: string, ...names: readonly string[]) {
      const images = names.map((name) => {
        const base = `${name.slice(0, name.lastIndexOf('.'))}.json`
        const { layer, hasSidecar, facts, problems } = readSidecars({
          directory: at(dir),
          rootReal: files.path,
          pair: { base, full: `${name}.json` },
        })
        const sidecars = facts.map((fact) => ({ ...fact, signature: fact.sha256.slice(0, 8) }))
        return {
          name,
          size: 1,
          modifiedMs: 1,
          signature: `1.1.1.${name}`,
          isFileChanged: true,
          layer,
          hasSidecar,
          sidecars,
          problems,
        }
      })
      index.api.saveFolders({ folders: [{ ...folder(dir, images), digest: '' }] })
    },
    edit(path: string, ...requests: readonly EditRequest[]) {
      const record = scribe.edit(index, rowOf(index.directory, path), requests)
      if (record) apply(index, record)
    },
    shown: (path: string) => {
      const { metadata, tags, flags } = contentOf(index.directory)[path]!
      return { metadata, tags, flags: flagNames(flags) }
    },
  }
}

const set = (key: string, value: unknown): EditRequest => ({ kind: 'set', key, to: JSON.stringify(value) })

describe('write-back', () => {
  test('writes what is pending, journals it, and nothing is pending any more', async () => {
    const world = setUp()
    world.put('day/p.jpg', '')
    world.put('day/p.json', '{"location":"A"}')
    world.put('day/q.jpg', '')
    world.scan('day', 'p.jpg', 'q.jpg')
    world.edit('day/p.jpg', set('location', 'B'), { kind: 'tag', tag: 'x' })
    world.edit('day/q.jpg', set('note', 1))
    expect(world.shown('day/p.jpg').flags).toContain('unwritten')

    await world.queue.drain()
    expect([world.text('day/p.json'), world.text('day/q.json')]).toEqual([
      '{"location":"B","tags":["x"]}',
      '{\n  "note": 1\n}\n',
    ])
    expect(world.shown('day/p.jpg')).toEqual({
      metadata: '{"location":"B"}',
      tags: '["x"]',
      flags: ['sidecar', 'edited'],
    })
    expect(world.shown('day/q.jpg')).toEqual({ metadata: '{"note":1}', tags: '', flags: ['sidecar', 'edited'] })
    expect(world.records).toMatchObject([
      { kind: 'written', image: { path: 'day/p.jpg' }, file: 'day/p.json' },
      { kind: 'written', image: { path: 'day/q.jpg' }, file: 'day/q.json' },
    ])
    expect(world.queue.reasons()).toEqual([])

    // The scan that follows finds what we wrote and changes nothing.
    world.scan('day', 'p.jpg', 'q.jpg')
    expect(world.shown('day/p.jpg')).toEqual({
      metadata: '{"location":"B"}',
      tags: '["x"]',
      flags: ['sidecar', 'edited'],
    })
    await world.queue.drain()
    expect(world.batches).toHaveLength(1)
  })

  test.each([
    ['edited beside the data', { edits: 'beside' as const }],
    ['guarded', { guard: { format: 'COCO', file: 'x.json' } }],
    ['read-only', { isReadOnly: true }],
    ['offline', { isOffline: true }],
  ])('never touches a root that is %s', async (_name, root) => {
    const world = setUp(root)
    world.put('p.jpg', '')
    world.scan('', 'p.jpg')
    world.edit('p.jpg', set('a', 1))
    await world.queue.drain()
    expect(world.batches).toEqual([])
    expect(world.text('p.json')).toBe(null)
  })

  test('nor one that has become so since the index was asked', async () => {
    const world = setUp()
    world.put('p.jpg', '')
    world.scan('', 'p.jpg')
    world.edit('p.jpg', set('a', 1))
    world.roots[0] = { ...world.roots[0]!, guard: { format: 'COCO', file: 'x.json' } }
    await world.queue.drain()
    expect(world.batches).toEqual([])
  })

  test('many images of several folders go in batches; sharing images in the same one', async () => {
    const world = setUp()
    const names = Array.from({ length: 130 }, (_, i) => `p${String(i).padStart(3, '0')}.jpg`)
    for (const dir of ['a', 'b']) {
      for (const name of names) world.put(`${dir}/${name}`, '')
      world.scan(dir, ...names)
      for (const name of names) world.edit(`${dir}/${name}`, set('n', name))
    }
    await world.queue.drain()
    expect(world.batches.map(({ dir, items }) => `${dir} ${items.length}`).sort()).toEqual([
      'a 100',
      'a 30',
      'b 100',
      'b 30',
    ])
    expect(world.records).toHaveLength(260)
    expect(names.map((name) => world.text(`b/${name.replace('jpg', 'json')}`))).toEqual(
      names.map((name) => `{\n  "n": "${name}"\n}\n`),
    )
  })

  test('a raw file follows its JPEG: both get the record and the values', async () => {
    const world = setUp({ strategy: 'mergeBucketWins' })
    world.put('x.cr2', '')
    world.put('x.jpg', '')
    world.put('x.json', '{"a":1}')
    world.scan('', 'x.cr2', 'x.jpg')
    world.edit('x.jpg', set('a', 2))
    await world.queue.drain()
    expect(world.records.map((record) => record.kind === 'written' && [record.image.path, record.file])).toEqual([
      ['x.jpg', 'x.json'],
      ['x.cr2', 'x.json'],
    ])
    expect(world.shown('x.cr2').metadata).toBe('{"a":2}')
  })
})

describe('undo', () => {
  const world = () => {
    const made = setUp()
    made.put('p.jpg', '')
    return made
  }

  test.each([false, true])(
    'of a removal gives back the bytes, place and spelling included; restarted: %s',
    async (isRestarted) => {
      const old = '{ "z":[1,  2], "a" : 1.10, "b":2, "tags": [ "x", "y" ] }\n'
      const made = world()
      made.put('p.json', old)
      made.scan('', 'p.jpg')
      made.edit('p.jpg', { kind: 'unset', key: 'a' }, { kind: 'untag', tag: 'X' }, set('z', 'new'))
      await made.queue.drain()
      expect(made.text('p.json')).toBe('{ "z":"new", "b":2, "tags": [ "y" ] }\n')
      if (isRestarted) await made.restart()
      made.edit(
        'p.jpg',
        { kind: 'set', key: 'a', to: '1.10' },
        { kind: 'tag', tag: 'x' },
        { kind: 'set', key: 'z', to: '[1,2]' },
      )
      await made.queue.drain()
      expect(made.text('p.json')).toBe(old)
    },
  )

  test.each([false, true])(
    'of everything removes the file that we created, over several steps; restarted: %s',
    async (isRestarted) => {
      const made = world()
      made.scan('', 'p.jpg')
      const steps = [
        set('a', 1),
        set('b', 2),
        { kind: 'unset', key: 'b' } as const,
        { kind: 'unset', key: 'a' } as const,
      ]
      const texts: (string | null)[] = []
      for (const step of steps) {
        made.edit('p.jpg', step)
        await made.queue.drain()
        texts.push(made.text('p.json'))
        if (isRestarted) await made.restart()
      }
      expect(texts).toEqual(['{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "a": 1\n}\n', null])
    },
  )

  test('without what was remembered, or with damage in it, gives back the values', async () => {
    const made = world()
    made.put('p.json', '{"a":1,"b":2}')
    made.scan('', 'p.jpg')
    made.edit('p.jpg', { kind: 'unset', key: 'a' })
    await made.queue.drain()
    await made.restart()
    writeFileSync(join(made.library, 'before.ndjson'), 'nonsense\n[1]\n["x","y"]\n{')
    made.edit('p.jpg', set('a', 1))
    await made.queue.drain()
    expect(made.text('p.json')).toBe('{"b":2,"a":1}')
  })

  test('leaves a file that was there before, even where it becomes empty', async () => {
    const { put, scan, edit, queue, text } = world()
    put('p.json', '{\n  "a": 1\n}\n')
    scan('', 'p.jpg')
    edit('p.jpg', { kind: 'unset', key: 'a' })
    await queue.drain()
    expect(text('p.json')).toBe('{\n}\n')
  })
})

describe('what cannot be written', () => {
  test('stays pending with its reason, and is tried again when it is time or when it is edited again', async () => {
    const world = setUp()
    world.put('p.jpg', '')
    world.put('p.json', '{"a":1}')
    world.scan('', 'p.jpg')
    world.edit('p.jpg', set('a', 2))
    world.chmod('p.json', 0o444)
    await world.queue.drain()
    const row = rowOf(world.index.directory, 'p.jpg')
    expect(world.queue.reasons()).toEqual([{ row, rootId: ROOT, path: 'p.jpg', reason: 'p.json is read-only.' }])
    expect(world.shown('p.jpg')).toMatchObject({ metadata: '{"a":2}', flags: ['sidecar', 'edited', 'unwritten'] })

    await world.queue.drain()
    expect(world.batches).toHaveLength(1)
    for (let round = 2; round < 5; round += 1) {
      world.pass(5 * 60_000)
      await world.queue.drain()
      expect(world.batches).toHaveLength(round)
    }
    // A write that keeps failing is journalled as about to be made only once.
    expect(world.records).toHaveLength(1)
    world.chmod('p.json', 0o644)
    world.pass(5 * 60_000)
    await world.queue.drain()
    expect(world.text('p.json')).toBe('{"a":2}')
    expect(world.queue.reasons()).toEqual([])

    world.chmod('p.json', 0o444)
    world.edit('p.jpg', set('a', 3))
    await world.queue.drain()
    world.chmod('p.json', 0o644)
    world.edit('p.jpg', set('a', 4))
    await world.queue.drain()
    expect(world.text('p.json')).toBe('{"a":4}')
  })

  test('is forgotten when the edit is undone', async () => {
    const world = setUp()
    world.put('p.jpg', '')
    world.put('p.json', '{"a":1}')
    world.scan('', 'p.jpg')
    world.edit('p.jpg', set('a', 2))
    world.chmod('p.json', 0o444)
    await world.queue.drain()
    world.edit('p.jpg', set('a', 1))
    await world.queue.drain()
    expect(world.queue.reasons()).toEqual([])
  })

  test('a thread that dies, or a journal that is full, loses nothing', async () => {
    const world = setUp()
    world.put('p.jpg', '')
    world.put('p.json', '{"a":1}')
    world.scan('', 'p.jpg')
    world.edit('p.jpg', set('a', 2))
    world.replaceRun(() => {
      throw new Error('A file thread stopped before it was done.')
    })
    await world.queue.drain()
    expect(world.queue.reasons()).toMatchObject([{ reason: 'A file thread stopped before it was done.' }])

    // Written, but nobody heard of it: the next try sees that the write was ours.
    world.replaceRun((input) => {
      writeSidecarBatch(input)
      throw new Error('A file thread stopped before it was done.')
    })
    world.pass(60_000)
    await world.queue.drain()
    expect(world.text('p.json')).toBe('{"a":2}')
    expect(world.shown('p.jpg').flags).toContain('unwritten')
    world.replaceRun(writeSidecarBatch)
    world.pass(60_000)
    await world.queue.drain()
    expect(world.records.every((record) => record.kind === 'written' && record.file === 'p.json')).toBe(true)
    expect(world.shown('p.jpg')).toEqual({ metadata: '{"a":2}', tags: '', flags: ['sidecar', 'edited'] })

    world.edit('p.jpg', set('a', 3))
    world.breakJournal(true)
    await world.queue.drain()
    expect(world.queue.reasons()).toMatchObject([{ reason: 'The disk is full.' }])
    world.breakJournal(false)
    world.pass(60_000)
    await world.queue.drain()
    expect(world.text('p.json')).toBe('{"a":3}')
    expect(world.queue.reasons()).toEqual([])
  })
})

describe('a sidecar that changed unseen', () => {
  const changed = async (strategy: StoredRoot['strategy'], now: string) => {
    const world = setUp({ strategy })
    world.put('p.jpg', '')
    world.put('p.json', '{"location":"A","temp":1}')
    world.scan('', 'p.jpg')
    world.edit('p.jpg', set('location', 'B'), set('note', 'x'))
    world.put('p.json', now)
    await world.queue.drain()
    world.scan('', 'p.jpg')
    await world.queue.drain()
    const kinds = world.records
      .map((record) =>
        record.kind === 'conflict' ? `conflict ${record.key} ${record.ours} ${record.theirs}` : record.kind,
      )
      .sort()
    return { file: world.text('p.json'), shown: world.shown('p.jpg').metadata, kinds }
  }

  test('another key: both are in the file', async () => {
    expect(await changed('mergeUserWins', '{"location":"A","temp":2}')).toEqual({
      file: '{"location":"B","temp":2,"note":"x"}',
      shown: '{"location":"B","note":"x","temp":2}',
      kinds: ['written'],
    })
  })

  test('the same key, ours wins', async () => {
    expect(await changed('mergeUserWins', '{"location":"C","temp":2}')).toEqual({
      file: '{"location":"B","temp":2,"note":"x"}',
      shown: '{"location":"B","note":"x","temp":2}',
      kinds: ['conflict location "B" "C"', 'written'],
    })
  })

  test('the same key, the sidecar wins', async () => {
    expect(await changed('mergeBucketWins', '{"location":"C","temp":2}')).toEqual({
      file: '{"location":"C","temp":2,"note":"x"}',
      shown: '{"location":"C","note":"x","temp":2}',
      kinds: ['conflict location "B" "C"', 'written'],
    })
  })

  test('append: the values before are journalled first', async () => {
    expect(await changed('append', '{"location":"C","temp":2}')).toEqual({
      file: '{"location":"B","temp":2,"note":"x"}',
      shown: '{"location":"B","note":"x","temp":1}',
      kinds: ['conflict location "B" "C"', 'seen', 'written'],
    })
  })
})

describe('drain', () => {
  test('called while a round is under way, another one follows for what came since', async () => {
    const world = setUp()
    world.put('p.jpg', '')
    world.put('q.jpg', '')
    world.scan('', 'p.jpg', 'q.jpg')
    world.edit('p.jpg', set('a', 1))
    world.replaceRun((input) => {
      world.replaceRun(writeSidecarBatch)
      world.edit('q.jpg', set('a', 1))
      world.edit('p.jpg', set('a', 2))
      return writeSidecarBatch(input)
    })
    const first = world.queue.drain()
    const second = world.queue.drain()
    const third = world.queue.drain()
    expect(third).toBe(second)
    await first
    await second
    expect([world.text('p.json'), world.text('q.json')]).toEqual(['{\n  "a": 2\n}\n', '{\n  "a": 1\n}\n'])
  })

  test('paused, nothing is written; resumed, everything is', async () => {
    const world = setUp()
    world.put('p.jpg', '')
    world.scan('', 'p.jpg')
    world.edit('p.jpg', set('a', 1))
    world.queue.pause()
    await world.queue.drain()
    expect(world.text('p.json')).toBe(null)
    world.queue.resume()
    await world.queue.drain()
    expect(world.text('p.json')).toBe('{\n  "a": 1\n}\n')
    await world.queue.close()
    world.edit('p.jpg', set('a', 2))
    await world.queue.drain()
    expect(world.text('p.json')).toBe('{\n  "a": 1\n}\n')
  })
})
