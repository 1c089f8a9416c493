import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFolder } from './support/folder.ts'
import { root } from './support/fake-client.ts'
import { run } from './support/run.ts'

const failing = (code: string, message: string) => Object.assign(new Error(message), { code })

describe('add', () => {
  const add = async ({ path }: { path: string }) => {
    if (path.endsWith('bad')) throw failing('FOLDER_UNUSABLE', 'There is no such folder.')
    return { root: root({ path }), images: 4000, sidecars: 3990, problems: 3, ms: 1234 }
  }
  const answers = { library: { add } }

  it('reads folders relative to where one stands and measures afterwards', async () => {
    const found = await run(['add', 'x', '/y', '--strategy', 'append', '--edits=beside'], { answers, cwd: '/home/me' })
    expect(found).toMatchObject({
      code: 0,
      out: 'captures: 4,000 images, 3,990 sidecars, 3 problems (1.2 s)\n'.repeat(2),
      calls: [
        ['library.add', { path: '/home/me/x', strategy: 'append', edits: 'beside' }],
        ['library.add', { path: '/y', strategy: 'append', edits: 'beside' }],
        ['library.measure', undefined],
      ],
      connections: [{ mode: 'working' }],
    })
  })

  it('prints a line of JSON for each', async () => {
    expect((await run(['add', '/x', '--name', 'N', '--json'], { answers })).out).toBe(
      '{"root":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","name":"captures","path":"/x","strategy":"mergeBucketWins","edits":"sidecars"},"images":4000,"sidecars":3990,"problems":3,"ms":1234}\n',
    )
  })

  it('is partly done when some of the folders fail, and failed when all do', async () => {
    expect(await run(['add', '/bad', '/x'], { answers })).toMatchObject({
      code: 3,
      err: '/bad was not added.\nThere is no such folder.\n"gleaner problems" lists the problems.\n',
    })
    expect(await run(['add', '/bad', '/x', '--json'], { answers })).toMatchObject({
      code: 3,
      out: expect.stringMatching(
        /^\{"error":\{"code":"FOLDER_UNUSABLE","message":"There is no such folder."\}\}\n\{"root"/,
      ),
    })
    expect(await run(['add', '/bad', '/bad'], { answers })).toMatchObject({ code: 1 })
    expect(await run(['add', '/bad'], { answers })).toMatchObject({ code: 1, err: 'There is no such folder.\n' })
  })

  it('says why a folder is not written to, and survives a failure of measuring', async () => {
    const guard = { format: 'COCO', file: 'train/_annotations.coco.json' }
    const library = {
      add: async () => ({ root: root({ guard }), images: 1, sidecars: 0, problems: 0, ms: 1 }),
      measure: async () => {
        throw failing('INTERNAL', 'No codec.')
      },
    }
    expect(await run(['add', '/x'], { answers: { library } })).toMatchObject({
      code: 0,
      err: 'train/_annotations.coco.json looks like annotations (COCO): files in this folder are never written.\nDimensions and EXIF are not complete yet and are read next time. No codec.\n',
    })
  })
})

describe('roots', () => {
  const all = [
    root({ images: 4000 }),
    root({
      id: 'b',
      name: 'ssd',
      slug: 'ssd',
      path: '/media/ssd',
      isOffline: true,
      strategy: 'append',
      edits: 'beside',
    }),
  ]
  const library = {
    roots: async () => all,
    remove: async () => ({ root: root(), images: 4000 }),
    set: async () => root(),
  }
  const table = [
    'NAME      IMAGES  STRATEGY         EDITS     STATE    PATH            ID',
    'captures   4,000  mergeBucketWins  sidecars  ready    /data/captures  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'ssd            2  append           beside    offline  /media/ssd      b',
    '',
  ].join('\n')

  it('are listed, changed and forgotten', async () => {
    const answers = { library }
    expect(await run(['roots'], { answers })).toMatchObject({ code: 0, out: table })
    expect(await run(['roots', '--json'], { answers })).toMatchObject({ code: 0, out: `${JSON.stringify(all)}\n` })
    const changed = await run(['set-root', 'ssd', '--strategy', 'overwrite', '--name=New'], { answers })
    expect([changed.out, changed.calls[1]]).toEqual([
      table,
      ['library.set', { root: 'b', name: 'New', strategy: 'overwrite' }],
    ])
    const removed = await run(['remove', '/data/captures/'], { answers })
    expect([removed.out, removed.err, removed.calls[1]]).toEqual([
      table,
      'captures is forgotten (4,000 images); its files stay.\n',
      ['library.remove', { root: 'a'.repeat(32) }],
    ])
  })

  it('are found by path, also relative and through a link; others are left to the engine', async () => {
    const folder = testFolder()
    mkdirSync(join(folder, 'real'))
    symlinkSync(join(folder, 'real'), join(folder, 'link'))
    const roots = async () => [root({ id: 'r', path: join(folder, 'real') })]
    const asked = async (word: string) =>
      (await run(['remove', word], { cwd: folder, answers: { library: { ...library, roots } } })).calls[1]?.[1]
    expect(await Promise.all(['real', './real', 'link', 'captures', 'nothing', './nothing'].map(asked))).toEqual([
      { root: 'r' },
      { root: 'r' },
      { root: 'r' },
      { root: 'r' },
      { root: 'nothing' },
      { root: join(folder, 'nothing') },
    ])
    const remove = async () => {
      throw failing('ROOT_UNKNOWN', 'No folder "nothing" in the library.')
    }
    expect(await run(['remove', 'nothing'], { answers: { library: { roots, remove } } })).toMatchObject({ code: 2 })
  })
})

describe('a name that several folders have', () => {
  const roots = [root({ path: '/x/a' }), root({ id: 'b'.repeat(32), slug: 'captures-2', path: '/y/a' })]
  const library = { roots: async () => roots }

  it.each([['remove'], ['set-root', '--name', 'N'], ['scan']])(
    'is refused by %s, which would guess',
    async (...words) => {
      const found = await run([...words, 'captures'], { answers: { library } })
      expect(found.err).toContain('Several folders are named "captures". Use a path or an id: /x/a, /y/a.\n')
      expect(found).toMatchObject({ code: 2, calls: [['library.roots', undefined]] })
    },
  )

  it('still has a folder by path, id and short name', async () => {
    const remove = async () => ({ root: roots[1]!, images: 1 })
    for (const word of ['/y/a', 'b'.repeat(32), 'captures-2']) {
      const found = await run(['remove', word], { answers: { library: { ...library, remove } } })
      expect(found.calls[1]).toEqual(['library.remove', { root: 'b'.repeat(32) }])
    }
  })
})

describe('scan', () => {
  const summary = { added: 12, changed: 1, removed: 0, problems: 2, offline: [] as string[], ms: 40 }
  const library = { roots: async () => [root()], scan: async () => summary }

  it('says what it found', async () => {
    expect(await run(['scan', 'captures', '--full'], { answers: { library } })).toMatchObject({
      code: 0,
      out: '12 added, 1 changed, 0 removed, 2 problems (40 ms)\n',
      calls: [
        ['library.roots', undefined],
        ['library.scan', { roots: ['a'.repeat(32)], full: true }],
        ['library.measure', undefined],
      ],
    })
    expect((await run(['scan', '--json'], { answers: { library } })).out).toBe(
      '{"added":12,"changed":1,"removed":0,"problems":2,"offline":[],"ms":40}\n',
    )
  })

  it('is partly done when a folder cannot be reached', async () => {
    const scan = async () => ({ ...summary, offline: ['ssd'] })
    expect(await run(['scan'], { answers: { library: { ...library, scan } } })).toMatchObject({
      code: 3,
      err: 'ssd is not reachable now and was left as it is.\n',
    })
  })
})

describe('verify', () => {
  const differences = [{ path: 'a.jpg', root: 'captures', what: 'another value of cam' }]
  const answersWith = (found: typeof differences) => ({
    library: { verify: async () => ({ images: 4000, differences: found, ms: 1500 }) },
  })

  it('is done when nothing differs', async () => {
    expect(await run(['verify'], { answers: answersWith([]) })).toMatchObject({
      code: 0,
      out: '4,000 images: the index is right (1.5 s)\n',
    })
    expect((await run(['verify', '--json'], { answers: answersWith([]) })).out).toBe(
      '{"images":4000,"differences":[]}\n',
    )
  })

  it('fails when something differs, unless the index is rebuilt', async () => {
    expect(await run(['verify'], { answers: answersWith(differences) })).toMatchObject({
      code: 1,
      out: 'captures: a.jpg: another value of cam\n4,000 images: 1 difference (1.5 s)\n',
    })
    const rebuilt = await run(['verify', '--rebuild', '--json'], { answers: answersWith(differences) })
    expect([rebuilt.code, JSON.parse(rebuilt.out), rebuilt.calls]).toEqual([
      0,
      { images: 4000, differences },
      [['library.verify', { rebuild: true }]],
    ])
  })
})

it('tells a request the contract refuses as wrong usage, and a bug as a failure', async () => {
  const bad = Object.assign(new Error('Input validation failed'), {
    code: 'BAD_REQUEST',
    data: { issues: [{ path: ['name'], message: 'Too big: expected string to have <=200 characters' }] },
  })
  const answers = {
    library: {
      roots: async () => {
        throw bad
      },
    },
  }
  expect(await run(['roots'], { answers })).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'The request is not valid: name: Too big: expected string to have <=200 characters.\n',
    ),
  })
  expect(await run(['tags'], { answers: {} })).toMatchObject({
    code: 1,
    err: 'Something went wrong inside Gleaner: The test gives no answer for schema.tags.\n',
  })
})
