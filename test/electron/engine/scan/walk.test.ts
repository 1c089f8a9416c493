import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signatureOf } from '../../../../electron/engine/scan/signature.ts'
import { listFolder } from '../../../../electron/engine/scan/walk.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { plant } from './support.ts'

/** A time at which everything just written is old enough. */
const later = () => Date.now() + 60_000

function list(rootReal: string, dir = '', nowMs = later()) {
  return listFolder({ rootReal, dir, nowMs })
}

function names(entries: readonly { name: string }[]) {
  return entries.map(({ name }) => name).sort()
}

describe('listing a folder', () => {
  it('sorts what is in it by name and leaves out what is not ours', () => {
    using folder = tempFolder()
    const images = [
      'a.jpg',
      'B.JPEG',
      'c.HeIc',
      'd.cr2',
      '-dash.png',
      'new\nline.webp',
      'tilde~.gif',
      'dot..tif',
      ' .avif',
    ]
    const files = ['a.json', 'B.JSON', 'notes.txt', 'voc.xml', 'data.yaml', '_annotations.csv', 'x.jsonl', 'obj.names']
    const others = ['.hidden.jpg', '.gleaner-0123.tmp', 'Thumbs.db', 'x.jpg~', 'readme', 'a.jpg.part', '._a.jpg']
    plant(folder.path, Object.fromEntries([...images, ...files, ...others].map((name) => [name, 'x'])))
    for (const name of ['sub', '.git', '@eaDir', '.gleaner', '$RECYCLE.BIN', 'b.jpg'])
      mkdirSync(join(folder.path, name))
    const found = list(folder.path)
    expect({
      images: names(found.images),
      jsons: names(found.jsons),
      tables: found.tables.toSorted(),
      labels: found.labels.toSorted(),
      folders: found.folders.toSorted(),
      problems: found.problems,
    }).toEqual({
      images: images.toSorted(),
      jsons: ['B.JSON', 'a.json'],
      tables: ['_annotations.csv', 'data.yaml', 'obj.names', 'x.jsonl'],
      labels: ['notes.txt', 'voc.xml'],
      folders: ['b.jpg', 'sub'],
      problems: [],
    })
  })

  it('shows copies that a sync tool left, and uses none of them', () => {
    using folder = tempFolder()
    plant(folder.path, {
      'sub/a.sync-conflict-20240101-120000-ABC.json': '{}',
      "sub/a (Ann's conflicted copy 2024-01-01).jpg": 'x',
      'sub/notes.sync-conflict-1.doc': 'x',
    })
    const { images, jsons, problems } = list(folder.path, 'sub')
    expect({ images, jsons, problems: problems.map(({ kind, file }) => ({ kind, file })) }).toEqual({
      images: [],
      jsons: [],
      problems: expect.arrayContaining([
        { kind: 'conflict-copy', file: 'sub/a.sync-conflict-20240101-120000-ABC.json' },
        { kind: 'conflict-copy', file: "sub/a (Ann's conflicted copy 2024-01-01).jpg" },
      ]),
    })
    expect(problems).toHaveLength(2)
  })

  it('finds names that are not UTF-8 and says that they cannot be managed', () => {
    using folder = tempFolder()
    const bytes = (name: string) => Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from(name, 'latin1')])
    writeFileSync(bytes('caf\xe9.jpg'), 'x')
    writeFileSync(bytes('caf\xe9.pdf'), 'x')
    mkdirSync(bytes('\xff'))
    plant(folder.path, { 'real \ufffd.jpg': 'x', 'plain.jpg': 'x' })
    const { images, folders, problems } = list(folder.path)
    const reason = 'The name is not valid UTF-8 text, so this cannot be managed here. Rename it to use it.'
    expect({ images: names(images), folders, problems }).toEqual({
      images: ['plain.jpg', 'real \ufffd.jpg'],
      folders: [],
      problems: expect.arrayContaining([
        { kind: 'access', file: 'caf\\xe9.jpg', reason },
        { kind: 'access', file: '\\xff', reason },
      ]),
    })
    expect(problems).toHaveLength(2)
  })

  it('follows links only to what it would not meet otherwise, and never out of the root', () => {
    using folder = tempFolder()
    using outside = tempFolder()
    const root = join(folder.path, 'root')
    plant(root, { 'a.jpg': 'x', '.store/hidden.jpg': 'x', 'meta/shared.json': '{}', 'sub/b.jpg': 'x' })
    plant(outside.path, { 'out.jpg': 'x', 'out.json': '{}', 'deep/c.jpg': 'x' })
    // A sibling whose path starts with the root's.
    plant(folder.path, { 'root2/x.jpg': 'x' })
    const link = (target: string, name: string) => symlinkSync(target, join(root, name))
    link('.store/hidden.jpg', 'stored.jpg')
    link('a.jpg', 'again.jpg')
    link('meta/shared.json', 'a.json')
    link(join(outside.path, 'out.jpg'), 'out.jpg')
    link(join(outside.path, 'out.json'), 'out.json')
    link(join(folder.path, 'root2/x.jpg'), 'near.jpg')
    link(join(outside.path, 'out.json'), 'out.xml')
    link('a.jpg', 'in.txt')
    link('nowhere.jpg', 'broken.jpg')
    link('self.jpg', 'self.jpg')
    link('.', 'loop')
    link('..', 'up')
    link(outside.path, 'away')
    linkSync(join(root, 'a.jpg'), join(root, 'hard.jpg'))
    const { images, jsons, labels, folders, problems } = list(root)
    expect({ images: names(images), jsons: names(jsons), labels, folders: folders.toSorted(), problems }).toEqual({
      images: ['a.jpg', 'hard.jpg', 'stored.jpg'],
      jsons: ['a.json'],
      labels: ['in.txt'],
      folders: ['meta', 'sub'],
      problems: [],
    })
    // A folder that became a link since its parent was read is not entered.
    rmSync(join(root, 'sub'), { recursive: true })
    link(join(outside.path, 'deep'), 'sub')
    expect(() => list(root, 'sub')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
    expect(() => list(root, 'missing')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
    expect(() => list(root, 'a.jpg')).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
  })

  // Root may read everything, so the listing is done by somebody who may not.
  it.runIf(process.getuid?.() === 0)('goes on after what may not be read', () => {
    using folder = tempFolder()
    plant(folder.path, { 'a.jpg': 'x', 'closed/b.jpg': 'x', 'open/c.jpg': 'x', 'blind/d.jpg': 'x' })
    chmodSync(folder.path, 0o755)
    chmodSync(join(folder.path, 'closed'), 0o700)
    // Names can be read, but nothing can be looked at.
    chmodSync(join(folder.path, 'blind'), 0o744)
    const code = `
      const { listFolder } = await import(${JSON.stringify(join(import.meta.dirname, '../../../../electron/engine/scan/walk.ts'))})
      const show = ({ images, folders, closed, unknown, problems, digest }) =>
        ({ images: images.map(({ name }) => name), folders: folders.sort(), closed: [...closed].sort(), unknown: [...unknown],
           problems: problems.map(({ kind, file }) => [kind, file]).sort(), hasDigest: digest !== '' })
      const list = (dir) => show(listFolder({ rootReal: process.argv[1], dir, nowMs: Date.now() + 60000 }))
      console.log(JSON.stringify([list(''), list('blind')]))`
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code, folder.path], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
      env: {},
    })
    const reason = { images: ['a.jpg'], folders: ['blind', 'closed', 'open'], closed: ['blind', 'closed'], unknown: [] }
    const problems = [
      ['access', 'blind'],
      ['access', 'closed'],
    ]
    const blind = { images: [], folders: [], closed: [], unknown: ['d.jpg'], problems: [['access', 'blind/d.jpg']] }
    expect(JSON.parse(out)).toEqual([
      { ...reason, problems, hasDigest: true },
      { ...blind, hasDigest: true },
    ])
  })

  it('tells paths that are longer than the system allows', () => {
    using folder = tempFolder()
    const home = process.cwd()
    const name = 'n'.repeat(250)
    plant(folder.path, { [`${'y'.repeat(251)}.jpg`]: 'x' })
    const dirs = ['']
    try {
      process.chdir(folder.path)
      // Only step by step can it be made at all.
      while (dirs.at(-1)!.length < 4096) {
        mkdirSync(name)
        process.chdir(name)
        writeFileSync('a.jpg', 'x')
        writeFileSync(`${'z'.repeat(200)}.jpg`, 'x')
        dirs.push(dirs.length === 1 ? name : `${dirs.at(-1)}/${name}`)
      }
    } finally {
      process.chdir(home)
    }
    const found = dirs
      .filter((dir) => `${folder.path}/${dir}`.length < 4096)
      .map((dir) => {
        const { images, unknown, closed, problems } = list(folder.path, dir)
        return {
          images: images.length,
          unknown: unknown.size,
          closed: closed.size,
          kinds: problems.map(({ kind }) => kind),
        }
      })
    const fine = { images: 2, unknown: 0, closed: 0, kinds: [] }
    const last = { images: 1, unknown: 1, closed: 1, kinds: ['access', 'access'] }
    expect(found).toEqual([{ ...fine, images: 1 }, ...found.slice(2).map(() => fine), last])
    // Node cannot remove what it cannot name.
    execFileSync('rm', ['-rf', folder.path])
  })
})

