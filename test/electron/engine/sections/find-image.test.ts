import { expect, test } from 'vitest'
import type { Reader, StoredRoot } from '../../../../electron/engine/db/index.ts'
import { findImage } from '../../../../electron/engine/sections/find-image.ts'

const roots = [
  { id: 'one', name: 'One', path: '/photos' },
  { id: 'two', name: 'Two', path: '/photos-2' },
] as StoredRoot[]
const ID = 'a'.repeat(20)
const rows: Record<string, number> = { 'one x/a.jpg': 1, 'one both.jpg': 2, 'two both.jpg': 3, 'two x/b.jpg': 4 }
const reader = {
  findPath: (root: string, path: string) => rows[`${root} ${path}`] ?? null,
  findId: (id: string) => (id === ID ? 9 : null),
} as Reader

test('an image is found by its path below a folder, its absolute path, or its id', () => {
  const find = (text: string) => findImage(text, roots, reader)
  expect(['x/a.jpg', './x/a.jpg', '/photos/x/a.jpg', '/photos/y/../x/a.jpg', ID].map(find)).toEqual([1, 1, 1, 1, 9])
  expect(find('/photos-2/x/b.jpg')).toBe(4)
})

test.each([
  ['both.jpg', /Several folders.*"One", "Two"/],
  ['nothing.jpg', /No image "nothing.jpg"/],
  ['/elsewhere/a.jpg', /outside every folder/],
  ['/photos/../photos-2x/a.jpg', /outside every folder/],
  ['/photos/new.jpg', /scan the folder first/],
])('%s is refused with the reason', (text, reason) => {
  expect(() => findImage(text, roots, reader)).toThrow(
    expect.objectContaining({ code: 'IMAGE_UNKNOWN', message: expect.stringMatching(reason) as string }),
  )
})
