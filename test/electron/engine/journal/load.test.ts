import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JournalRecord } from '../../../../shared/domain/operation.ts'
import { encodeRecord } from '../../../../electron/engine/journal/record.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { batch, DEVICE, fileOf, load, openJournal, set } from './support.ts'

const hlc = (ms: number) => ms.toString(16).padStart(12, '0') + '0000'

function edit(seq: number, name: string, rest: { end?: undefined; part?: number } = {}): JournalRecord {
  const head = { v: 1 as const, dev: DEVICE, seq, hlc: hlc(seq * 10) }
  return {
    ...head,
    kind: 'edit',
    batch: name,
    end: true,
    ops: [set('p', JSON.stringify(name))],
    ...rest,
  } as JournalRecord
}

const lines = (...records: JournalRecord[]) => Buffer.concat(records.map(encodeRecord))
const open = { end: undefined }

test('no folder, no records', async () => {
  using folder = tempFolder()
  expect(await load(join(folder.path, 'journal'))).toMatchObject({ records: [], problems: [], ends: [] })
})

test('records of all devices come in one order, copies once, and the clock is never behind them', async () => {
  using folder = tempFolder()
  const [a, b] = [DEVICE, 'b'.repeat(32)]
  const mine = [1, 3, 5, 6].map((n) => edit(n, `a${n}`))
  const theirs = [2, 4, 5].map((n) => ({ ...edit(n, `b${n}`), dev: b }))
  writeFileSync(join(folder.path, `${a}.ndjson`), lines(...mine.slice(0, 3)))
  writeFileSync(join(folder.path, `${a}.1.ndjson`), lines(...mine.slice(3)))
  writeFileSync(join(folder.path, `${b}.ndjson`), lines(...theirs))
  writeFileSync(join(folder.path, `${a}.sync-conflict-20260101-120000-ABC.ndjson`), lines(...mine.slice(1, 3)))
  writeFileSync(join(folder.path, `${a}.torn-1`), lines(edit(99, 'never')))
  const { records, problems, clock, ends } = await load(folder.path)
  expect(records).toEqual([mine[0], theirs[0], mine[1], theirs[1], mine[2], theirs[2], mine[3]])
  expect({ problems, files: ends.length, next: clock.tick() }).toEqual({
    problems: [],
    files: 4,
    next: `${hlc(60).slice(0, 12)}0001`,
  })
})

test('two lines for one number are both used, in the order of their check sums, and reported', async () => {
  using folder = tempFolder()
  const rivals = [edit(2, 'x'), edit(2, 'y')]
  writeFileSync(fileOf(folder.path), lines(edit(1, 'one'), rivals[0]!))
  writeFileSync(join(folder.path, `${DEVICE}.sync-conflict-1.ndjson`), lines(edit(1, 'one'), rivals[1]!))
  const { records, problems } = await load(folder.path)
  const crcOf = (record: JournalRecord) => encodeRecord(record).toString().slice(-11, -3)
  expect(records.slice(1)).toEqual(rivals.toSorted((a, b) => (crcOf(a) < crcOf(b) ? -1 : 1)))
  expect(problems).toMatchObject([{ kind: 'journal' }])
})

test('a batch is whole or absent', async () => {
  using folder = tempFolder()
  writeFileSync(
    fileOf(folder.path),
    lines(
      edit(1, 'refused', open),
      edit(2, 'whole', open),
      edit(3, 'whole', { ...open, part: 1 }),
      edit(4, 'whole', { part: 2 }),
      edit(5, 'cut', open),
      edit(6, 'single'),
      edit(8, 'headless', { part: 1 }),
      edit(9, 'gap', open),
      edit(11, 'gap', { part: 1 }),
      edit(12, 'again', open),
      edit(12, 'again', open),
      edit(13, 'again', { part: 1 }),
      edit(14, 'unfinished', open),
      edit(15, 'unfinished', { ...open, part: 1 }),
    ),
  )
  const { records, ends } = await load(folder.path)
  expect(records.map(({ seq }) => seq)).toEqual([2, 3, 4, 6, 12, 13])
  // The rest of an unfinished batch may still be on its way: its beginning is read again then.
  appendFileSync(fileOf(folder.path), lines(edit(16, 'unfinished', { part: 2 }), edit(17, 'next')))
  expect((await load(folder.path, ends)).records.map(({ seq }) => seq)).toEqual([14, 15, 16, 17])
})

test('a damaged part takes its whole batch with it, and nothing else', async () => {
  using folder = tempFolder()
  const bytes = [
    edit(1, 'one'),
    edit(2, 'big', open),
    edit(3, 'big', { ...open, part: 1 }),
    edit(4, 'big', { part: 2 }),
    edit(5, 'two'),
  ].map(encodeRecord)
  for (const damaged of [1, 2, 3]) {
    const copy = bytes.map((line) => Buffer.from(line))
    copy[damaged]![30]! ^= 1
    writeFileSync(fileOf(folder.path), Buffer.concat(copy))
    const { names, problems } = await load(folder.path)
    expect(names).toEqual(['one', 'two'])
    expect(problems).toEqual([
      { kind: 'journal', file: `${DEVICE}.ndjson`, reason: expect.stringContaining('One line') },
    ])
  }
})

