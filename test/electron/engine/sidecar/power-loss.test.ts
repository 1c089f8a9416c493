import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { WriteItem } from '../../../../electron/engine/sidecar/plan.ts'
import { sweepTemps } from '../../../../electron/engine/sidecar/sweep.ts'
import { createDisk, systemError, type DiskModel } from '../../../support/disk-model.ts'
import { itemOf, writeModel, type Change } from './write-on.ts'

const MADE = '{\n  "location": "B"\n}\n'
const OLD = '{\n  "location": "A",\n  "other": 1.10\n}\n'

type Scenario = {
  readonly name: string
  readonly files: Record<string, string>
  readonly links?: Record<string, string>
  readonly change: Change
  /** The file that is written, before and after; null = not there. */
  readonly file: string
  readonly old: string | null
  readonly now: string | null
  /** What the file held before our last write. */
  readonly before?: { sha256: string; text: string | null }
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a value is replaced',
    files: { 'photo.jpg': '', 'photo.json': OLD },
    change: { set: { location: '"B"' } },
    file: 'photo.json',
    old: OLD,
    now: OLD.replace('"A"', '"B"'),
  },
  {
    name: 'a sidecar is created',
    files: { 'photo.jpg': '' },
    change: { set: { location: '"B"' } },
    file: 'photo.json',
    old: null,
    now: '{\n  "location": "B"\n}\n',
  },
  {
    name: 'a shared sidecar is left alone',
    files: { 'photo.jpg': '', 'photo.png': '', 'photo.json': OLD },
    change: { unset: ['location'] },
    file: 'photo.jpg.json',
    old: null,
    now: '{\n  "location": null\n}\n',
  },
  {
    name: 'a sidecar that is a link is edited where it is',
    files: { 'photo.jpg': '', 'below/real.json': OLD },
    links: { 'photo.json': 'below/real.json' },
    change: { set: { location: '"B"' } },
    file: 'photo.json',
    old: OLD,
    now: OLD.replace('"A"', '"B"'),
  },
  {
    name: 'a sidecar that we made is removed again',
    files: { 'photo.jpg': '', 'photo.json': MADE },
    change: { unset: ['location'] },
    file: 'photo.json',
    old: MADE,
    now: null,
    before: { sha256: hash('sha256', MADE, 'hex'), text: null },
  },
]

function itemFor({ change, before }: Scenario): WriteItem {
  return itemOf('photo.jpg', change, before && { before })
}

function diskFor({ files, links = {} }: Scenario): DiskModel {
  const disk = createDisk()
  for (const [name, target] of Object.entries(links)) disk.putLink(`/root/${name}`, target)
  for (const [name, content] of Object.entries(files)) disk.put(`/root/${name}`, content)
  return disk
}

/** Everything in the folder but our own temporary names. */
function foreignFiles(disk: DiskModel, except: string): Record<string, string | null> {
  const names = disk.names('/root').filter((name) => !/^\.gleaner-|^below$/.test(name) && name !== except)
  return Object.fromEntries(names.map((name) => [name, disk.text(`/root/${name}`)]))
}

