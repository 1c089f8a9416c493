import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatTime } from '../../electron/cli/fields.ts'
import { testFolder } from './support/folder.ts'
import { detail, image, result, root } from './support/fake-client.ts'
import { run } from './support/run.ts'

const IMAGES = [
  image({
    path: 'site 3/a.jpg',
    metadata: '{"big":123456789012345678901,"cam":"cam001","code":"007","list":["x",1.10],"q":1.10}',
    tags: ['night', 'reviewed'],
    width: 4000,
    height: 3000,
    format: 'jpeg',
    taken: Date.UTC(2026, 4, 3, 7, 30, 5),
  }),
  image({ id: 'BBBBBBBBBBBBBBBBBBBB', path: 'b\u202egpj.PNG', metadata: '{}', problems: ['json'], isOffline: true }),
]
const syntaxError = Object.assign(new Error('There is no field "widht".'), {
  code: 'QUERY_SYNTAX',
  data: { severity: 'error', message: 'There is no field "widht".', from: 6, to: 11, suggestion: 'width' },
})

describe('query', () => {
  it('prints aligned lines', async () => {
    expect(await run(['query', '*'], { answers: { query: result(IMAGES) } })).toMatchObject({
      code: 0,
      err: '',
      out: [
        'site 3/a.jpg      captures  4000×3000  night, reviewed  big=123456789012345678901  cam=cam001  code="007"  list=[x, 1.10]  …',
        'b\\u{202e}gpj.PNG  captures',
        '',
      ].join('\n'),
    })
  })

  it('prints JSON lines in which numbers keep their spelling', async () => {
    const { out, code } = await run(['query', '*', '--json'], { answers: { query: result(IMAGES) } })
    const [first, second] = out.split('\n')
    expect(code).toBe(0)
    expect(first).toContain(`"metadata":${IMAGES[0]?.metadata}`)
    expect(JSON.parse(first ?? '')).toMatchObject({
      id: 'AAAAAAAAAAAAAAAAAAAA',
      path: 'site 3/a.jpg',
      root: 'captures',
      tags: ['night', 'reviewed'],
      width: 4000,
      height: 3000,
      taken: '2026-05-03T07:30:05.000Z',
      edited: null,
      isOffline: false,
    })
    expect(second).toBe(
      '{"id":"BBBBBBBBBBBBBBBBBBBB","path":"b\u202egpj.PNG","root":"captures","metadata":{},"tags":[],"width":null,"height":null,"size":1000,"format":null,"split":null,"taken":null,"modified":"2026-05-03T10:00:00.000Z","edited":null,"isOffline":true,"isUnwritten":false,"problems":["json"]}',
    )
  })

  it('prints the chosen fields', async () => {
    const fields = ['--fields', 'metadata.q,tag,width,megapixels,metadata.big,ext']
    expect((await run(['query', '*', '--json', ...fields], { answers: { query: result(IMAGES) } })).out).toBe(
      [
        '{"id":"AAAAAAAAAAAAAAAAAAAA","path":"site 3/a.jpg","root":"captures","metadata":{"big":123456789012345678901,"q":1.10},"tags":["night","reviewed"],"width":4000,"megapixels":12,"ext":"jpg"}',
        '{"id":"BBBBBBBBBBBBBBBBBBBB","path":"b\u202egpj.PNG","root":"captures","metadata":{},"tags":[],"width":null,"megapixels":null,"ext":"png"}',
        '',
      ].join('\n'),
    )
    expect((await run(['query', '*', ...fields], { answers: { query: result(IMAGES.slice(0, 1)) } })).out).toBe(
      'site 3/a.jpg  1.10  night, reviewed  4000  12  123456789012345678901  jpg\n',
    )
  })

  it('reads pages, stops at the limit and says what is left', async () => {
    const many = Array.from({ length: 2500 }, (_, i) => image({ id: String(i).padStart(20, '0'), path: `${i}.jpg` }))
    const answers = { query: result(many) }
    const all = await run(['query', '', '--limit', '0', '--fields', 'path'], { answers })
    expect(all.out.split('\n').slice(0, -1)).toEqual(many.map(({ path }) => path))
    expect(all.calls.filter(([name]) => name === 'query.page').map(([, input]) => input)).toEqual([
      { resultId: 7, offset: 0, limit: 1000 },
      { resultId: 7, offset: 1000, limit: 1000 },
      { resultId: 7, offset: 2000, limit: 500 },
    ])
    const some = await run(['query', '', '--limit=2', '--offset', '5', '--fields', 'path'], { answers })
    expect([some.out, some.err]).toEqual(['5.jpg\n6.jpg\n', '2,493 more; --limit 0 prints all 2,500 images.\n'])
    const first = await run(['query', '', '--quiet', '--fields', 'path'], { answers })
    expect([first.out.split('\n').length, first.err]).toEqual([101, ''])
  })

  it('goes on where it was when the result is not kept any more', async () => {
    let opened = 0
    const kept = result(IMAGES)
    const answers = {
      query: {
        open: async () => ({ ...(await kept.open({ text: '' })), resultId: ++opened }),
        page: async (input: { resultId: number; offset: number; limit: number }) => {
          if (input.resultId === 1) throw Object.assign(new Error('gone'), { code: 'RESULT_GONE' })
          return kept.page(input)
        },
      },
    }
    expect((await run(['query', '*', '--fields', 'path'], { answers })).out).toBe('site 3/a.jpg\nb\\u{202e}gpj.PNG\n')
  })

  it('passes on the order, with words that begin with -', async () => {
    const { calls } = await run(['query', '-tag:x', '--sort', '-width', '--sort=path'], {
      answers: { query: result([]) },
    })
    expect(calls[0]).toEqual(['query.open', { text: '-tag:x', sort: ['-width', 'path'] }])
  })

  it('shows where a query is wrong', async () => {
    const fail = async () => {
      throw syntaxError
    }
    const answers = { query: { open: fail, count: fail } }
    expect(await run(['query', 'tag:x widht>5'], { answers })).toMatchObject({
      code: 2,
      out: '',
      err: 'There is no field "widht".\n  tag:x widht>5\n        ^^^^^\nTry: width\n',
    })
    expect(await run(['query', 'tag:x widht>5', '--json'], { answers })).toMatchObject({
      code: 2,
      out: '{"error":{"code":"QUERY_SYNTAX","message":"There is no field \\"widht\\".","position":6,"suggestion":"width"}}\n',
      err: '',
    })
  })

  it('shows no place in the query for what is wrong with --sort', async () => {
    const open = async () => {
      throw syntaxError
    }
    const count = async () => ({ count: 1, unmeasured: 0, warnings: [], ms: 0 })
    expect(await run(['query', 'tag:x', '--sort', 'widht'], { answers: { query: { open, count } } })).toMatchObject({
      code: 2,
      err: 'There is no field "widht".\nTry: --sort width\n',
    })
  })

  it('marks the place also in wide, long and unsafe text', async () => {
    const { markPlace } = await import('../../electron/cli/failure.ts')
    expect(markPlace('漢字\tx!', 3, 4)).toEqual(['  漢字\\tx!', '        ^'])
    expect(markPlace('abc', 3, 3)).toEqual(['  abc', '     ^'])
    const [text = '', mark = ''] = markPlace(`${'a'.repeat(3000)}B${'c'.repeat(3000)}`, 3000, 3001)
    expect([text.length < 300, text[mark.indexOf('^')]]).toEqual([true, 'B'])
  })

  it('tells what is not measured yet and what the checker warns of', async () => {
    const warning = { severity: 'warning' as const, message: 'No key "cma" yet.', from: 9, to: 12, suggestion: 'cam' }
    const count = async () => ({ count: 3, unmeasured: 1200, warnings: [warning], ms: 2 })
    const status = async () => ({
      version: '',
      directory: '',
      revision: 1,
      images: 5000,
      unmeasured: 1200,
      unwritten: 0,
      setAside: null,
    })
    const answers = { query: { count }, library: { status } }
    expect(await run(['count', 'metadata.cma:*'], { answers })).toMatchObject({
      code: 0,
      out: '3\n',
      err: [
        'Warning: No key "cma" yet.',
        '  metadata.cma:*',
        '           ^^^',
        'Try: cam',
        '1,200 of 5,000 not measured yet; "gleaner scan" measures them.',
        '',
      ].join('\n'),
    })
    expect(await run(['count', 'metadata.cma:*', '--json', '--quiet'], { answers })).toMatchObject({
      out: '{"count":3,"ms":2}\n',
      err: '',
    })
  })
})

