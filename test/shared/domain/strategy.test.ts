import { describe, expect, test } from 'vitest'
import { foldRecord, readState, type UserState } from '../../../shared/domain/fold.ts'
import type { LayerText } from '../../../shared/domain/layer.ts'
import { parseLayer } from '../../../shared/domain/layer.ts'
import type { JournalRecord, MetadataOperation, Operation } from '../../../shared/domain/operation.ts'
import { isOvertaken } from '../../../shared/domain/overtaken.ts'
import type { Strategy } from '../../../shared/domain/root.ts'
import { combine, explain, isFrozen, pendingForFile, unedited } from '../../../shared/domain/strategy.ts'

const at = (n: number, device = 'a') => `${String(n).padStart(16, '0')}/${device}/${n}/0`

describe('overtaken', () => {
  const made = { at: at(10), base: 'L0' }
  const edge = (n: number, base: string, layer: string, device = 'a') => ({ at: at(n, device), base, layer })

  test.each([
    ['the content is the base', 'L0', [], false],
    ['the content is another', 'L3', [], true],
    ['we wrote it', 'L1', [edge(11, 'L0', 'L1')], false],
    ['we wrote it in two steps', 'L2', [edge(11, 'L0', 'L1'), edge(12, 'L1', 'L2')], false],
    ['a foreign change came between', 'L4', [edge(11, 'L3', 'L4')], true],
    ['a foreign change came after our write', 'L4', [edge(11, 'L0', 'L1'), edge(12, 'L3', 'L4')], true],
    ['the content went back to the base', 'L0', [edge(11, 'L0', 'L1')], false],
    ['our write of it was under way when the edit was made', 'L1', [edge(9, 'L0', 'L1')], false],
    ['that write and the next one', 'L2', [edge(9, 'L0', 'L1'), edge(11, 'L1', 'L2')], false],
    [
      'we had written that content before the edit, in a later step',
      'L2',
      [edge(8, 'L0', 'L1'), edge(9, 'L1', 'L2')],
      true,
    ],
    ['the file went back to what it was before the edit', 'L9', [edge(9, 'L9', 'L0')], true],
    ['our writes go round in circles', 'L5', [edge(11, 'L0', 'L1'), edge(12, 'L1', 'L0')], true],
    ['another laptop wrote it, by an earlier clock', 'LB', [edge(5, 'L0', 'LB', 'b')], false],
    [
      'another laptop wrote it over what ours was made from',
      'LB',
      [edge(9, 'L9', 'L0'), edge(12, 'L9', 'LB', 'b')],
      false,
    ],
    ['another laptop wrote it over a foreign change', 'LB', [edge(12, 'L3', 'LB', 'b')], true],
  ])('%s', (_, layerHash, written, expected) => {
    expect(isOvertaken(made, layerHash, written)).toBe(expected)
  })
})

const IMAGE = { path: 'p', contentHash: null }
const key = (key: string, rest: Partial<MetadataOperation>): Operation => ({
  image: IMAGE,
  base: 'L0',
  key,
  from: null,
  was: null,
  ...rest,
})
const tag = (tag: string, change: 'add' | 'remove' | 'clear', saw: string[] = []): Operation => ({
  image: IMAGE,
  base: 'L0',
  tag,
  change,
  saw,
})

/** Each operation or other record at its own place: the n-th (from 1) at `at(n)`. */
function stateOf(...items: (Operation | { kind: string; [name: string]: unknown })[]): UserState {
  let state: UserState | null = null
  const store = { get: () => state, set: (_: string, next: UserState) => void (state = next), delete: () => undefined }
  items.forEach((item, index) => {
    const n = index + 1
    const head = { v: 1, dev: 'a', seq: n, hlc: String(n).padStart(16, '0') }
    const record =
      'kind' in item
        ? { ...head, image: IMAGE, ...item }
        : { ...head, kind: 'edit', batch: 'b', end: true, ops: [item] }
    foldRecord(store, record as unknown as JournalRecord)
  })
  return state ?? readState('')
}

function sources(strategy: Strategy, state: UserState, layer: LayerText, layerHash = 'L0') {
  return { strategy, state, layer: parseLayer(layer), layerHash, hasSidecar: true }
}

const plain = ({ values, tags }: ReturnType<typeof combine>) => ({ ...Object.fromEntries(values), tags })

