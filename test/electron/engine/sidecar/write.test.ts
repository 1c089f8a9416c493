import { hash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkSidecarEdits, planSidecarBatch, writeSidecarBatch } from '../../../../electron/engine/sidecar/batch.ts'
import { createDisk, systemError } from '../../../support/disk-model.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { ioOf, itemOf, writeModel, writeReal, type Change } from './write-on.ts'

let folder: ReturnType<typeof tempFolder>
beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => folder[Symbol.dispose]())

const at = (name: string): string => join(folder.path, name)
const put = (name: string, content = ''): void => writeFileSync(at(name), content)
const text = (name: string): string | null => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : null)
const names = (): string[] => readdirSync(folder.path).sort()
const sha = (content: string): string => hash('sha256', content, 'hex')
const write = (image: string, change: Change, more: Parameters<typeof itemOf>[2] = {}) =>
  writeReal(folder.path, itemOf(image, change, more))

const B = { set: { location: '"B"' } }

describe('which file', () => {
  test('a sidecar is edited in place, nothing else in it changes', () => {
    put('p.jpg')
    put('p.json', '\ufeff{"location" : "A",\r\n "n":1.10 }')
    expect(write('p.jpg', B)).toEqual({
      kind: 'written',
      file: 'p.json',
      isFull: false,
      baseLayer: { metadata: '{"location":"A","n":1.10}', tags: '' },
      layer: { metadata: '{"location":"B","n":1.10}', tags: '' },
      facts: [{ name: 'p.json', sha256: sha('\ufeff{"location" : "B",\r\n "n":1.10 }') }],
      conflicts: [],
      before: '\ufeff{"location" : "A",\r\n "n":1.10 }',
      sha256: sha('\ufeff{"location" : "B",\r\n "n":1.10 }'),
      warning: null,
      partners: [],
    })
    expect(text('p.json')).toBe('\ufeff{"location" : "B",\r\n "n":1.10 }')
    expect(names()).toEqual(['p.jpg', 'p.json'])
  })

  test('a missing one is created', () => {
    put('p.jpg')
    expect(write('p.jpg', { set: { location: '"B"', 'a.b': '[1,2]' }, addTags: ['x'] })).toMatchObject({
      kind: 'written',
      before: null,
      baseLayer: { metadata: '{}', tags: '' },
      layer: { metadata: '{"a.b":[1,2],"location":"B"}', tags: '["x"]' },
    })
    expect(text('p.json')).toBe('{\n  "location": "B",\n  "a.b": [1, 2],\n  "tags": ["x"]\n}\n')
  })

  test('where a full-name file is, the edit goes there; a removal hides the other one', () => {
    put('p.jpg')
    put('p.json', '{"a":1,"b":2,"tags":["x","y"]}')
    put('p.jpg.json', '{"c":3}')
    expect(write('p.jpg', { set: { b: '20' }, unset: ['a', 'c'], removeTags: ['X'], addTags: ['z'] })).toMatchObject({
      kind: 'written',
      file: 'p.jpg.json',
      isFull: true,
      layer: { metadata: '{"b":20}', tags: '["y","z"]' },
      facts: [{ name: 'p.json' }, { name: 'p.jpg.json' }],
    })
    expect(text('p.jpg.json')).toBe('{"b":20,"a":null,"tags":["y","z"]}')
    expect(text('p.json')).toBe('{"a":1,"b":2,"tags":["x","y"]}')
  })

  test('a sidecar that two images share is left alone', () => {
    put('p.jpg')
    put('p.png')
    put('p.json', '{"a":1,"tags":["x"]}')
    expect(write('p.png', { unset: ['a'], removeTags: ['x'], set: { b: '2' } })).toMatchObject({
      kind: 'written',
      file: 'p.png.json',
      layer: { metadata: '{"b":2}', tags: '[]' },
    })
    expect(text('p.png.json')).toBe('{\n  "b": 2,\n  "a": null,\n  "tags": []\n}\n')
    expect(text('p.json')).toBe('{"a":1,"tags":["x"]}')
    expect(names()).toEqual(['p.jpg', 'p.json', 'p.png', 'p.png.json'])
  })

  test('a raw file and its JPEG share one, and both are reported', () => {
    put('x.cr2')
    put('x.jpg')
    put('x.json', '{"a":1}')
    expect(write('x.jpg', { set: { a: '2' } })).toMatchObject({
      kind: 'written',
      file: 'x.json',
      partners: [
        {
          image: 'x.cr2',
          baseLayer: { metadata: '{"a":1}', tags: '' },
          layer: { metadata: '{"a":2}', tags: '' },
          facts: [{ name: 'x.json', sha256: sha('{"a":2}') }],
        },
      ],
    })
    put('y.nef')
    put('y.jpg')
    expect(write('y.nef', { set: { a: '2' } })).toMatchObject({ file: 'y.json', partners: [{ image: 'y.jpg' }] })
  })

  test('another letter case is written where it is', () => {
    put('0AF.jpg')
    put('0af.json', '{}')
    expect(write('0AF.jpg', { set: { a: '1' } })).toMatchObject({ kind: 'written', file: '0af.json' })
    expect(names()).toEqual(['0AF.jpg', '0af.json'])
  })

  test('names of 255 bytes work; one too many is told', () => {
    const stem = 'n'.repeat(250)
    put(`${stem}.jpg`)
    put(`${stem}.json`, '{"a":1}')
    expect(write(`${stem}.jpg`, { set: { a: '2' } }).kind).toBe('written')
    expect(text(`${stem}.json`)).toBe('{"a":2}')
    put(`${'m'.repeat(251)}.jpg`)
    expect(write(`${'m'.repeat(251)}.jpg`, { set: { a: '2' } })).toEqual({
      kind: 'unwritable',
      reason: expect.stringContaining('too long') as string,
      isTransient: false,
      partners: [],
    })
  })

  test('an image that is not there is not given a sidecar', () => {
    put('q.jpg')
    expect(write('p.jpg', B)).toMatchObject({ kind: 'unwritable', isTransient: true })
    expect(names()).toEqual(['q.jpg'])
  })
})

