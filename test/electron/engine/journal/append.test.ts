import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClock } from '../../../../shared/domain/clock.ts'
import { encodeRecord } from '../../../../electron/engine/journal/record.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import {
  batch,
  batches,
  DEVICE,
  failingFs,
  failure,
  type Faults,
  fileOf,
  load,
  openJournal,
  realFs,
  set,
} from './support.ts'

test('records are on disk when they are acknowledged, numbered in order, and reach the index in order', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  const journal = openJournal(directory)
  const answers = await Promise.all([
    journal.append([batch('one')]),
    journal.append([batch('two'), { kind: 'root', settings: {} }]),
  ])
  expect(answers.flatMap(({ records }) => records.map(({ seq, dev }) => [seq, dev]))).toEqual([
    [1, DEVICE],
    [2, DEVICE],
    [3, DEVICE],
  ])
  expect((await load(directory)).names).toEqual(['one', 'two'])
  expect((await answers[1].saved).revision).toBe(2)
  await journal.append([batch('four')]).then(({ saved }) => saved)
  expect(journal.fed.map(({ records }) => batches(records))).toEqual([['one'], ['two'], ['four']])
  expect(journal.fed.at(-1)!.offset).toEqual((await load(directory)).ends[0])
  await journal.close()
  const next = openJournal(directory)
  const { records } = await next.append([batch('five')])
  expect(records[0]!.seq).toBe(5)
  await next.close()
})

test('records that arrive together share one forced write', async () => {
  using folder = tempFolder()
  let syncs = 0
  const journal = openJournal(join(folder.path, 'journal'), { fs: failingFs({ sync: () => void (syncs += 1) }) })
  await Promise.all(Array.from({ length: 50 }, (_, index) => journal.append([batch(`b${index}`)])))
  expect(syncs).toBe(1)
  await journal.close()
})

test('the folder is forced to disk along with a new file', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  const synced: string[] = []
  const paths = new Map<number, string>()
  const fs = {
    ...realFs,
    openSync: (path: string, flags: string | number, mode?: number) => {
      const fd = realFs.openSync(path, flags, mode)
      paths.set(fd, path)
      return fd
    },
    fsyncSync: (fd: number) => {
      synced.push(paths.get(fd)!)
      realFs.fsyncSync(fd)
    },
  }
  const journal = openJournal(directory, { fs })
  await journal.append([batch('one')])
  expect(synced).toEqual([directory, folder.path])
  await journal.append([batch('two')])
  expect(synced.length).toBe(2)
  await journal.close()
})

test('a large batch is written in parts and comes back whole', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  const journal = openJournal(directory)
  const ops = Array.from({ length: 20_000 }, (_, index) => set(`trip/photo_${index}.jpg`, '"warehouse-3"'))
  const [{ records }, other] = await Promise.all([
    journal.append([batch('big', ...ops)]),
    journal.append([batch('small')]),
  ])
  expect(records.length).toBeGreaterThan(1)
  expect(other.records[0]!.seq).toBe(records.length + 1)
  const loaded = await load(directory)
  expect(
    loaded.records.flatMap((record) => (record.kind === 'edit' && record.batch === 'big' ? record.ops : [])),
  ).toEqual(ops)
  expect(loaded.names).toEqual(['big', 'small'])
  await journal.close()
})

