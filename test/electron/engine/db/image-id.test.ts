import fc from 'fast-check'
import { expect, test } from 'vitest'
import { imageIdOf, openReader } from '../../../../electron/engine/db/index.ts'
import { keyOfId } from '../../../../electron/engine/db/image-id.ts'
import { folder, image, ROOT, testIndex } from './fixture.ts'

test('ids are 20 letters and digits, fixed by root, path and counter', () => {
  expect(imageIdOf(ROOT, 'a/1.jpg', 0)).toBe('R5pzyIKJVB4KpHZdwOoK')
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(3), (root, path, counter) => {
      const id = imageIdOf(root, path, counter)
      expect(id).toMatch(/^[0-9A-Za-z]{20}$/)
      expect(imageIdOf(root, path, counter)).toBe(id)
      expect(imageIdOf(root, path, counter + 1)).not.toBe(id)
      expect(keyOfId(id)).toBeLessThan(2 ** 48)
    }),
  )
})

test('every image is found by its id, filled into the table or not, and a gone one is not', () => {
  using index = testIndex()
  const { api, directory } = index
  const names = Array.from({ length: 30 }, (_, i) => `${i}.jpg`)
  api.saveFolders({
    folders: [
      folder(
        'a',
        names.map((name) => image(name)),
      ),
    ],
  })
  const check = () => {
    const reader = openReader({ directory })
    const images = reader.scan(0, 100)
    const ids = images.map((found) => imageIdOf(ROOT, `${found.dir}/${found.name}`, 0))
    expect(ids.map((id) => reader.findId(id))).toEqual(images.map(({ row }) => row))
    expect(images.map((found) => reader.imageId(found))).toEqual(ids)
    expect(ids.map((id) => reader.findId(id))).toEqual(images.map(({ row }) => row))
    const missing = names.filter((name) => reader.findId(imageIdOf(ROOT, `a/${name}`, 0)) === null)
    expect(missing).toEqual(names.filter((name) => reader.findPath(ROOT, `a/${name}`) === null))
    reader.close()
  }
  check()
  index.fillKeys()
  check()
  api.saveFolders({ folders: [folder('a', [], { gone: names.slice(10, 20) }), folder('b', [image('x.jpg')])] })
  check()
  expect(api.tidy()).toBe(true)
  check()
})