describe('lists', () => {
  const keys = async () => [
    { key: 'cam', images: 4000, types: { string: 4000 }, examples: ['"cam001"', '"007"'] },
    { key: 'score', images: 12, types: { number: 10, string: 2, list: 1 }, examples: ['1.10', '"n/a"'] },
  ]
  const tags = async () => [{ tag: 'Night', images: 1200 }]
  const problems = [
    { kind: 'json', root: 'captures', file: 'a.json', reason: 'It ends too early.' },
    { kind: 'key', root: 'captures', file: 'b.json', reason: 'It was skipped.', key: 'a b' },
  ]
  const page = async ({ offset = 0, limit = 1000 }) => ({ total: 2, problems: problems.slice(offset, offset + limit) })
  const answers = { schema: { keys, tags, problems: page } }

  it.each([
    {
      words: ['keys'],
      out: 'KEY    IMAGES  TYPES                               EXAMPLES\ncam     4,000  string                              cam001, "007"\nscore      12  mixed: number 10, string 2, list 1  1.10, n/a\n',
    },
    {
      words: ['keys', '--json'],
      out: '[{"key":"cam","images":4000,"types":{"string":4000},"examples":["cam001","007"]},{"key":"score","images":12,"types":{"number":10,"string":2,"list":1},"examples":[1.10,"n/a"]}]\n',
    },
    { words: ['tags'], out: 'TAG    IMAGES\nNight   1,200\n' },
    { words: ['tags', '--json'], out: '[{"tag":"Night","images":1200}]\n' },
    {
      words: ['problems'],
      out: 'KIND  FOLDER    FILE    REASON\njson  captures  a.json  It ends too early.\nkey   captures  b.json  a b: It was skipped.\n',
    },
    { words: ['problems', '--json'], out: `${JSON.stringify(problems)}\n` },
  ])('$words', async ({ words, out }) => {
    expect(await run(words, { answers })).toMatchObject({ code: 0, out, err: '' })
  })

  it('has a valid document for nothing at all, and words for people', async () => {
    const none = {
      schema: { keys: async () => [], tags: async () => [], problems: async () => ({ total: 0, problems: [] }) },
      library: { roots: async () => [] },
    }
    for (const name of ['keys', 'tags', 'problems', 'roots']) {
      expect(await run([name, '--json'], { answers: none })).toMatchObject({ code: 0, out: '[]\n', err: '' })
      expect(await run([name], { answers: none })).toMatchObject({
        code: 0,
        out: '',
        err: expect.stringMatching(/^No .*\.?\n/),
      })
    }
  })

  it('puts many problems into one document', async () => {
    const many = Array.from({ length: 12_001 }, (_, i) => ({ kind: 'json', root: 'r', file: `${i}`, reason: 'x' }))
    const answers = {
      schema: {
        problems: async ({ offset = 0, limit = 1000 }) => ({
          total: many.length,
          problems: many.slice(offset, offset + limit),
        }),
      },
    }
    expect(JSON.parse((await run(['problems', '--json'], { answers })).out)).toEqual(many)
  })

  it('completes', async () => {
    const complete = async ({ text, at }: { text: string; at: number }) => [
      { text: `${text.slice(0, at)}cam`, kind: 'key' as const, count: 4000, from: 0, to: at },
      { text: ':', kind: 'operator' as const, from: at, to: at },
    ]
    const answers = { query: { complete } }
    expect((await run(['complete', 'metadata.'], { answers })).out).toBe(
      'metadata.cam  key       4,000\n:             operator\n',
    )
    expect((await run(['complete', 'metadata.x', '--at', '9', '--json'], { answers })).out).toBe(
      '[{"text":"metadata.cam","kind":"key","count":4000},{"text":":","kind":"operator"}]\n',
    )
  })
})