test('a full file is followed by the next, and all are read', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  for (let start = 0; start < 9; start += 3) {
    const journal = openJournal(directory, { sealBytes: 300 })
    for (let index = start; index < start + 3; index += 1) await journal.append([batch(`b${index}`)])
    await journal.close()
  }
  expect(readdirSync(directory).sort()).toEqual(
    [`${DEVICE}.1.ndjson`, `${DEVICE}.2.ndjson`, `${DEVICE}.3.ndjson`, `${DEVICE}.4.ndjson`, `${DEVICE}.ndjson`].sort(),
  )
  const { records, names } = await load(directory)
  expect(names).toEqual(['b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8'])
  expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('any prefix of a journal is a journal, and appending to it never revives a torn record', async () => {
  using folder = tempFolder()
  const source = join(folder.path, 'source')
  const journal = openJournal(source)
  const ends: number[] = []
  for (const name of ['one', 'two', 'three']) {
    await journal.append([batch(name)])
    ends.push(statSync(fileOf(source)).size)
  }
  await journal.close()
  const bytes = readFileSync(fileOf(source))
  let cases = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), fc.constantFrom('', '\0\0\0', '!', 'x'), async (length, junk) => {
      const directory = join(folder.path, `case-${(cases += 1)}`)
      mkdirSync(directory)
      writeFileSync(fileOf(directory), Buffer.concat([bytes.subarray(0, length), Buffer.from(junk)]))
      const whole = ['one', 'two', 'three'].filter((_, index) => ends[index]! <= length)
      expect((await load(directory)).names).toEqual(whole)
      for (const name of ['four', 'five']) {
        const next = openJournal(directory)
        await next.append([batch(name)])
        await next.close()
      }
      const { names, records, problems } = await load(directory)
      expect({ names, problems }).toEqual({ names: [...whole, 'four', 'five'], problems: [] })
      expect(new Set(records.map(({ seq }) => seq)).size).toBe(records.length)
      const isTorn = (length > 0 && bytes[length - 1] !== 10) || junk !== ''
      expect(existsSync(join(directory, `${DEVICE}.torn-1234`))).toBe(isTorn)
    }),
    { numRuns: 150 },
  )
})

test('a disk that fills up refuses the edit, and it never comes back', async () => {
  using folder = tempFolder()
  let cases = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(2000), fc.integer({ min: 1, max: 700 }), fc.boolean(), async (room, step, throws) => {
      const directory = join(folder.path, `case-${(cases += 1)}`)
      let left = room
      const faults: Faults = {
        write: (length) => {
          if (left === 0 && throws) throw failure('ENOSPC')
          const count = Math.min(length, step, left)
          left -= count
          return count
        },
      }
      const journal = openJournal(directory, { fs: failingFs(faults) })
      const acknowledged: string[] = []
      const attempt = async (name: string) => {
        const answer = journal.append([batch(name, set('p', '1'), set('q', '2'))])
        await answer.then(
          () => acknowledged.push(name),
          (error) => expect(error).toMatchObject({ code: 'DISK_FULL' }),
        )
      }
      await Promise.all([attempt('one'), attempt('two'), attempt('three')])
      await attempt('four')
      left = Infinity
      await Promise.all([attempt('five'), attempt('six')])
      await journal.close()
      expect(acknowledged.slice(-2)).toEqual(['five', 'six'])
      const next = openJournal(directory)
      await next.append([batch('seven')])
      await next.close()
      const { names, records } = await load(directory)
      expect(names).toEqual([...acknowledged, 'seven'])
      expect(new Set(records.map(({ seq }) => seq)).size).toBe(records.length)
    }),
    { numRuns: 150 },
  )
})

test('a large batch that does not fit is not there in part', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  let left = 2_500_000
  const write = (length: number) => {
    const count = Math.min(length, left)
    left -= count
    return count
  }
  const journal = openJournal(directory, { fs: failingFs({ write }) })
  const ops = Array.from({ length: 20_000 }, (_, index) => set(`trip/photo_${index}.jpg`, '"warehouse-3"'))
  await expect(journal.append([batch('big', ...ops)])).rejects.toMatchObject({ code: 'DISK_FULL' })
  left = Infinity
  await journal.append([batch('next')])
  await journal.close()
  expect(await load(directory)).toMatchObject({ names: ['next'], problems: [] })
})

