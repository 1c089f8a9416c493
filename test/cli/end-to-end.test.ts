/** The real entry, engine and folders; what needs no process of its own is in the other files. */
import { describe, expect, it } from 'vitest'
import { connect } from '../../electron/cli/connect.ts'
import { testLibrary } from '../support/library.ts'
import { start } from './support/spawn.ts'

function captures() {
  const library = testLibrary()
  library.capture(
    'captures/day/img2.gif',
    '{\n  "cam": "cam001",\n  "score": 1.10,\n  "big": 12345678901234567890\n}\n',
  )
  library.capture('captures/day/img10.gif', { cam: 'cam002', score: 95, tags: ['reviewed'] })
  library.capture('captures/night/img1.gif', { cam: 'cam001', shift: 'night' })
  library.capture('captures/night/broken.gif', '["no object"]')
  const gleaner = (...words: string[]) => start(words, { library: library.library, cwd: library.home }).ended
  return { ...library, gleaner }
}
const lines = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the command line, end to end', { timeout: 90_000 }, () => {
  it('adds a folder, asks, edits, and finds the edits in the files', async () => {
    const { gleaner, text, json, at } = captures()
    const added = await gleaner('add', 'captures', '--json')
    expect({ ...added, out: lines(added.out), err: '' }).toEqual({
      code: 0,
      err: '',
      out: [
        {
          root: {
            id: expect.stringMatching(/^[0-9a-f]{32}$/),
            name: 'captures',
            path: at('captures'),
            strategy: 'mergeBucketWins',
            edits: 'sidecars',
          },
          images: 4,
          sidecars: 4,
          problems: 1,
          ms: expect.any(Number),
        },
      ],
    })

    const asked = await gleaner('query', 'metadata.cam:cam001', '--json')
    expect([asked.code, lines(asked.out).map(({ path }) => path)]).toEqual([0, ['day/img2.gif', 'night/img1.gif']])
    expect(asked.out).toContain('"metadata":{"big":12345678901234567890,"cam":"cam001","score":1.10}')
    expect(lines(asked.out)[0]).toMatchObject({ width: 1, height: 1, root: 'captures' })

    const edited = await gleaner('set', 'metadata.cam:cam001', 'location=Hall B', 'score=7', '--json')
    expect([edited.code, lines(edited.out)]).toEqual([
      0,
      [{ batch: expect.any(String), images: 2, changed: 2, unchanged: 0, failed: [], unwritten: [] }],
    ])
    expect(text('captures/day/img2.json')).toBe(
      '{\n  "cam": "cam001",\n  "score": 7,\n  "big": 12345678901234567890,\n  "location": "Hall B"\n}\n',
    )
    const again = await gleaner('set', '--paths', './captures/day/img2.gif', 'night/img1.gif', 'score=7', '--json')
    expect([again.code, lines(again.out)[0]]).toMatchObject([0, { images: 2, changed: 0, unchanged: 2 }])

    const tagged = await gleaner('tag', 'location:x OR path:day/', '+ok')
    expect([tagged.code, tagged.out]).toEqual([2, ''])
    expect((await gleaner('tag', 'path:day/', '+ok', '-reviewed')).out).toBe('2 of 2 images changed.\n')
    expect(json('captures/day/img10.json')).toEqual({ cam: 'cam002', score: 95, tags: ['ok'] })

    const problems = lines((await gleaner('problems', '--json')).out)[0]
    expect(problems).toMatchObject([{ kind: 'json', root: 'captures', file: 'night/broken.json' }])
    const verified = await gleaner('verify', '--json')
    expect([verified.code, lines(verified.out)]).toEqual([0, [{ images: 4, differences: [] }]])
  })

  it('talks to the program that holds the library, which prints the change and ends on Ctrl-C', async () => {
    const { gleaner, library, home, put, json } = captures()
    await gleaner('add', 'captures', '--quiet')
    const watching = start(['watch', 'metadata.shift:night'], { library, cwd: home })
    expect(JSON.parse(await watching.line('"ready"'))).toMatchObject({ kind: 'ready', count: 1 })

    expect(await gleaner('set', 'path:day/img2.gif', 'shift=night')).toMatchObject({
      code: 0,
      out: '1 of 1 image changed.\n',
    })
    expect(json('captures/day/img2.json')).toMatchObject({ shift: 'night' })
    expect(JSON.parse(await watching.line('day/img2.gif'))).toMatchObject({ kind: 'image', change: 'added' })

    put('captures/night/broken.json', '{"shift": "night"}')
    expect(JSON.parse(await watching.line('broken.gif'))).toMatchObject({ kind: 'image', change: 'added' })

    watching.interrupt()
    expect(await watching.ended).toMatchObject({ code: 130, err: '' })
  })

  it('says who is in the way when the library is held by a program that does not answer', async () => {
    const { open, library } = captures()
    await open()
    const { signal } = new AbortController()
    const tried = connect({ directory: library, mode: 'brief', signal, patienceMs: 400 })
    await expect(tried).rejects.toMatchObject({ code: 'LIBRARY_LOCKED' })
  })
})