test('an image without edits shows its sidecar, tags in order', () => {
  const layer = { metadata: '{"a":1}', tags: '["b","a","Z"]' }
  expect(unedited(layer)).toEqual({ metadata: '{"a":1}', tags: '["Z","a","b"]' })
  for (const state of [null, readState('')]) {
    expect(combine({ ...sources('append', readState(''), layer), state })).toEqual({
      values: new Map([['a', '1']]),
      tags: ['Z', 'a', 'b'],
      isEdited: false,
      isConflicted: false,
      isUnwritten: false,
      editedMs: null,
    })
  }
})

test('tags are one whatever their case, and keep the spelling of the file', () => {
  const state = stateOf(tag('NIGHT', 'add'), tag('Day', 'remove'))
  const layer = { metadata: '{}', tags: '["Night","day","Rain"]' }
  expect(combine(sources('mergeUserWins', state, layer)).tags).toEqual(['Night', 'Rain'])
  expect(pendingForFile(sources('mergeUserWins', state, layer))).toEqual({
    set: new Map(),
    unset: [],
    addTags: [],
    removeTags: ['day'],
  })
})

test('an added tag that was removed by another device, unseen, stays', () => {
  const state = stateOf(tag('x', 'add'))
  foldRecord(
    { get: () => state, set: () => undefined, delete: () => undefined },
    { v: 1, dev: 'b', seq: 1, hlc: '0000000000000009', kind: 'edit', batch: 'b', end: true, ops: [tag('x', 'remove')] },
  )
  expect(combine(sources('mergeUserWins', state, { metadata: '{}', tags: '["x"]' })).tags).toEqual(['x'])
})

test('an undone freeze thaws, and the next edit freezes what is there then', () => {
  const frozen = (metadata: string, epoch: number) => ({ frozen: { layer: { metadata, tags: '' }, epoch } })
  const first = key('a', { to: '5', ...frozen('{"a":1,"b":1}', 0) })
  const undo = key('a', { clear: true, from: { at: at(1), to: '5' } })
  const again = key('a', { to: '6', from: { at: at(2) }, ...frozen('{"a":2,"b":2}', 1) })
  const now = { metadata: '{"a":9,"b":9}', tags: '' }
  const shown = (state: UserState) => plain(combine(sources('untilFirstChange', state, now, 'L9')))
  expect(shown(stateOf(first))).toEqual({ a: '5', b: '1', tags: [] })
  expect(isFrozen(stateOf(first))).toBe(true)
  expect(shown(stateOf(first, undo))).toEqual({ a: '9', b: '9', tags: [] })
  expect(isFrozen(stateOf(first, undo))).toBe(false)
  expect(shown(stateOf(first, undo, again))).toEqual({ a: '6', b: '2', tags: [] })
})

test('of two first edits made apart, the earlier freeze counts', () => {
  const frozen = (metadata: string) => ({ frozen: { layer: { metadata, tags: '' }, epoch: 0 } })
  const state = stateOf(key('a', { to: '5', ...frozen('{"b":1}') }), key('c', { to: '6', ...frozen('{"b":2}') }))
  expect(plain(combine(sources('untilFirstChange', state, { metadata: '{}', tags: '' }, 'L9')))).toEqual({
    a: '5',
    b: '1',
    c: '6',
    tags: [],
  })
})

test('an undo that must restore the file holds its value until a foreign change', () => {
  const state = stateOf(
    key('a', { to: '5' }),
    { kind: 'written', file: 'p.json', sha256: 's', base: 'L0', layer: 'L1' },
    key('a', { clear: true, to: '1', base: 'L1', from: { at: at(1), to: '5' } }),
  )
  const before = sources('mergeBucketWins', state, { metadata: '{"a":5}', tags: '' }, 'L1')
  expect(combine(before)).toMatchObject({ values: new Map([['a', '1']]), isEdited: false, isUnwritten: true })
  expect(pendingForFile({ ...before, device: 'a' }).set).toEqual(new Map([['a', '1']]))
  const foreign = sources('mergeUserWins', state, { metadata: '{"a":7}', tags: '' }, 'L7')
  expect(combine(foreign)).toMatchObject({ values: new Map([['a', '7']]), isUnwritten: false, editedMs: null })
})

test('append keeps the first value an image had, and its tags', () => {
  const seen = (metadata: string, tags: string) => ({ kind: 'seen', layer: { metadata, tags } })
  const state = stateOf(seen('{"a":1}', '["x"]'), seen('{"a":2,"b":2}', ''), tag('x', 'remove'))
  expect(plain(combine(sources('append', state, { metadata: '{"b":3,"c":3}', tags: '["y"]' }, 'L3')))).toEqual({
    a: '1',
    b: '2',
    c: '3',
    tags: ['y'],
  })
})

