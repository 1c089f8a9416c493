import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { KnownImage, ScannedFolder } from '../../../../electron/engine/db/index.ts'
import { readFolder } from '../../../../electron/engine/scan/folder.ts'
import { readImages } from '../../../../electron/engine/scan/images.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { plant } from './support.ts'

const EXFAT = 0x2011bab0
const EXT4 = 0xef53
const OLD = new Date('2020-01-01')

/** Scans one folder again and again, remembering what an index would. */
function remembering(rootReal: string, type: number) {
  let digest = ''
  let images: KnownImage[] = []
  return (isFull = false): (Pick<ScannedFolder, 'gone' | 'problems'> & { changed: object[] }) | null => {
    const task = { rootId: 'r', rootReal, dir: '', isFull, attempt: 0, fileSystemType: () => type }
    const reader = { folderDigest: () => digest, folder: () => images }
    const { change } = readFolder({ ...task, nowMs: Date.now() + 60_000 }, reader)
    if (change === null) return null
    const read = readImages({ rootReal, dir: '', attempt: 0 }, change.work)
    digest = change.folder.digest
    const names = new Set([...change.folder.gone, ...read.images.map(({ name }) => name)])
    images = [
      ...images.filter(({ name }) => !names.has(name)),
      ...read.images.map((image) => ({ ...image, isStale: image.layer === null })),
    ]
    const changed = read.images.map(({ name, layer, isFileChanged }) => ({
      name,
      layer: layer?.metadata,
      isFileChanged,
    }))
    const { gone, problems } = change.folder
    return changed.length + gone.length === 0 ? null : { changed, gone, problems }
  }
}

it('reads again only what differs, and says whether the image or its sidecar did', () => {
  using folder = tempFolder()
  plant(folder.path, { 'a.jpg': 'x', 'a.json': { v: 1 }, 'b.jpg': 'x', 'c.jpg': 'x', 'lost.json': {} })
  const scan = remembering(folder.path, EXT4)
  const orphan = {
    kind: 'orphan',
    file: 'lost.json',
    reason: 'No image of this name is here. Its values apply when the image arrives.',
  }
  const first = scan()
  expect({
    ...first,
    changed: first?.changed.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  }).toEqual({
    changed: [
      { name: 'a.jpg', layer: '{"v":1}', isFileChanged: true },
      { name: 'b.jpg', layer: '{}', isFileChanged: true },
      { name: 'c.jpg', layer: '{}', isFileChanged: true },
    ],
    gone: [],
    problems: [orphan],
  })
  expect([scan(), scan(true)]).toEqual([null, null])
  plant(folder.path, { 'a.json': { v: 2 } })
  rmSync(join(folder.path, 'c.jpg'))
  expect(scan()).toEqual({
    changed: [{ name: 'a.jpg', layer: '{"v":2}', isFileChanged: false }],
    gone: ['c.jpg'],
    problems: [orphan],
  })
  plant(folder.path, { 'b.jpg': 'y', 'lost.jpg': 'x' })
  const arrived = scan()
  expect(arrived).toMatchObject({ gone: [], problems: [] })
  expect(arrived?.changed).toHaveLength(2)
  expect(arrived?.changed).toEqual(
    expect.arrayContaining([
      { name: 'b.jpg', layer: '{}', isFileChanged: true },
      { name: 'lost.jpg', layer: '{}', isFileChanged: true },
    ]),
  )
})

it('hashes sidecars in a full scan where times are all there is', () => {
  using folder = tempFolder()
  const sidecar = join(folder.path, 'a.json')
  const write = (text: string) => {
    writeFileSync(sidecar, text)
    utimesSync(sidecar, OLD, OLD)
  }
  plant(folder.path, { 'a.jpg': 'x' })
  utimesSync(join(folder.path, 'a.jpg'), OLD, OLD)
  write('{"v":1}')
  const scan = remembering(folder.path, EXFAT)
  expect(scan()?.changed).toHaveLength(1)
  expect([scan(), scan(true)]).toEqual([null, null])
  // Same size, same time: an ordinary scan cannot tell, a full one does.
  write('{"v":2}')
  expect([scan(), scan(true)]).toEqual([
    null,
    { changed: [{ name: 'a.jpg', layer: '{"v":2}', isFileChanged: false }], gone: [], problems: [] },
  ])
})
