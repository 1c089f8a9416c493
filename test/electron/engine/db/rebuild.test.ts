/**
 * Law (a) of semantics.md §5: after any sequence of sidecar changes, scans, edits of two devices in any order of arrival,
 * write-backs and restarts, the rows are those of a fresh index over the same files and journals. Rows of sidecars that
 * cannot be read are left out: their last good values are a courtesy.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FLAGS, layerHash } from '../../../../electron/engine/db/index.ts'
import { parseLayer, printLayer } from '../../../../shared/domain/layer.ts'
import type { EditRequest, JournalRecord } from '../../../../shared/domain/operation.ts'
import { STRATEGIES, type Strategy } from '../../../../shared/domain/root.ts'
import { pendingForFile } from '../../../../shared/domain/strategy.ts'
import { readState } from '../../../../shared/domain/fold.ts'
import { compareText } from '../../../../shared/lib/text.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { apply, contentOf, createScribe, folder, image, openIndexIn, ROOT, rowOf, type TestIndex } from './fixture.ts'

const PATHS = ['1.jpg', 'a/2.jpg', 'a/3.jpg'] as const
type Sidecar = { values?: Record<string, unknown>; tags?: string[] } | 'none' | 'unreadable'
/** Path → its sidecar; no entry = the image is not there. */
type Disk = Map<string, Sidecar>