test('a flipped bit costs one record, or two where it joins lines, and is reported', async () => {
  using folder = tempFolder()
  const records = Array.from({ length: 12 }, (_, index) => edit(index + 1, `b${index}`))
  const good = lines(...records)
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (position, bit) => {
      const bytes = Buffer.from(good)
      bytes[position]! ^= 1 << bit
      writeFileSync(fileOf(folder.path), bytes)
      const loaded = await load(folder.path)
      const joinsLines = good[position] === 10
      const isLast = position === good.length - 1
      expect(loaded.records.length).toBe(records.length - (joinsLines && !isLast ? 2 : 1))
      for (const record of loaded.records) expect(record).toEqual(records[record.seq - 1])
      // The last newline gone is a torn end: nothing that was acknowledged can be told from it.
      expect(loaded.problems.length).toBe(isLast ? 0 : 1)
    }),
    { numRuns: 300 },
  )
})

test('whatever is in a journal file, loading ends with records or problems', async () => {
  using folder = tempFolder()
  const good = encodeRecord(edit(1, 'one'))
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(good),
    fc.constant(Buffer.from('\n')),
    fc.nat(good.length).map((length) => good.subarray(0, length)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      writeFileSync(fileOf(folder.path), Buffer.concat(pieces))
      const { records } = await load(folder.path)
      for (const record of records) expect(record).toEqual(edit(1, 'one'))
    }),
    { numRuns: 300 },
  )
})

test('what a newer version wrote is kept and reported', async () => {
  using folder = tempFolder()
  const body = `{"v":2,"dev":"${DEVICE}","seq":2,"hlc":"${hlc(20)}","kind":"snapshot"`
  const tail = `,"crc":"${crc32(body).toString(16).padStart(8, '0')}"}\n`
  writeFileSync(
    fileOf(folder.path),
    Buffer.concat([lines(edit(1, 'one')), Buffer.from(body + tail), lines(edit(3, 'two'))]),
  )
  const { names, problems } = await load(folder.path)
  expect(names).toEqual(['one', 'two'])
  expect(problems).toEqual([
    { kind: 'journal', file: `${DEVICE}.ndjson`, reason: expect.stringContaining('newer version') },
  ])
})

test('members in another order are read all the same', async () => {
  using folder = tempFolder()
  const { ops, kind, ...rest } = edit(1, 'one') as JournalRecord & { kind: 'edit' }
  const body = JSON.stringify({ ops, ...rest, kind }).slice(0, -1)
  writeFileSync(fileOf(folder.path), `${body},"crc":"${crc32(body).toString(16).padStart(8, '0')}"}\n`)
  expect((await load(folder.path)).records).toEqual([edit(1, 'one')])
})

test('only what is new is read, unless the file is another one', async () => {
  using folder = tempFolder()
  writeFileSync(fileOf(folder.path), lines(edit(1, 'one'), edit(2, 'two')))
  const first = await load(folder.path)
  expect((await load(folder.path, first.ends)).records).toEqual([])
  appendFileSync(fileOf(folder.path), lines(edit(3, 'three')).subarray(0, 50))
  expect(await load(folder.path, first.ends)).toMatchObject({ records: [], problems: [], ends: first.ends })
  writeFileSync(fileOf(folder.path), lines(edit(1, 'one'), edit(2, 'two'), edit(3, 'three')))
  const second = await load(folder.path, first.ends)
  expect(second.names).toEqual(['three'])
  expect(second.ends[0]!.offset).toBe(statSync(fileOf(folder.path)).size)
  // Shorter than what was read, or with another beginning: from the start.
  writeFileSync(fileOf(folder.path), lines(edit(1, 'one')))
  expect((await load(folder.path, second.ends)).names).toEqual(['one'])
  writeFileSync(fileOf(folder.path), lines(edit(1, 'uno'), edit(2, 'two'), edit(3, 'three'), edit(4, 'four')))
  expect((await load(folder.path, second.ends)).names).toEqual(['uno', 'two', 'three', 'four'])
})

test('a long journal comes in chunks and reads on from what appending told', async () => {
  using folder = tempFolder()
  const directory = join(folder.path, 'journal')
  mkdirSync(directory)
  const journal = openJournal(directory)
  await Promise.all(Array.from({ length: 3000 }, (_, index) => journal.append([batch(`b${index}`)])))
  await journal.append([batch('last')]).then(({ saved }) => saved)
  await journal.close()
  expect((await load(directory)).records.length).toBe(3001)
  expect((await load(directory, [journal.fed.at(-1)!.offset!])).records).toEqual([])
  expect((await load(directory, [journal.fed.at(-2)!.offset!])).names).toEqual(['last'])
  expect(readFileSync(fileOf(directory)).length).toBe(journal.fed.at(-1)!.offset!.offset)
})

test('lines that were moved over from an overlay may stand between the parts of a batch', async () => {
  using folder = tempFolder()
  writeFileSync(
    fileOf(folder.path),
    lines(
      edit(20, 'big', open),
      edit(4, 'moved'),
      edit(21, 'big', { ...open, part: 1 }),
      edit(5, 'moved-too'),
      edit(22, 'big', { part: 2 }),
    ),
  )
  expect((await load(folder.path)).names).toEqual(['moved', 'moved-too', 'big'])
})