describe('digest', () => {
  it('is the same while nothing changes and another after any change', () => {
    using folder = tempFolder()
    plant(folder.path, { 'a.jpg': 'x', 'a.json': '{"a":1}', 'labels.txt': 'x', 'data.yaml': 'x', 'sub/': '' })
    const at = (name: string) => join(folder.path, name)
    const old = new Date('2001-01-01')
    const steps: [string, () => void][] = [
      [
        'a sidecar of the same size and time',
        () => (writeFileSync(at('a.json'), '{"a":2}'), utimesSync(at('a.json'), old, old)),
      ],
      [
        'the same again, only ctime tells',
        () => (writeFileSync(at('a.json'), '{"a":3}'), utimesSync(at('a.json'), old, old)),
      ],
      ['another image', () => writeFileSync(at('b.jpg'), 'x')],
      ['a renamed image', () => renameSync(at('b.jpg'), at('c.jpg'))],
      ['a new subfolder', () => mkdirSync(at('more'))],
      ['a label file', () => writeFileSync(at('other.txt'), 'x')],
      ['a table', () => writeFileSync(at('data.yaml'), 'names: []')],
      ['a conflict copy', () => writeFileSync(at('a.sync-conflict-1.json'), 'x')],
    ]
    const seen = [list(folder.path).digest]
    expect(list(folder.path).digest).toBe(seen[0])
    for (const [, change] of steps) {
      change()
      seen.push(list(folder.path).digest)
    }
    expect(new Set(seen).size).toBe(steps.length + 1)
    writeFileSync(at('unrelated.pdf'), 'x')
    writeFileSync(at('.gleaner-1.tmp'), 'x')
    expect(list(folder.path).digest).toBe(seen.at(-1))
  })

  it('is not given while a file is younger than two seconds', () => {
    using folder = tempFolder()
    plant(folder.path, { 'a.jpg': 'x' })
    const now = Date.now()
    const young = list(folder.path, '', now)
    expect({ digest: young.digest, isSoon: young.trustedAtMs! > now && young.trustedAtMs! <= now + 2001 }).toEqual({
      digest: '',
      isSoon: true,
    })
    expect(signatureOf(young.images[0]!.stat, 'full', now)).toBe('')
    expect(signatureOf(young.images[0]!.stat, 'full', now + 2100)).not.toBe('')
  })

  it('trusts times that a wrong clock left far in the future, where our own clock stamps changes', () => {
    using folder = tempFolder()
    plant(folder.path, { 'a.jpg': 'x' })
    const future = new Date('2100-01-01')
    utimesSync(join(folder.path, 'a.jpg'), future, future)
    const { stat } = list(folder.path).images[0]!
    expect(signatureOf(stat, 'full', later())).toMatch(/^\d+\.1\.4102444800000000000\.\d+$/)
    expect(signatureOf(stat, 'coarse', later())).toBe('')
    expect(list(folder.path).digest).not.toBe('')
  })

  it('goes by size and time alone where inodes are not stable', () => {
    using folder = tempFolder()
    plant(folder.path, { 'a.jpg': 'x' })
    const at = (name: string) => join(folder.path, name)
    const old = new Date('2001-01-01')
    utimesSync(at('a.jpg'), old, old)
    const exfat = () =>
      listFolder({ rootReal: folder.path, dir: '', nowMs: Date.now(), fileSystemType: () => 0x2011bab0 })
    const before = exfat()
    // The drive was unplugged and is back: other inodes, other ctimes.
    writeFileSync(at('copy.jpg'), 'x')
    rmSync(at('a.jpg'))
    renameSync(at('copy.jpg'), at('a.jpg'))
    utimesSync(at('a.jpg'), old, old)
    const after = exfat()
    expect(after.digest).toBe(before.digest)
    expect(after.digest).not.toBe('')
    expect(signatureOf(after.images[0]!.stat, after.signatures, Date.now())).toBe('1.978307200000000000')
    expect(list(folder.path).digest).not.toBe(before.digest)
  })
})