test('a failed force is not repeated on the same file: everything unacknowledged is written anew', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  let failures = 0
  let opened = 0
  const sync = () => {
    if (failures-- > 0) throw failure('EIO')
  }
  const open = (path: string) => void (opened += Number(path.endsWith('.ndjson')))
  const journal = openJournal(directory, { fs: failingFs({ sync, open }) })
  await journal.append([batch('one')])
  failures = 1
  const answers = await Promise.all([journal.append([batch('two')]), journal.append([batch('three')])])
  expect(opened).toBe(2)
  expect(answers.map(({ records }) => records[0]!.seq)).toEqual([2, 3])
  await journal.append([batch('four')])
  await journal.close()
  // The bytes stand in the file twice, the records count once.
  const { records, problems, names } = await load(directory)
  expect({ names, problems, count: records.length }).toEqual({
    names: ['one', 'two', 'three', 'four'],
    problems: [],
    count: 4,
  })
})

test('if the second try fails too, nothing is confirmed and nothing more is taken', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  let isBroken = false
  const sync = () => {
    if (isBroken) throw failure('EIO')
  }
  const journal = openJournal(directory, { fs: failingFs({ sync }) })
  await journal.append([batch('one')])
  isBroken = true
  const answers = await Promise.allSettled([journal.append([batch('two')]), journal.append([batch('three')])])
  expect(answers).toMatchObject([{ reason: { code: 'NOT_CONFIRMED' } }, { reason: { code: 'NOT_CONFIRMED' } }])
  isBroken = false
  await expect(journal.append([batch('four')])).rejects.toMatchObject({ code: 'NOT_CONFIRMED' })
  await journal.close()
  expect(journal.fed.flatMap(({ records }) => batches(records))).toEqual(['one'])
  expect((await load(directory)).names[0]).toBe('one')
})

test('an error in the middle of a write is made good by writing anew', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  let writes = 0
  const write = (length: number) => {
    writes += 1
    if (writes === 2) throw failure('EIO')
    return writes === 1 ? 40 : length
  }
  const journal = openJournal(directory, { fs: failingFs({ write }) })
  await journal.append([batch('one')])
  await journal.close()
  expect(await load(directory)).toMatchObject({ names: ['one'], problems: [] })
})

test('a file that was replaced or removed under us is opened anew, so that no edit goes into the void', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  const journal = openJournal(directory)
  await journal.append([batch('one')])
  const backup = readFileSync(fileOf(directory))
  await journal.append([batch('two')])
  // A sync tool puts an older version in its place.
  writeFileSync(join(directory, 'x'), backup)
  renameSync(join(directory, 'x'), fileOf(directory))
  const { records } = await journal.append([batch('three')])
  expect(records[0]!.seq).toBe(3)
  expect((await load(directory)).names).toEqual(['one', 'three'])
  rmSync(fileOf(directory))
  await journal.append([batch('four')])
  expect((await load(directory)).names).toEqual(['four'])
  truncateSync(fileOf(directory), 10)
  await journal.append([batch('five')])
  expect((await load(directory)).names).toEqual(['five'])
  await journal.close()
})

test('numbers that damaged lines may have used are not used again', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  const journal = openJournal(directory)
  for (const name of ['one', 'two', 'three']) await journal.append([batch(name)])
  await journal.close()
  const bytes = readFileSync(fileOf(directory))
  bytes[bytes.length - 20]! ^= 4
  writeFileSync(fileOf(directory), bytes)
  const next = openJournal(directory)
  const { records } = await next.append([batch('four')])
  await next.close()
  expect(records[0]!.seq).toBe(4)
})

test('the clock goes on from the last record of a file, whatever the computer says now', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  mkdirSync(directory)
  const future = { v: 1 as const, dev: DEVICE, seq: 7, hlc: '0e0000000000ffff', kind: 'root' as const, settings: {} }
  appendFileSync(fileOf(directory), encodeRecord(future))
  const journal = openJournal(directory)
  const { records } = await journal.append([batch('next')])
  await journal.close()
  expect(records).toMatchObject([{ seq: 8, hlc: '0e00000000010000' }])
})

test.each([
  ['ENOENT', 'ROOT_OFFLINE'],
  ['EROFS', 'READ_ONLY'],
  ['EACCES', 'READ_ONLY'],
  ['ENOSPC', 'DISK_FULL'],
])('%s on opening refuses the edit with %s, and a later one may succeed', async (code, expected) => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  let isFailing = true
  const open = (path: string) => {
    if (isFailing && path.endsWith('.ndjson')) throw failure(code)
  }
  const journal = openJournal(directory, { fs: failingFs({ open }) })
  await expect(journal.append([batch('one')])).rejects.toMatchObject({ code: expected })
  isFailing = false
  await journal.append([batch('two')])
  await journal.close()
  expect((await load(directory)).names).toEqual(['two'])
})