describe('a power cut', () => {
  test.each(SCENARIOS)('at any moment while $name leaves the old or the new file', (scenario) => {
    const disk = diskFor(scenario)
    const others = foreignFiles(disk, scenario.file)
    const found = new Set<string | null>()
    let states = 0
    const look = (): void => {
      for (const crashed of disk.crashes()) {
        states += 1
        found.add(crashed.text(`/root/${scenario.file}`))
        expect(foreignFiles(crashed, scenario.file)).toEqual(others)
      }
    }
    disk.onCall = look
    const result = writeModel(disk, itemFor(scenario))
    disk.onCall = null
    expect(result.kind).toBe('written')
    expect(states).toBeGreaterThan(100)
    expect(found).toEqual(new Set([scenario.old, scenario.now]))

    const after = disk.crashes().map((crashed) => crashed.text(`/root/${scenario.file}`))
    expect(new Set(after)).toEqual(new Set([scenario.now]))
  })

  test.each(SCENARIOS)('while $name: the next start sweeps what was left and can write again', (scenario) => {
    const disk = diskFor(scenario)
    const moments: DiskModel[] = []
    disk.onCall = () => moments.push(...disk.crashes())
    writeModel(disk, itemFor(scenario))
    for (const crashed of moments) {
      for (const directory of ['/root', ...(scenario.links ? ['/root/below'] : [])]) {
        sweepTemps({ fs: crashed, directory, nowMs: 120_000 })
        expect(crashed.names(directory).filter((name) => name.startsWith('.gleaner-'))).toEqual([])
      }
      const again = writeModel(crashed, itemFor(scenario))
      expect(['written', 'unchanged']).toContain(again.kind)
      expect(crashed.text(`/root/${scenario.file}`)).toBe(scenario.now)
    }
    expect(moments.length).toBeGreaterThan(100)
  })

  test('without the folder being synced an acknowledged write could be lost: the model sees that', () => {
    const disk = diskFor(SCENARIOS[0]!)
    const folders = new Set<number>()
    const lazy: DiskModel = {
      ...disk,
      openSync(path, flags, mode) {
        const fd = disk.openSync(path, flags, mode)
        if (path === '/root') folders.add(fd)
        return fd
      },
      fsyncSync: (fd) => (folders.has(fd) ? undefined : disk.fsyncSync(fd)),
    }
    expect(writeModel(lazy, itemOf('photo.jpg', SCENARIOS[0]!.change)).kind).toBe('written')
    const after = disk.crashes().map((crashed) => crashed.text('/root/photo.json'))
    expect(new Set(after)).toEqual(new Set([SCENARIOS[0]!.old, SCENARIOS[0]!.now]))
  })

  test('an append to a journal-like file: what was acknowledged is there, whole, at every later moment', () => {
    const disk = createDisk()
    disk.put('/root/.keep', '')
    const acknowledged: string[] = []
    const look = (): void => {
      for (const crashed of disk.crashes()) {
        const text = crashed.text('/root/log') ?? ''
        expect(text.startsWith(acknowledged.join(''))).toBe(true)
      }
    }
    disk.onCall = look
    for (const line of ['one\n', 'two\n', 'three\n']) {
      const isNew = disk.text('/root/log') === null
      const fd = disk.openSync('/root/log', 'a')
      disk.writeSync(fd, Buffer.from(line), 0, line.length)
      disk.fdatasyncSync(fd)
      disk.closeSync(fd)
      if (isNew) {
        const folder = disk.openSync('/root', 'r')
        disk.fsyncSync(folder)
        disk.closeSync(folder)
      }
      acknowledged.push(line)
      look()
    }
  })
})

describe('a call that fails', () => {
  const CODES = ['EIO', 'ENOSPC', 'EACCES', 'EROFS']

  test.each(SCENARIOS)('whichever it is, while $name: old or new file, and a reason', (scenario) => {
    const total = countCalls(scenario)
    expect(total).toBeGreaterThan(12)
    for (const code of CODES) {
      for (const isLasting of [false, true]) {
        for (let at = 1; at <= total; at += 1) {
          const disk = diskFor(scenario)
          const others = foreignFiles(disk, scenario.file)
          let count = 0
          disk.onCall = (call, path) => {
            count += 1
            // Closing a file and removing our own temp file cannot be made to matter.
            if (call !== 'close' && (isLasting ? count >= at : count === at)) throw systemError(code, path)
          }
          const result = writeModel(disk, itemFor(scenario))
          disk.onCall = null
          const text = disk.text(`/root/${scenario.file}`)
          expect([scenario.old, scenario.now]).toContain(text)
          expect(foreignFiles(disk, scenario.file)).toEqual(others)
          if (result.kind === 'written') expect(text).toBe(scenario.now)
          else expect(result).toMatchObject({ kind: 'unwritable', reason: expect.stringMatching(/\.$/) })

          // Whatever was left behind, the next try succeeds.
          expect(['written', 'unchanged']).toContain(writeModel(disk, itemFor(scenario)).kind)
          expect(disk.text(`/root/${scenario.file}`)).toBe(scenario.now)
        }
      }
    }
  })

  function countCalls(scenario: Scenario): number {
    const disk = diskFor(scenario)
    let count = 0
    disk.onCall = () => (count += 1)
    writeModel(disk, itemFor(scenario))
    return count
  }
})