describe('what is left alone', () => {
  test('a file that holds it all already, also in another spelling', () => {
    put('p.jpg')
    put('p.json', '{"location":"B"}')
    const before = statSync(at('p.json'))
    expect(write('p.jpg', B, { known: { metadata: '{"location":"A"}', tags: '' } })).toEqual({
      kind: 'unchanged',
      isDone: true,
      file: 'p.json',
      isFull: false,
      layer: { metadata: '{"location":"B"}', tags: '' },
      facts: [{ name: 'p.json', sha256: sha('{"location":"B"}') }],
      conflicts: [],
      partners: [],
    })
    expect(statSync(at('p.json')).ino).toBe(before.ino)
    expect(write('p.jpg', B, { known: { metadata: '{"location":"A","x":1}', tags: '' } })).toMatchObject({
      isDone: false,
    })
  })

  test.each([
    ['half-written', '{"a":', true],
    ['not UTF-8', Buffer.from('{"a":"caf\u00e9"}', 'latin1'), true],
    ['too large', `{"a":"${'x'.repeat(262_145)}"}`, false],
    ['too deep', '{"a":'.repeat(70) + '1' + '}'.repeat(70), false],
    ['an annotation file', '{"shapes":[],"imagePath":"p.jpg"}', false],
  ])('a file that is %s', (_name, content, isTransient) => {
    put('p.jpg')
    writeFileSync(at('p.json'), content)
    expect(write('p.jpg', B)).toEqual({
      kind: 'unwritable',
      reason: expect.stringMatching(/^p\.json .*\.$/) as string,
      isTransient,
      partners: [],
    })
    expect(readFileSync(at('p.json'))).toEqual(Buffer.from(content))
    expect(names()).toEqual(['p.jpg', 'p.json'])
  })

  test('a file that would grow beyond 262,144 bytes', () => {
    put('p.jpg')
    const full = `{"a":"x"}`.padEnd(262_144)
    put('p.json', full)
    expect(write('p.jpg', B)).toMatchObject({ kind: 'unwritable', reason: 'The file would grow beyond 262,144 bytes.' })
    expect(text('p.json')).toBe(full)
  })

  test('a read-only file', () => {
    put('p.jpg')
    put('p.json', '{"location":"A"}')
    chmodSync(at('p.json'), 0o444)
    expect(write('p.jpg', B)).toMatchObject({ kind: 'unwritable', reason: 'p.json is read-only.' })
    expect(text('p.json')).toBe('{"location":"A"}')
  })

  test('what a link leads to outside the root', () => {
    using outside = tempFolder()
    writeFileSync(join(outside.path, 'x.json'), '{"location":"A"}')
    put('p.jpg')
    symlinkSync(join(outside.path, 'x.json'), at('p.json'))
    expect(write('p.jpg', B)).toMatchObject({ kind: 'unwritable' })
    symlinkSync(outside.path, at('sub'))
    writeFileSync(join(outside.path, 'q.jpg'), '')
    expect(writeSidecarBatch({ root: folder.path, dir: 'sub', items: [itemOf('q.jpg', B)] })[0]).toMatchObject({
      kind: 'unwritable',
      reason: 'Its folder is a link that leads out of the root.',
    })
    expect(readdirSync(outside.path).sort()).toEqual(['q.jpg', 'x.json'])
    expect(readFileSync(join(outside.path, 'x.json'), 'utf8')).toBe('{"location":"A"}')
  })
})

