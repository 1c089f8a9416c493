import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import type { Fs } from '../../../../electron/engine/platform.ts'
import { readSidecars } from '../../../../electron/engine/sidecar/read.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

let folder: ReturnType<typeof tempFolder>
beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => folder[Symbol.dispose]())

const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder.path, name), content)
const sha = (content: string | Uint8Array): string => hash('sha256', content, 'hex')

function read(pair: { base?: string; full?: string }) {
  return readSidecars({ directory: folder.path, rootReal: folder.path, pair })
}

const EMPTY = { metadata: '{}', tags: '' }

describe('readSidecars', () => {
  test('reads one', () => {
    const text = '{"b":1.10,"a":{"x":"é"},"tags":["t"]}'
    put('p.json', text)
    expect(read({ base: 'p.json' })).toEqual({
      layer: { metadata: '{"a.x":"é","b":1.10}', tags: '["t"]' },
      hasSidecar: true,
      facts: [{ name: 'p.json', sha256: sha(text) }],
      problems: [],
      isTransient: false,
      annotation: null,
    })
  })

  test('none, or gone between listing and reading, is absent', () => {
    const absent = { layer: EMPTY, hasSidecar: false, facts: [], problems: [], isTransient: false, annotation: null }
    expect(read({})).toEqual(absent)
    expect(read({ base: 'p.json', full: 'p.jpg.json' })).toEqual(absent)
  })

  test('two merge key by key; the full-name file wins, and its nulls hide', () => {
    put('p.json', '{"a":1,"b":2,"c":3,"e":{"f":5},"tags":["x"]}')
    put('p.jpg.json', '{"b":20,"c":null,"d":4,"e":{"f":null},"tags":["y"]}')
    const result = read({ base: 'p.json', full: 'p.jpg.json' })
    expect(result.layer).toEqual({ metadata: '{"a":1,"b":20,"d":4}', tags: '["y"]' })
    expect(result.facts.map(({ name }) => name)).toEqual(['p.json', 'p.jpg.json'])
  })

  test.each([
    ['its own list of tags, also an empty one', '{"tags":[]}', { metadata: '{"a":1}', tags: '[]' }],
    ['tags hidden by null', '{"tags":null}', { metadata: '{"a":1}', tags: '' }],
    ['tags replaced by a plain list', '{"tags":["y",2]}', { metadata: '{"a":1,"tags":["y",2]}', tags: '' }],
    ['a value hidden by a list of objects', '{"a":[{}]}', { metadata: '{}', tags: '["x"]' }],
  ])('in the full-name file: %s', (_name, text, layer) => {
    put('p.json', '{"a":1,"tags":["x"]}')
    put('p.jpg.json', text)
    expect(read({ base: 'p.json', full: 'p.jpg.json' }).layer).toEqual(layer)
  })

  test('one of two that cannot be used leaves no layer', () => {
    put('p.json', '{"a":1}')
    put('p.jpg.json', '{"a":')
    expect(read({ base: 'p.json', full: 'p.jpg.json' })).toMatchObject({
      layer: null,
      hasSidecar: true,
      isTransient: true,
    })
  })

  test.each<[string, string | Uint8Array, string, boolean]>([
    ['half-written', '{"a": 1, "b', 'json', true],
    ['empty', '', 'json', true],
    ['filled with zeros', Buffer.alloc(300), 'json', true],
    ['with a comment', '{"a":1} // x', 'json', true],
    ['with NaN', '{"a":NaN}', 'json', true],
    ['a list', '[1,2]', 'json', false],
    ['262,145 bytes', `{"a":"${'x'.repeat(262_145 - 8)}"}`, 'size', false],
    ['43,000 deep', '{"a":'.repeat(43_000), 'size', false],
    ['UTF-16 with a mark', Buffer.from('\ufeff{"a":"é"}', 'utf16le'), 'encoding', false],
    ['UTF-16 without', Buffer.from('{"a":"b"}', 'utf16le'), 'encoding', false],
    ['UTF-16, the other order', Buffer.from('{"a":"b"}', 'utf16le').swap16(), 'encoding', false],
    ['Latin-1', Buffer.from('{"a":"caf\u00e9"}', 'latin1'), 'encoding', true],
    ['an overlong form', Buffer.from([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]), 'encoding', true],
  ])('refuses a file that is %s', (_name, content, kind, isTransient) => {
    put('p.json', content)
    const result = read({ base: 'p.json' })
    expect(result).toMatchObject({ layer: null, hasSidecar: true, isTransient })
    expect(result.problems).toEqual([
      { kind, file: 'p.json', reason: expect.stringMatching(/^The file .*\.$/) as string },
    ])
    expect(result.facts).toEqual([
      { name: 'p.json', sha256: kind === 'size' && content.length > 262_144 ? '' : sha(content) },
    ])
  })

  test('262,144 bytes are read', () => {
    const value = `"${'x'.repeat(65_000)}"`
    const text = `{"a":${value},"b":${value},"c":${value},"d":${value}}`.padEnd(262_144, ' ')
    put('p.json', text)
    expect(read({ base: 'p.json' }).problems).toEqual([])
    put('p.json', `${text} `)
    expect(read({ base: 'p.json' }).problems).toMatchObject([{ kind: 'size' }])
  })

  test('a byte order mark is accepted', () => {
    put('p.json', '\ufeff{"a":1}')
    expect(read({ base: 'p.json' }).layer).toEqual({ metadata: '{"a":1}', tags: '' })
  })

  test('findings come with the name of the file', () => {
    put('p.json', '{"a b":1,"c":[{}],"d":1e400}')
    const result = read({ base: 'p.json' })
    expect(result.layer).toEqual({ metadata: '{"d":"1e400"}', tags: '' })
    expect(result.problems).toMatchObject([
      { kind: 'key', file: 'p.json', key: 'a b' },
      { kind: 'array', file: 'p.json', key: 'c' },
      { kind: 'value', file: 'p.json', key: 'd' },
    ])
  })

  test('an annotation file is no sidecar, whatever its size', () => {
    const picture = 'A'.repeat(400_000)
    put('p.json', `{"version":"5","shapes":[],"imagePath":"p.jpg","imageData":"${picture}"}`)
    expect(read({ base: 'p.json' })).toEqual({
      layer: EMPTY,
      hasSidecar: false,
      facts: [{ name: 'p.json', sha256: '' }],
      problems: [],
      isTransient: false,
      annotation: 'LabelMe',
    })
    put('p.json', '{"images":[],"annotations":[]}')
    put('p.jpg.json', '{"a":1}')
    expect(read({ base: 'p.json', full: 'p.jpg.json' })).toMatchObject({
      layer: { metadata: '{"a":1}', tags: '' },
      hasSidecar: true,
      annotation: 'COCO',
    })
  })

  test('links are followed inside the root only', () => {
    using outside = tempFolder()
    writeFileSync(join(outside.path, 'secret.json'), '{"secret":1}')
    mkdirSync(join(folder.path, 'below'))
    put('below/real.json', '{"a":1}')
    symlinkSync('below/real.json', join(folder.path, 'in.json'))
    symlinkSync(join(outside.path, 'secret.json'), join(folder.path, 'out.json'))
    symlinkSync('nowhere', join(folder.path, 'broken.json'))
    symlinkSync('loop.json', join(folder.path, 'loop.json'))
    expect(read({ base: 'in.json' }).layer).toEqual({ metadata: '{"a":1}', tags: '' })
    expect(read({ base: 'out.json' })).toMatchObject({ layer: null, problems: [{ kind: 'access' }] })
    expect(read({ base: 'broken.json' })).toMatchObject({ layer: EMPTY, hasSidecar: false })
    expect(read({ base: 'loop.json' })).toMatchObject({
      layer: null,
      problems: [{ kind: 'access', reason: 'It is a link that leads to itself.' }],
    })
  })

  test('folders, pipes and names that are too long are problems, and nothing waits', () => {
    mkdirSync(join(folder.path, 'dir.json'))
    execFileSync('mkfifo', [join(folder.path, 'pipe.json')])
    expect(read({ base: 'dir.json' }).problems).toEqual([
      { kind: 'access', file: 'dir.json', reason: 'It is a folder, not a file.' },
    ])
    expect(read({ base: 'pipe.json' }).problems).toEqual([
      { kind: 'access', file: 'pipe.json', reason: 'It is not a regular file.' },
    ])
    expect(read({ base: `${'x'.repeat(300)}.json` }).problems).toMatchObject([
      { kind: 'access', reason: 'Its path is too long for this system.' },
    ])
  })

  test('a file that may not be read is a problem', () => {
    put('p.json', '{}')
    const fs = {
      ...nodeFs,
      openSync: () => {
        throw Object.assign(new Error('no'), { code: 'EACCES' })
      },
    }
    const result = readSidecars({ directory: folder.path, rootReal: folder.path, pair: { base: 'p.json' }, fs })
    expect(result).toMatchObject({ layer: null, isTransient: false, facts: [{ name: 'p.json', sha256: '' }] })
    expect(result.problems).toEqual([
      { kind: 'access', file: 'p.json', reason: 'The file may not be read. Check its permissions.' },
    ])
  })

  test('reads that come in pieces are put together', () => {
    const text = JSON.stringify({ a: 'x'.repeat(5000) })
    put('p.json', text)
    const readSync: Fs['readSync'] = (...[fd, buffer, at, length, place]) =>
      nodeFs.readSync(fd, buffer, at, Math.min(length, 100), place)
    const fs = { ...nodeFs, readSync }
    const result = readSidecars({ directory: folder.path, rootReal: folder.path, pair: { base: 'p.json' }, fs })
    expect(result.facts).toEqual([{ name: 'p.json', sha256: sha(text) }])
  })

  test('every name a file system takes can be read', () => {
    for (const name of ['l\nf.json', '-rf.json', ' .json', 'p~.json', `${'é'.repeat(125)}.json`, '..json.json']) {
      put(name, '{"a":1}')
      expect(read({ base: name }).layer).toEqual({ metadata: '{"a":1}', tags: '' })
      unlinkSync(join(folder.path, name))
    }
  })
})
