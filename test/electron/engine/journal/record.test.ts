import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JournalRecord } from '../../../../shared/domain/operation.ts'
import { decodeRecord, encodeRecord, readHead, splitOperations } from '../../../../electron/engine/journal/record.ts'
import { isJournalRecord } from '../../../../electron/engine/journal/shape.ts'

const head = { v: 1 as const, dev: 'a'.repeat(32), seq: 3, hlc: '018bcfe568010000' }
const image = { path: 'trip 1/photo_001.jpg', contentHash: 'q1-00' }
const op = { image, base: 'L0', key: 'k', from: null, was: '1', to: '"\\ud800 é"' }

const RECORDS: JournalRecord[] = [
  { ...head, kind: 'edit', batch: 'b1', ops: [op] },
  {
    ...head,
    kind: 'edit',
    batch: 'b1',
    part: 2,
    end: true,
    ops: [op, { image, base: 'L0', tag: 'x', change: 'add', saw: [] }],
  },
  {
    ...head,
    kind: 'edit',
    batch: 'b2',
    end: true,
    ops: [{ ...op, frozen: { layer: { metadata: '{"a":1}', tags: '["x"]' }, epoch: 0 } }],
  },
  { ...head, kind: 'written', image, file: 'trip 1/photo_001.json', sha256: 's', base: 'L0', layer: 'L1' },
  { ...head, kind: 'seen', image, layer: { metadata: '{}', tags: '' } },
  { ...head, kind: 'conflict', image, key: 'k', ours: '1', theirs: null },
  { ...head, kind: 'moved', image, to: 'b.jpg', id: 'id' },
  { ...head, kind: 'root', settings: { name: 'Trip', strategy: 'append', edits: 'beside' } },
]

test('a line ends in the CRC-32 of all bytes before its tail', () => {
  const line = encodeRecord({ ...head, kind: 'root', settings: { name: 'ü' } }).toString()
  const body = `{"v":1,"dev":"${head.dev}","seq":3,"hlc":"018bcfe568010000","kind":"root","settings":{"name":"ü"}`
  expect(line).toBe(`${body},"crc":"${crc32(body).toString(16).padStart(8, '0')}"}\n`)
  // The check value of CRC-32, so that other programs can tell which one it is.
  expect(crc32('123456789').toString(16)).toBe('cbf43926')
  expect(JSON.parse(line)).toMatchObject({ kind: 'root' })
})

test.each(RECORDS)('a record survives its line: $kind', (record) => {
  const line = encodeRecord(record)
  expect(line.indexOf(10)).toBe(line.length - 1)
  expect(decodeRecord(line.subarray(0, -1))).toEqual(record)
  const { dev, seq, hlc } = record
  const isEdit = record.kind === 'edit'
  expect(readHead(line.subarray(0, -1))).toEqual({
    dev,
    seq,
    hlc,
    batch: isEdit ? record.batch : null,
    part: isEdit ? (record.part ?? 0) : 0,
    isEnd: isEdit && record.end === true,
    crc: line.toString().slice(-11, -3),
  })
})

test('no changed bit, cut or closed line is taken for a record', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RECORDS), fc.nat(), fc.nat(7), (record, position, bit) => {
      const line = Buffer.from(encodeRecord(record).subarray(0, -1))
      const cut = line.subarray(0, position % line.length)
      expect([readHead(cut), decodeRecord(cut)]).toEqual(['damaged', 'damaged'])
      const closed = Buffer.concat([line.subarray(0, 1 + (position % line.length)), Buffer.from('!')])
      expect([readHead(closed), decodeRecord(closed)]).toEqual(['torn', 'torn'])
      line[position % line.length]! ^= 1 << bit
      expect(typeof readHead(line)).toBe('string')
      expect(typeof decodeRecord(line)).toBe('string')
    }),
    { numRuns: 2000 },
  )
})

test('bytes of any kind are a fault or a record, never an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.json(), (bytes, json) => {
      expect(readHead(Buffer.from(bytes))).toBe(bytes.at(-1) === 33 ? 'torn' : 'damaged')
      const body = Buffer.from(json.slice(0, -1) || '{')
      const tail = `,"crc":"${crc32(body).toString(16).padStart(8, '0')}"}`
      expect(['damaged', 'newer']).toContain(decodeRecord(Buffer.concat([body, Buffer.from(tail)])))
    }),
  )
})

const OPS = { kind: 'edit', batch: 'b', end: true }
test.each<[string, object]>([
  ['another version', { ...RECORDS[3], v: 2 }],
  ['another kind', { ...RECORDS[3], kind: 'snapshot' }],
  ['a path that leads out', { ...RECORDS[6], to: '../x.jpg' }],
  ['a path from the top', { ...RECORDS[6], to: '/x.jpg' }],
  ['a path with a NUL', { ...RECORDS[6], to: 'x\0.jpg' }],
  ['an unknown strategy', { ...RECORDS[7], settings: { strategy: 'newest' } }],
  ['an unknown tag change', { ...head, ...OPS, ops: [{ image, base: 'L0', tag: 'x', change: 'toggle', saw: [] }] }],
  ['a value that is no value text', { ...head, ...OPS, ops: [{ ...op, to: '{"a":1}' }] }],
  ['a missing value', { ...head, ...OPS, ops: [{ ...op, to: undefined }] }],
  ['a device with a slash', { ...RECORDS[3], dev: 'a/b' }],
  ['a moment out of range', { ...RECORDS[3], hlc: 'ffffffffffff0000' }],
  ['no operations', { ...head, kind: 'edit', batch: 'b' }],
])('%s is kept for a newer version, not used', (_, record) => {
  expect(isJournalRecord(record)).toBe(false)
  const body = Buffer.from(JSON.stringify(record).slice(0, -1))
  const crc = crc32(body).toString(16).padStart(8, '0')
  expect(decodeRecord(Buffer.concat([body, Buffer.from(`,"crc":"${crc}"}`)]))).toBe('newer')
})

test('a batch is divided into parts of at most 1 MiB, in order', () => {
  const many = Array.from({ length: 9000 }, (_, index) => ({ ...op, key: `k${index}` }))
  const huge = { ...op, to: JSON.stringify('x'.repeat(2_000_000)) }
  const parts = [...splitOperations([...many, huge, op])]
  expect(parts.flat()).toEqual([...many, huge, op])
  expect(parts.length).toBeGreaterThan(3)
  for (const ops of parts) {
    const { length } = encodeRecord({ ...head, kind: 'edit', batch: 'b'.repeat(32), part: 9, end: true, ops })
    if (!ops.includes(huge)) expect(length).toBeLessThanOrEqual(1024 * 1024)
    else expect(ops).toEqual([huge])
  }
})