describe('what is kept', () => {
  test('a link stays a link, its target is written', () => {
    mkdirSync(at('below'))
    put('p.jpg')
    put('below/real.json', '{"location":"A"}')
    symlinkSync('below/real.json', at('p.json'))
    expect(write('p.jpg', B).kind).toBe('written')
    expect(lstatSync(at('p.json')).isSymbolicLink()).toBe(true)
    expect(readlinkSync(at('p.json'))).toBe('below/real.json')
    expect(text('below/real.json')).toBe('{"location":"B"}')
    expect(readdirSync(at('below'))).toEqual(['real.json'])
  })

  test('the mode', () => {
    put('p.jpg')
    put('p.json', '{"location":"A"}')
    chmodSync(at('p.json'), 0o640)
    write('p.jpg', B)
    expect(statSync(at('p.json')).mode & 0o7777).toBe(0o640)
  })

  test('the owner, as far as the system lets us', () => {
    const disk = createDisk()
    disk.put('/root/p.jpg', '')
    disk.put('/root/p.json', '{"location":"A"}')
    const calls: string[] = []
    const old = disk.statSync('/root/p.json')
    const foreign = { ...old, uid: 7, gid: 8 }
    const fs = {
      ...disk,
      lstatSync: (path: string) => (path.endsWith('.json') ? foreign : disk.lstatSync(path)),
      fchownSync: (_fd: number, uid: number, gid: number) => {
        calls.push(`${uid}:${gid}`)
        throw systemError('EPERM')
      },
    }
    expect(writeModel(fs, itemOf('p.jpg', B)).kind).toBe('written')
    expect(calls).toEqual(['7:8'])
  })

  test('a second name of the file keeps the old version, and that is told', () => {
    put('p.jpg')
    put('p.json', '{"location":"A"}')
    linkSync(at('p.json'), at('second'))
    expect(write('p.jpg', B)).toMatchObject({
      kind: 'written',
      warning: 'The file had a second name (a hard link), which still holds the old version.',
    })
    expect([text('p.json'), text('second')]).toEqual(['{"location":"B"}', '{"location":"A"}'])
  })
})