describe('another program', () => {
  const item = itemOf(
    'photo.jpg',
    { set: { location: '"B"' } },
    {
      known: { metadata: '{"location":"A","other":1.10}', tags: '' },
    },
  )

  /** Another program acts just before the n-th call of this kind on this kind of name. */
  function meddle(disk: DiskModel, on: (call: string, path: string) => boolean, act: () => void): void {
    disk.onCall = (call, path) => {
      if (!on(call, path)) return
      disk.onCall = null
      act()
    }
  }
  const isRename = (call: string): boolean => call === 'rename'

  test('writing into the file just before it is replaced, another key: both changes are in the file', () => {
    const disk = diskFor(SCENARIOS[0]!)
    meddle(disk, isRename, () => disk.scribble('/root/photo.json', '{"location":"A","other":2}'))
    const result = writeModel(disk, item)
    expect(result).toMatchObject({ kind: 'written', conflicts: [] })
    expect(disk.text('/root/photo.json')).toBe('{"location":"B","other":2}')
    expect(disk.names('/root')).toEqual(['photo.jpg', 'photo.json'])
  })

  test('writing the same key: the strategy decides, both values are reported', () => {
    const meddled = (strategy: 'mergeUserWins' | 'mergeBucketWins') => {
      const disk = diskFor(SCENARIOS[0]!)
      meddle(disk, isRename, () => disk.scribble('/root/photo.json', '{"location":"C","other":2}'))
      const { kind, ...rest } = writeModel(disk, { ...item, strategy })
      return { kind, conflicts: 'conflicts' in rest ? rest.conflicts : [], text: disk.text('/root/photo.json') }
    }
    const conflicts = [{ key: 'location', ours: '"B"', theirs: '"C"' }]
    expect(meddled('mergeUserWins')).toEqual({ kind: 'written', conflicts, text: '{"location":"B","other":2}' })
    expect(meddled('mergeBucketWins')).toEqual({ kind: 'conflict', conflicts, text: '{"location":"C","other":2}' })
  })

  test('that has truncated the file and is still writing keeps it; we try again later', () => {
    const disk = diskFor(SCENARIOS[0]!)
    meddle(disk, isRename, () => disk.scribble('/root/photo.json', ''))
    expect(writeModel(disk, item)).toMatchObject({ kind: 'unwritable', isTransient: true })
    // It still has the file open: what it writes arrives in the file of that name.
    disk.scribble('/root/photo.json', '{"location":"A","other":3}')
    expect(writeModel(disk, item)).toMatchObject({ kind: 'written' })
    expect(disk.text('/root/photo.json')).toBe('{"location":"B","other":3}')
  })

  test('that writes at every chance makes us give up for a while, its file untouched', () => {
    const disk = diskFor(SCENARIOS[0]!)
    let count = 0
    disk.onCall = (call) => {
      if (call === 'rename') disk.scribble('/root/photo.json', `{"location":"A","other":${count++}}`)
    }
    expect(writeModel(disk, item)).toEqual({
      kind: 'unwritable',
      reason: 'Another program keeps writing this file.',
      isTransient: true,
      partners: [],
    })
    disk.onCall = null
    expect(disk.text('/root/photo.json')).toMatch(/^\{"location":"A","other":\d+\}$/)
    expect(disk.names('/root')).toEqual(['photo.jpg', 'photo.json'])
  })

  test('creating the sidecar at the same moment: its file stays and is edited', () => {
    const disk = diskFor(SCENARIOS[1]!)
    meddle(
      disk,
      (call) => call === 'link',
      () => disk.put('/root/photo.json', '{"x": 1}'),
    )
    expect(writeModel(disk, itemOf('photo.jpg', { set: { location: '"B"' } })).kind).toBe('written')
    expect(disk.text('/root/photo.json')).toBe('{"x": 1, "location": "B"}')
  })

  test('deleting the sidecar meanwhile: it is made anew with our values', () => {
    const disk = diskFor(SCENARIOS[0]!)
    meddle(
      disk,
      (call) => call === 'fsync',
      () => disk.unlinkSync('/root/photo.json'),
    )
    expect(writeModel(disk, item).kind).toBe('written')
    expect(disk.text('/root/photo.json')).toBe('{\n  "location": "B"\n}\n')
  })
})