test('a root that is not there is not imitated', async () => {
  using folder = tempFolder()
  const journal = openJournal(join(folder.path, 'gone', '.gleaner', 'journal'))
  await expect(journal.append([batch('one')])).rejects.toMatchObject({ code: 'ROOT_OFFLINE' })
  await journal.close()
  expect(readdirSync(folder.path)).toEqual([])
})

test('what the index could not take is read again after a restart', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  const offsets: unknown[] = []
  let calls = 0
  const journal = openJournal(directory, {
    apply: (_, offset) => {
      calls += 1
      if (calls === 2) return Promise.reject(new Error('The index thread is gone.'))
      offsets.push(offset)
      return Promise.resolve({ revision: calls, added: 0, changed: 1, removed: 0 })
    },
  })
  const answers = await Promise.all(['one', 'two', 'three'].map((name) => journal.append([batch(name)])))
  await Promise.allSettled(answers.map(({ saved }) => saved))
  await journal.close()
  expect(offsets).toEqual([expect.objectContaining({ offset: expect.any(Number) }), null])
})

test('an edit made upon what another laptop wrote stands after it, also after a restart with an earlier clock', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  mkdirSync(directory)
  const theirs = {
    v: 1 as const,
    dev: 'b'.repeat(32),
    seq: 1,
    hlc: '0e00000000000000',
    kind: 'root' as const,
    settings: {},
  }
  appendFileSync(join(directory, `${theirs.dev}.ndjson`), encodeRecord(theirs))
  // This run folds nothing in: the index has it all from before.
  const { ends } = await load(directory)
  const again = await load(directory, ends)
  expect([again.records, again.clock.tick()]).toEqual([[], '0e00000000000001'])
  const journal = openJournal(directory, { clock: createClock({ now: () => 5 }) })
  expect((await journal.append([batch('mine')])).records[0]!.hlc).toBe('0e00000000000001')
  // And where a journal was not even read here: the edit names what it was made upon.
  const saw = [`0e00000000ff0000/${'c'.repeat(32)}/1/0`]
  const tag = { image: { path: 'p', contentHash: null }, base: 'L0', tag: 'x', change: 'remove' as const, saw }
  expect((await journal.append([batch('next', tag)])).records[0]!.hlc).toBe('0e00000000ff0001')
  await journal.close()
})

test('numbers go on after those used elsewhere', async () => {
  using folder = tempFolder()
  const journal = openJournal(join(folder.path, 'journal'), { afterSeq: 41 })
  expect((await journal.append([batch('one')])).records[0]!.seq).toBe(42)
  await journal.close()
})

test('two edits in one call are refused: each is whole or absent by itself', async () => {
  using folder = tempFolder()
  const journal = openJournal(join(folder.path, 'journal'))
  await expect(journal.append([batch('one'), batch('two')])).rejects.toThrow('One edit')
  await journal.close()
})

test('no offset is told where somebody else has written to the file', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  let foreign: (() => void) | null = null
  const journal = openJournal(directory, { fs: failingFs({ sync: () => foreign?.() }) })
  await journal.append([batch('one')])
  const moved = { v: 1 as const, dev: DEVICE, seq: 900, hlc: '0000000000010000', kind: 'root' as const, settings: {} }
  foreign = () => appendFileSync(fileOf(directory), encodeRecord(moved))
  await journal.append([batch('two')]).then(({ saved }) => saved)
  foreign = null
  const { records } = await journal.append([batch('three')])
  await journal.close()
  expect(records[0]!.seq).toBe(901)
  expect(journal.fed.map(({ offset }) => offset === null)).toEqual([false, true, false])
  expect((await load(directory)).names).toEqual(['one', 'two', 'three'])
})