describe('undo', () => {
  test('gives back every byte where the file is as we left it', () => {
    const old = '{ "z": [1,  2], "location": "caf\\u00e9", "b" :2, "tags": ["x" , "y"] }\n'
    put('p.jpg')
    put('p.json', old)
    const edited = write('p.jpg', { unset: ['location'], set: { z: '"new"' }, removeTags: ['x'] })
    if (edited.kind !== 'written') throw new Error(edited.kind)
    const before = { sha256: edited.sha256, text: edited.before }
    const undo = { set: { location: '"caf\\u00e9"', z: '[1,2]' }, addTags: ['x'] }
    expect(write('p.jpg', undo, { before }).kind).toBe('written')
    expect(text('p.json')).toBe(old)
  })

  test('does not, where another program has changed the file since', () => {
    put('p.jpg')
    put('p.json', '{"a":1,"b":2}')
    const edited = write('p.jpg', { unset: ['a'] })
    if (edited.kind !== 'written') throw new Error(edited.kind)
    put('p.json', '{"b":2, "c":3}')
    write('p.jpg', { set: { a: '1' } }, { before: { sha256: edited.sha256, text: edited.before } })
    expect(text('p.json')).toBe('{"b":2, "c":3, "a":1}')
  })

  test('removes a file that we created and whose bytes are ours, and only that', () => {
    put('p.jpg')
    const created = write('p.jpg', { ...B, addTags: ['x'] })
    if (created.kind !== 'written') throw new Error(created.kind)
    const before = { sha256: created.sha256, text: null }
    const emptied = { unset: ['location'], removeTags: ['x'] }
    expect(write('p.jpg', emptied, { before })).toMatchObject({ kind: 'written', sha256: '', facts: [] })
    expect(names()).toEqual(['p.jpg'])

    put('p.json', '{"location":"B"}')
    expect(write('p.jpg', { unset: ['location'] }, { before }).kind).toBe('written')
    expect(text('p.json')).toBe('{}')
  })
})

describe('renaming a key', () => {
  test('keeps the place of its member', () => {
    put('p.jpg')
    put('p.json', '{"a":1,"old":"x","b":2}')
    write('p.jpg', { unset: ['old'], set: { new: '"x"' } })
    expect(text('p.json')).toBe('{"a":1,"new":"x","b":2}')
  })

  test('in a file of its own beside a shared one hides the old key', () => {
    put('p.jpg')
    put('p.png')
    put('p.json', '{"old":"x"}')
    expect(write('p.png', { unset: ['old'], set: { new: '"x"' } })).toMatchObject({
      layer: { metadata: '{"new":"x"}', tags: '' },
    })
  })
})