test('a missing or empty sidecar overtakes nothing', () => {
  const state = stateOf(key('a', { to: '5' }), key('b', { to: null }), tag('x', 'add'))
  const empty = { metadata: '{}', tags: '' }
  for (const hasSidecar of [true, false]) {
    expect(plain(combine({ ...sources('overwrite', state, empty, 'LX'), hasSidecar }))).toEqual({ a: '5', tags: ['x'] })
  }
  expect(plain(combine(sources('overwrite', state, { metadata: '{"c":1}', tags: '' }, 'LX')))).toEqual({
    c: '1',
    tags: ['x'],
  })
  expect(plain(combine(sources('overwrite', state, { metadata: '{"c":1}', tags: '[]' }, 'LX')))).toEqual({
    c: '1',
    tags: [],
  })
})

test('only edits in force, and only of the device that asks, are pending for the file', () => {
  const state = stateOf(key('a', { to: '5' }), key('b', { to: null }), key('c', { to: '"x"' }), tag('t', 'add'))
  foldRecord(
    { get: () => state, set: () => undefined, delete: () => undefined },
    {
      v: 1,
      dev: 'other',
      seq: 1,
      hlc: '0000000000000009',
      kind: 'edit',
      batch: 'b',
      end: true,
      ops: [key('d', { to: '1' }), tag('u', 'add')],
    },
  )
  const file = { metadata: '{"a":1,"b":1,"c":"\\u0078"}', tags: '["s"]' }
  expect(pendingForFile({ ...sources('mergeUserWins', state, file), device: 'a' })).toEqual({
    set: new Map([['a', '5']]),
    unset: ['b'],
    addTags: ['t'],
    removeTags: [],
  })
  expect(pendingForFile(sources('mergeUserWins', state, file)).set).toEqual(
    new Map([
      ['a', '5'],
      ['d', '1'],
    ]),
  )
  // Overtaken under mergeBucketWins: the file's values win, what the file lacks is still missing there.
  expect(pendingForFile({ ...sources('mergeBucketWins', state, file, 'L9'), device: 'a' })).toEqual({
    set: new Map(),
    unset: [],
    addTags: ['t'],
    removeTags: [],
  })
})

test('each value is shown with its source, and what the other source says', () => {
  const state = stateOf(key('a', { to: '5' }), key('b', { to: null }), key('n', { to: '"x"' }), tag('t', 'add'))
  const file = { metadata: '{"a":1,"b":2,"z":3}', tags: '["s"]' }
  const edit = { device: 'a', timeMs: 0 }
  expect(explain(sources('mergeUserWins', state, file))).toEqual({
    values: [
      { key: 'a', value: '5', source: 'user', ...edit, other: '1', isInFile: false },
      { key: 'b', value: null, source: 'user', ...edit, other: '2', isInFile: false },
      { key: 'n', value: '"x"', source: 'user', ...edit, other: null, isInFile: false },
      { key: 'z', value: '3', source: 'sidecar', isInFile: true },
    ],
    tags: [
      { tag: 's', source: 'sidecar', isInFile: true },
      { tag: 't', source: 'user', isInFile: false },
    ],
  })
  expect(explain(sources('overwrite', state, file, 'L9')).values).toEqual([
    { key: 'a', value: '1', source: 'sidecar', ...edit, other: '5', isInFile: true },
    { key: 'b', value: '2', source: 'sidecar', ...edit, other: null, isInFile: true },
    { key: 'n', value: null, source: 'sidecar', ...edit, other: '"x"', isInFile: true },
    { key: 'z', value: '3', source: 'sidecar', isInFile: true },
  ])
})

test('a conflict met at write-back is open until the key is edited again', () => {
  const clash = { kind: 'conflict', key: 'a', ours: '5', theirs: '7' }
  const file = { metadata: '{"a":7}', tags: '' }
  const isConflicted = (state: UserState) => combine(sources('mergeUserWins', state, file)).isConflicted
  expect(isConflicted(stateOf(key('a', { to: '5' }), clash))).toBe(true)
  expect(isConflicted(stateOf(key('a', { to: '5' }), clash, key('a', { to: '6', from: { at: at(1), to: '5' } })))).toBe(
    false,
  )
})