describe('show', () => {
  const shown = detail({
    width: 4000,
    height: 3000,
    format: 'jpeg',
    tags: ['night'],
    metadata: '{"location":"B","q":1.10}',
    values: [
      {
        key: 'location',
        value: '"B"',
        source: 'user',
        device: 'd1',
        time: Date.UTC(2026, 4, 3, 10),
        other: '"A"',
        isInFile: false,
      },
      { key: 'q', value: '1.10', source: 'sidecar', isInFile: true },
      { key: 'gone', value: null, source: 'user', isInFile: true },
    ],
    tagSources: [{ tag: 'night', source: 'sidecar', isInFile: true }],
    exif: { iso: 100, model: 'X\u0007' },
    details: [{ kind: 'key', root: 'captures', file: 'a.json', reason: 'The key "a b" was skipped.' }],
  })
  const library = { roots: async () => [root()] }
  const answers = { images: { get: async () => shown }, library }

  it('prints every value with its source', async () => {
    const time = formatTime(Date.UTC(2026, 4, 3, 10))
    expect((await run(['show', 'a.jpg'], { answers })).out).toBe(
      [
        'path      a.jpg',
        'folder    captures',
        'id        AAAAAAAAAAAAAAAAAAAA',
        'file      /data/captures/a.jpg',
        'image     4000 × 3000, jpeg, 1,000 bytes',
        `modified  ${time}`,
        'sidecars  a.json',
        'tags      night (sidecar)',
        '',
        'metadata',
        `  location  B          user, device d1, ${time}, not in the file, the other source has A`,
        '  q         1.10       sidecar',
        '  gone      (removed)  user',
        '',
        'exif',
        '  iso    100',
        '  model  X\\u{7}',
        '',
        'problems',
        '  key  a.json  The key "a b" was skipped.',
        '',
      ].join('\n'),
    )
  })

  it('prints one JSON document in which values keep their spelling', async () => {
    const { out } = await run(['show', 'a.jpg', '--json'], { answers })
    expect(out).toContain('"metadata":{"location":"B","q":1.10}')
    expect(out).toContain('{"key":"q","source":"sidecar","isInFile":true,"value":1.10}')
    expect(JSON.parse(out)).toMatchObject({
      path: 'a.jpg',
      absolutePath: '/data/captures/a.jpg',
      tags: ['night'],
      values: [
        {
          key: 'location',
          value: 'B',
          other: 'A',
          source: 'user',
          device: 'd1',
          time: '2026-05-03T10:00:00.000Z',
          isInFile: false,
        },
        { key: 'q', value: 1.1 },
        { key: 'gone', value: null },
      ],
      exif: { iso: 100, model: 'X\u0007' },
      unwrittenReason: null,
    })
  })

  it('finds an image as the shell completes it, below a folder of the library, and by id', async () => {
    const folder = testFolder()
    const at = (...parts: string[]) => join(folder, ...parts)
    mkdirSync(at('photos', 'sub'), { recursive: true })
    mkdirSync(at('more', 'sub'), { recursive: true })
    for (const path of ['photos/sub/a.jpg', 'photos/b.jpg', 'photos/sub/b.jpg', 'outside.jpg'])
      writeFileSync(at(path), '')
    const roots = async () => [root({ path: at('photos') }), root({ id: 'b', path: at('more') })]
    const asked = async (word: string, cwd: string) => {
      const found = await run(['show', word], {
        cwd,
        answers: { images: { get: async () => shown }, library: { roots } },
      })
      return found.code === 0 ? found.calls.find(([name]) => name === 'images.get')?.[1] : found.err.split('\n')[0]
    }
    expect(await asked('sub/a.jpg', '/')).toEqual({ image: 'sub/a.jpg' })
    expect(await asked('a.jpg', at('photos/sub'))).toEqual({ image: at('photos/sub/a.jpg') })
    expect(await asked('./a.jpg', at('photos/sub'))).toEqual({ image: at('photos/sub/a.jpg') })
    expect(await asked('photos/b.jpg', folder)).toEqual({ image: at('photos/b.jpg') })
    expect(await asked('b.jpg', at('photos/sub'))).toBe(
      `"b.jpg" means two files: ${at('photos/sub/b.jpg')} and ${at('photos/b.jpg')}. Write one of these.`,
    )
    expect(await asked('./b.jpg', at('photos/sub'))).toEqual({ image: at('photos/sub/b.jpg') })
    expect(await asked('outside.jpg', folder)).toEqual({ image: 'outside.jpg' })
    expect(await asked(at('outside.jpg'), '/')).toEqual({ image: at('outside.jpg') })
    expect(await asked('AAAAAAAAAAAAAAAAAAAA', '/')).toEqual({ image: 'AAAAAAAAAAAAAAAAAAAA' })
  })
})