describe('another program wrote unseen', () => {
  const known = { metadata: '{"location":"A","temp":1}', tags: '' }
  const conflicted = (strategy: Parameters<typeof itemOf>[2] & object, now: string, change: Change) => {
    put('p.jpg')
    put('p.json', now)
    const { kind, ...rest } = write('p.jpg', change, { known, ...strategy })
    return [
      kind,
      'conflicts' in rest ? rest.conflicts.map(({ key, ours, theirs }) => `${key} ${ours} ${theirs}`) : [],
      text('p.json'),
    ]
  }

  test.each([
    ['mergeBucketWins', 'conflict', '{"location":"C","temp":2}'],
    ['overwrite', 'conflict', '{"location":"C","temp":2}'],
    ['mergeUserWins', 'written', '{"location":"B","temp":2}'],
    ['untilFirstChange', 'written', '{"location":"B","temp":2}'],
    ['append', 'written', '{"location":"B","temp":2}'],
  ] as const)('the same key under %s', (strategy, kind, result) => {
    expect(conflicted({ strategy }, '{"location":"C","temp":2}', B)).toEqual([kind, ['location "B" "C"'], result])
  })

  test('other keys merge under every strategy', () => {
    const result = ['written', [], '{"location":"A","temp":2,"note":"x"}']
    for (const strategy of ['mergeBucketWins', 'overwrite', 'mergeUserWins', 'untilFirstChange', 'append'] as const) {
      expect(conflicted({ strategy }, '{"location":"A","temp":2}', { set: { note: '"x"' } })).toEqual(result)
    }
  })

  test('one key in conflict does not hold up the others', () => {
    const change = { set: { location: '"B"', note: '"x"' } }
    expect(conflicted({ strategy: 'mergeBucketWins' }, '{"location":"C","temp":1}', change)).toEqual([
      'written',
      ['location "B" "C"'],
      '{"location":"C","temp":1,"note":"x"}',
    ])
  })

  test('a key the other program took out stays ours where the sidecar must have it to win', () => {
    const conflicts = ['location "B" null']
    expect(conflicted({ strategy: 'mergeBucketWins' }, '{"temp":1}', B)).toEqual([
      'written',
      conflicts,
      '{"temp":1,"location":"B"}',
    ])
    expect(conflicted({ strategy: 'overwrite' }, '{"temp":1}', B)).toEqual(['conflict', conflicts, '{"temp":1}'])
  })

  test('our removal of a key it changed', () => {
    const conflicts = ['location null "C"']
    const remove = { unset: ['location'] }
    expect(conflicted({ strategy: 'mergeBucketWins' }, '{"location":"C","temp":1}', remove)).toEqual([
      'conflict',
      conflicts,
      '{"location":"C","temp":1}',
    ])
    expect(conflicted({ strategy: 'mergeUserWins' }, '{"location":"C","temp":1}', remove)).toEqual([
      'written',
      conflicts,
      '{"temp":1}',
    ])
  })

  test('the same value on both sides, or another layout, is no conflict', () => {
    expect(conflicted({ strategy: 'mergeBucketWins' }, '{"location":"B","temp":1}', B)).toEqual([
      'unchanged',
      [],
      '{"location":"B","temp":1}',
    ])
    expect(conflicted({ strategy: 'mergeBucketWins' }, '{ "temp":1, "location":"\\u0041"}', B)).toEqual([
      'written',
      [],
      '{ "temp":1, "location":"B"}',
    ])
  })
})

