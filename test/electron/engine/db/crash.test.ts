import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createIndexApi } from '../../../../electron/engine/db/index-api.ts'
import { openIndex } from '../../../../electron/engine/db/open.ts'
import { createSession } from '../../../../electron/engine/db/write/session.ts'
import { saveFolders } from '../../../../electron/engine/db/write/folders.ts'
import { putRoot } from '../../../../electron/engine/db/write/roots.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { contentOf, folder, image, rootWith } from './fixture.ts'

const WRITER = fileURLToPath(new URL('endless-writer.ts', import.meta.url))

test('kill -9 while saving: whole transactions only, nothing that was answered is missing', async () => {
  using home = tempFolder()
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(process.execPath, [WRITER, home.path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (data: Buffer) => (said += String(data)))
    while (said.split('\n').length < 20 + round * 7) await once(child.stdout, 'data')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const { api } = createIndexApi({ hasListeners: () => false, post: () => {} })
    const { revision, wasUnclean, setAside } = api.open({ directory: home.path })
    expect({ wasUnclean, setAside, isSound: api.tidy() }).toEqual({ wasUnclean: true, setAside: null, isSound: true })
    expect(revision).toBeGreaterThanOrEqual(Number(said.split('\n').at(-2)))
    const values = Map.groupBy(Object.values(contentOf(home.path)), ({ dir }) => dir)
    for (const images of values.values()) {
      expect(images).toHaveLength(50)
      expect(new Set(images.map(({ metadata }) => (JSON.parse(metadata) as { n: number }).n)).size).toBe(1)
    }
    api.close()
  }
})

test('a full disk fails the call that met it; what was there stays, and it goes on when there is room', () => {
  using home = tempFolder()
  const { db, sql } = openIndex(home.path)
  const session = createSession({ db, sql, hasListeners: () => false, post: () => {} })
  putRoot(session, rootWith())
  saveFolders(session, [folder('', [image('1.jpg', { a: 1 })])])
  const before = contentOf(home.path)
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 5}`)
  const large = folder(
    '',
    Array.from({ length: 100 }, (_, i) => image(`${i}.jpg`, { text: 'x'.repeat(1000) })),
  )
  expect(() => saveFolders(session, [large])).toThrow(expect.objectContaining({ code: 'SQLITE_FULL' }))
  expect(contentOf(home.path)).toEqual(before)
  db.pragma('max_page_count = 1000000')
  expect(saveFolders(session, [large])).toMatchObject({ revision: 3, added: 99, changed: 1 })
  db.close()
})