const path = fc.constantFrom(...PATHS)
const key = fc.constantFrom('a', 'b', '__proto__')
const value = fc.constantFrom(1, 2, 'x', true)
const tag = fc.constantFrom('t', 'T', 'u')
const sidecar = fc.oneof(
  { weight: 4, arbitrary: fc.record({ values: fc.dictionary(key, value, { maxKeys: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      values: fc.dictionary(key, value, { maxKeys: 3 }),
      tags: fc.uniqueArray(tag, { maxLength: 2, selector: (one) => one.toLowerCase() }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('none' as const, 'unreadable' as const) },
)
const request: fc.Arbitrary<EditRequest> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, to: value.map((one) => JSON.stringify(one)) }),
  fc.record({ kind: fc.constant('unset' as const), key }),
  fc.record({ kind: fc.constantFrom('tag' as const, 'untag' as const), tag }),
)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), path, sidecar }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('scan' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      path,
      requests: fc.array(request, { minLength: 1, maxLength: 2 }),
      device: fc.nat(1),
      delay: fc.nat(3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('writeBack' as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Two devices over one folder; the index under test is the first one's. */
function createWorld(index: TestIndex) {
  const disk: Disk = new Map()
  const journal: JournalRecord[] = []
  const waiting: JournalRecord[] = []
  const scribes = [createScribe('1'.repeat(32)), createScribe('2'.repeat(32))] as const
  let moment = 100
  const append = (record: JournalRecord) => {
    journal.push(record)
    apply(index, record)
  }
  const steps = {
    write({ path, sidecar }: Step & { do: 'write' }) {
      disk.set(path, sidecar)
    },
    remove({ path }: Step & { do: 'remove' }) {
      disk.delete(path)
    },
    scan() {
      scan(index, disk, (seen) => append({ ...scribes[0].head((moment += 1)), ...seen }))
    },
    edit({ path, requests, device, delay }: Step & { do: 'edit' }) {
      const row = rowOf(index.directory, path)
      const scribe = scribes[device]!
      const record = row === null ? null : scribe.edit(index, row, requests, (moment += 1) - delay * device * 3)
      if (!record) return
      journal.push(record)
      if (device === 1) waiting.push(record)
      else apply(index, record)
    },
    writeBack({ path }: Step & { do: 'writeBack' }) {
      const written = writeBack(index, disk, path)
      if (written) append({ ...scribes[0].head((moment += 1)), ...written })
    },
    restart() {
      index.api.close()
      index.api.open({ directory: index.directory })
    },
  }
  return {
    disk,
    journal,
    run: (one: Step) => steps[one.do](one as never),
    deliver: () => apply(index, ...waiting.splice(0).reverse()),
  }
}

type Seen = Pick<JournalRecord & { kind: 'seen' }, 'kind' | 'image' | 'layer'>

/** Scans everything, as the library does: what `append` must keep is journalled before it is taken in. */
function scan({ api }: TestIndex, disk: Disk, journalSeen: (seen: Seen) => void): void {
  for (const isSecond of [false, true]) {
    const { seen } = api.saveFolders({ folders: foldersOf(disk) })
    for (const { path, quickHash, layer } of seen)
      journalSeen({ kind: 'seen', image: { path, contentHash: quickHash }, layer })
    if (seen.length === 0) return
    expect(isSecond).toBe(false)
  }
}

function foldersOf(disk: Disk) {
  return ['', 'a'].map((dir) => {
    const all = PATHS.filter((one) => (one.startsWith('a/') ? 'a' : '') === dir)
    const nameOf = (one: string) => one.slice(one.lastIndexOf('/') + 1)
    const images = all.filter((one) => disk.has(one)).map((one) => scanned(nameOf(one), disk.get(one)!))
    const gone = all.filter((one) => !disk.has(one)).map(nameOf)
    return folder(dir, images, { gone, folders: dir === '' ? ['a'] : [] })
  })
}

function scanned(name: string, sidecar: Sidecar) {
  if (sidecar === 'none') return image(name)
  if (sidecar === 'unreadable') return image(name, null)
  const { values = {}, tags } = sidecar
  return image(name, values, tags ? { tags } : {})
}

/** Brings the sidecar to what is pending, if it still is what the index knows, and returns the record of it. */
function writeBack({ api, directory, strategy }: TestIndex, disk: Disk, path: string) {
  const row = rowOf(directory, path)
  const [subject] = row === null ? [] : api.editSubjects({ rows: [row] })
  const now = disk.get(path)
  if (!subject || subject.state === '' || subject.isStale || now === undefined || now === 'unreadable') return null
  const known = scanned('x', now).layer!
  if (known.metadata !== subject.layer.metadata || known.tags !== subject.layer.tags) return null
  const layer = parseLayer(subject.layer)
  const sources = { strategy, layer, layerHash: subject.layerHash, hasSidecar: subject.hasSidecar }
  const pending = pendingForFile({ ...sources, state: readState(subject.state), device: '1'.repeat(32) })
  const values = new Map(layer.values)
  for (const [key, text] of pending.set) values.set(key, text)
  for (const key of pending.unset) values.delete(key)
  const dropped = new Set(pending.removeTags.map((one) => one.toLowerCase()))
  const kept = (layer.tags ?? []).filter((one) => !dropped.has(one.toLowerCase()))
  const tags = layer.tags === null && pending.addTags.length === 0 ? null : [...kept, ...pending.addTags]
  const next = printLayer({ values, tags })
  if (next.metadata === subject.layer.metadata && next.tags === subject.layer.tags) return null
  disk.set(path, {
    values: JSON.parse(next.metadata, (_, one: unknown) => one) as Record<string, unknown>,
    ...(tags && { tags }),
  })
  const hash = layerHash(next)
  const { sidecars } = scanned(path.slice(path.lastIndexOf('/') + 1), disk.get(path)!)
  api.saveWritten({ items: [{ rootId: ROOT, path, layer: next, layerHash: hash, sidecars }] })
  const facts = { file: 'x.json', sha256: '', base: subject.layerHash, layer: hash }
  return { kind: 'written' as const, image: { path, contentHash: null }, ...facts }
}

function withoutStale(directory: string) {
  const rows = Object.entries(contentOf(directory))
  return rows.filter(([, { flags }]) => (flags & FLAGS.stale) === 0)
}

function compareRecords(a: JournalRecord, b: JournalRecord): number {
  return compareText(a.hlc, b.hlc) || compareText(a.dev, b.dev) || a.seq - b.seq
}

function freshContent(
  strategy: Strategy,
  { disk, journal }: { disk: Disk; journal: JournalRecord[] },
  isScanFirst: boolean,
) {
  using home = tempFolder()
  {
    using fresh = openIndexIn(home.path, { strategy })
    const takeIn = () => scan(fresh, disk, () => expect.unreachable('A first scan sees no change.'))
    if (isScanFirst) takeIn()
    apply(fresh, ...journal.toSorted(compareRecords))
    if (!isScanFirst) takeIn()
  }
  return withoutStale(home.path)
}

test.each(STRATEGIES)('%s: the index equals one built from scratch', (strategy) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.boolean(), (steps, isScanFirst) => {
      using home = tempFolder()
      using index = openIndexIn(home.path, { strategy })
      const world = createWorld(index)
      for (const path of PATHS) world.disk.set(path, { values: { a: 1 } })
      world.run({ do: 'scan' })
      for (const one of steps) world.run(one)
      world.run({ do: 'scan' })
      world.deliver()
      const stale = new Set(PATHS.filter((one) => world.disk.get(one) === 'unreadable'))
      expect(withoutStale(home.path)).toEqual(
        freshContent(strategy, world, isScanFirst).filter(([one]) => !stale.has(one as never)),
      )
    }),
    { numRuns: 40 },
  )
})