describe('disks with less than we would like', () => {
  const files = () => {
    const disk = createDisk()
    disk.put('/root/p.jpg', '')
    disk.put('/root/p.json', '{"location":"A"}')
    return disk
  }

  test('without hard links files are replaced and created all the same', () => {
    const disk = files()
    disk.put('/root/q.jpg', '')
    disk.onCall = (call, path) => {
      if (call === 'link') throw systemError('EPERM', path)
    }
    expect(writeModel(disk, itemOf('p.jpg', B)).kind).toBe('written')
    expect(writeModel(disk, itemOf('q.jpg', B)).kind).toBe('written')
    disk.onCall = null
    expect(disk.names('/root')).toEqual(['p.jpg', 'p.json', 'q.jpg', 'q.json'])
    expect([disk.text('/root/p.json'), disk.text('/root/q.json')]).toEqual([
      '{"location":"B"}',
      '{\n  "location": "B"\n}\n',
    ])
  })

  test('a write that takes a few bytes at a time is finished', () => {
    const disk = files()
    const fs = {
      ...disk,
      writeSync: (fd: number, buffer: Uint8Array, offset: number, length: number) =>
        disk.writeSync(fd, buffer, offset, Math.min(3, length)),
    }
    expect(writeModel(fs, itemOf('p.jpg', B)).kind).toBe('written')
    expect(disk.text('/root/p.json')).toBe('{"location":"B"}')
  })

  test('a disk that takes no more, or lies about the size, replaces nothing', () => {
    const disk = files()
    const shorter = (fd: number) => ({ ...disk.fstatSync(fd), size: 3 })
    for (const broken of [{ writeSync: () => 0 }, { fstatSync: shorter }]) {
      expect(writeModel({ ...disk, ...broken }, itemOf('p.jpg', B))).toMatchObject({ kind: 'unwritable' })
      expect(disk.text('/root/p.json')).toBe('{"location":"A"}')
      expect(disk.names('/root')).toEqual(['p.jpg', 'p.json'])
    }
  })

  test('Windows: a file that is busy for a moment is tried again; elsewhere a refusal is one', () => {
    const busy = (times: number) => {
      const disk = files()
      let left = times
      disk.onCall = (call, path) => {
        if (call === 'rename' && left-- > 0) throw systemError('EBUSY', path)
      }
      return disk
    }
    const batch = { root: '/root', dir: '', items: [itemOf('p.jpg', B)] }
    expect(writeSidecarBatch(batch, ioOf(busy(3), true))[0]).toMatchObject({ kind: 'written' })
    expect(writeSidecarBatch(batch, ioOf(busy(1), false))[0]).toEqual({
      kind: 'unwritable',
      reason: 'Another program keeps the file open.',
      isTransient: true,
      partners: [],
    })
  })

  test('if the folder cannot be forced to disk, nothing of the batch counts as written', () => {
    const disk = files()
    disk.onCall = (call, path) => {
      if (call === 'fsync' && path === '/root') throw systemError('EIO', path)
    }
    expect(writeModel(disk, itemOf('p.jpg', B))).toEqual({
      kind: 'unwritable',
      reason: 'The disk reports an error.',
      isTransient: true,
      partners: [],
    })
    disk.onCall = null
    const known = { metadata: '{"location":"A"}', tags: '' }
    expect(writeModel(disk, itemOf('p.jpg', B, { known }))).toMatchObject({ kind: 'unchanged', isDone: true })
  })

  test('a root that is not there', () => {
    expect(writeSidecarBatch({ root: join(folder.path, 'gone'), dir: '', items: [itemOf('p.jpg', B)] })).toEqual([
      { kind: 'unwritable', reason: 'The folder is not there at the moment.', isTransient: true, partners: [] },
    ])
  })

  test("an old version left by a crash gives way; another program's bytes of that name stay", () => {
    put('p.jpg')
    put('p.json', '{"location":"A"}')
    const old = `.gleaner-${sha('{"location":"A"}').slice(0, 16)}.old`
    put(old, '{"location":"A"}')
    expect(write('p.jpg', B).kind).toBe('written')
    expect(names()).toEqual(['p.jpg', 'p.json'])

    const taken = `.gleaner-${sha('{"location":"B"}').slice(0, 16)}.old`
    put(taken, 'theirs')
    expect(write('p.jpg', { set: { location: '"C"' } }).kind).toBe('written')
    expect(names()).toEqual([taken, 'p.jpg', 'p.json'])
    expect(text(taken)).toBe('theirs')
  })
})

describe('a write that was planned first', () => {
  const batch = (item: ReturnType<typeof itemOf>) => ({ root: folder.path, dir: '', items: [item] })
  const planned = (item: ReturnType<typeof itemOf>) => {
    const [plan] = planSidecarBatch(batch(item))
    return plan ? { ...item, plan: plan.plan } : item
  }

  test('says what it will write, and writes just that', () => {
    put('p.jpg')
    put('p.json', '{"location":"A"}')
    expect(planSidecarBatch(batch(itemOf('p.jpg', B)))).toMatchObject([
      {
        file: 'p.json',
        sha256: sha('{"location":"B"}'),
        edges: [{ image: 'p.jpg', base: { metadata: '{"location":"A"}' }, layer: { metadata: '{"location":"B"}' } }],
      },
    ])
    expect(text('p.json')).toBe('{"location":"A"}')
    expect(writeSidecarBatch(batch(planned(itemOf('p.jpg', B))))).toMatchObject([{ kind: 'written', file: 'p.json' }])
    expect(text('p.json')).toBe('{"location":"B"}')
  })

  test('starts anew where another program was there in between', () => {
    put('p.jpg')
    put('q.jpg')
    put('r.jpg')
    put('p.json', '{"location":"A"}')
    put('q.json', '{"location":"A"}')
    const items = ['p.jpg', 'q.jpg', 'r.jpg'].map((image) => planned(itemOf(image, B)))
    put('p.json', '{"location":"A", "x":1}')
    rmSync(at('q.json'))
    put('r.json', '{"y":2}')
    const results = writeSidecarBatch({ root: folder.path, dir: '', items })
    expect(results.map(({ kind }) => kind)).toEqual(['written', 'written', 'written'])
    expect([text('p.json'), text('q.json'), text('r.json')]).toEqual([
      '{"location":"B", "x":1}',
      '{\n  "location": "B"\n}\n',
      '{"y":2,"location":"B"}',
    ])
  })

  test('of two files is made anew, as both count', () => {
    put('p.jpg')
    put('p.json', '{"a":1}')
    put('p.jpg.json', '{"b":1}')
    const item = planned(itemOf('p.jpg', B))
    put('p.json', '{"a":2}')
    expect(writeSidecarBatch(batch(item))).toMatchObject([{ layer: { metadata: '{"a":2,"b":1,"location":"B"}' } }])
  })

  test('that has nothing to write, or cannot be, is not planned; one file is planned once', () => {
    put('p.jpg')
    put('q.jpg')
    put('x.cr2')
    put('x.jpg')
    put('p.json', '{"location":"B"}')
    put('q.json', '{"half')
    const items = ['p.jpg', 'q.jpg', 'gone.jpg', 'x.cr2', 'x.jpg'].map((image) => itemOf(image, B))
    const plans = planSidecarBatch({ root: folder.path, dir: '', items })
    expect(plans.map((plan) => plan?.edges.map(({ image }) => image))).toEqual([
      undefined,
      undefined,
      undefined,
      ['x.cr2', 'x.jpg'],
      undefined,
    ])
  })
})

describe('checkSidecarEdits', () => {
  test('tells which edits could never be written, and writes nothing', () => {
    put('p.jpg')
    put('q.jpg')
    put('r.jpg')
    put('p.json', '{"a":{"b":1},"c":2}')
    put('q.json', '{"half')
    const items = [
      itemOf('p.jpg', { set: { a: '1' } }),
      itemOf('p.jpg', { set: { 'c.d': '1' } }),
      itemOf('p.jpg', { set: { 'a.c': '1' } }),
      // Written later, when the file can be read again.
      itemOf('q.jpg', B),
      itemOf('r.jpg', B),
      itemOf('gone.jpg', B),
      itemOf('r.jpg', {
        set: Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`k${i}`, `"${'x'.repeat(60_000)}"`])),
      }),
    ]
    expect(checkSidecarEdits({ root: folder.path, dir: '', items })).toEqual([
      'a is a group of values in the file. Set one of them.',
      'c is a single value in the file, so c.d cannot be put below it.',
      null,
      null,
      null,
      null,
      'The file would grow beyond 262,144 bytes.',
    ])
    expect(names()).toEqual(['p.jpg', 'p.json', 'q.jpg', 'q.json', 'r.jpg'])
  })
})

describe('a batch', () => {
  test('one result for each image, whatever happens to the others; pairs are those of now', () => {
    put('a.jpg')
    put('b.jpg')
    put('c.jpg')
    put('b.json', '{"half')
    const items = ['a.jpg', 'b.jpg', 'c.jpg', 'gone.jpg'].map((image) => itemOf(image, B))
    expect(writeSidecarBatch({ root: folder.path, dir: '', items }).map(({ kind }) => kind)).toEqual([
      'written',
      'unwritable',
      'written',
      'unwritable',
    ])
    put('c.png')
    expect(write('c.png', { set: { location: '"C"' } })).toMatchObject({ kind: 'written', file: 'c.png.json' })
    expect(text('c.json')).toBe('{\n  "location": "B"\n}\n')
  })
})
