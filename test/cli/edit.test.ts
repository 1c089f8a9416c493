import { describe, expect, it } from 'vitest'
import { root } from './support/fake-client.ts'
import { run } from './support/run.ts'

const done = { batch: 'b1', images: 800, changed: 790, unchanged: 10, failed: [], unwritten: [] }
const answers = { edits: { apply: async () => done }, library: { roots: async () => [root()] } }
const failed = [{ path: 'a.jpg', root: 'captures', reason: 'The key is an object in the file.' }]
const unknown = { path: 'x.jpg', root: '', reason: 'No such image.' }
const unwritten = [{ path: 'b.jpg', root: 'captures', reason: 'The file is read-only.' }]

/** What was asked of the engine, without the key that makes it repeatable. */
async function asked(...words: string[]) {
  const found = await run(words, { answers })
  const input = found.calls.find(([name]) => name === 'edits.apply')?.[1] as Record<string, unknown> | undefined
  if (found.code !== 0 || !input) return [found.code, found.err.split('\n')[0]]
  const { target, requests, wait, key } = input
  expect([wait, typeof key === 'string' && key.length >= 8]).toEqual([true, true])
  return { target, requests }
}

describe('set', () => {
  it('types values as the editor does, and makes lists', async () => {
    const words = ['a=95', 'b="95"', 'c=true', 'd=007', 'e=""', 'f= x y ', 'g==', 'h=1.10', 'l=x', 'l=2', 'l=x']
    expect(await asked('set', 'tag:x', ...words)).toEqual({
      target: { query: 'tag:x' },
      requests: [
        { kind: 'set', key: 'a', value: '95' },
        { kind: 'set', key: 'b', value: '"95"' },
        { kind: 'set', key: 'c', value: 'true' },
        { kind: 'set', key: 'd', value: '"007"' },
        { kind: 'set', key: 'e', value: '""' },
        { kind: 'set', key: 'f', value: '"x y"' },
        { kind: 'set', key: 'g', value: '"="' },
        { kind: 'set', key: 'h', value: '1.10' },
        { kind: 'set', key: 'l', value: '["x",2]' },
      ],
    })
  })

  it('takes paths up to the first change, the next option, or a lone --', async () => {
    const one = { kind: 'set', key: 'k', value: '"v"' }
    const both = { target: { images: ['/data/captures/a.jpg', 'sub/b.jpg'] }, requests: [one] }
    expect(await asked('set', '--paths', '/data/captures/a.jpg', 'sub/b.jpg', 'k=v')).toEqual(both)
    expect(await asked('set', 'k=v', '--paths', '/data/captures/a.jpg', 'sub/b.jpg')).toEqual(both)
    expect(await asked('set', '--paths=/data/captures/a.jpg', '--paths', 'sub/b.jpg', '--', 'k=v')).toEqual(both)
    expect(await asked('set', '--paths', 'x=1.jpg', './y=2.jpg', '--', 'k=z.jpg')).toEqual({
      target: { images: ['x=1.jpg', '/work-folder/y=2.jpg'] },
      requests: [{ kind: 'set', key: 'k', value: '"z.jpg"' }],
    })
  })

  it.each([
    { words: ['set'], err: 'Say what to change: a query or --paths, then KEY=VALUE.' },
    { words: ['set', '*'], err: 'Say what to change: KEY=VALUE after the query.' },
    { words: ['set', 'k=v'], err: 'Say what to change: KEY=VALUE after the query.' },
    { words: ['set', '', 'k=v'], err: "The query is empty. To change every image, write '*'." },
    { words: ['set', ' \n', 'k=v'], err: "The query is empty. To change every image, write '*'." },
    { words: ['set', 'tag:x', 'k'], err: '"k" is not of the form KEY=VALUE.' },
    { words: ['set', 'tag:x', 'k='], err: 'k: A value is needed. Type "" for the empty text.' },
    { words: ['set', 'tag:x', 'k=1', '--paths', 'a.jpg', 'l=2'], err: 'Give either a query or --paths, not both.' },
    { words: ['set', '--paths', 'a.jpg'], err: 'Say what to change: KEY=VALUE after the paths.' },
    { words: ['set', '--paths', 'k=v'], err: 'Say what to change: KEY=VALUE after the paths.' },
    {
      words: ['set', '--paths', 'a.jpg', 'site=3/b.jpg', 'k=v'],
      err: 'After --paths, "site=3/b.jpg" may be a path or a change. Write a path as ./site=3/b.jpg, or end the paths with a lone -- before the changes.',
    },
    {
      words: ['set', 'tag:x', 'tags=a'],
      err: 'The key "tags" is not valid. tags cannot be set as a metadata key: use tags.',
    },
  ])('refuses $words', async ({ words, err }) => {
    const found = await run(words, { answers })
    expect([found.code, found.err.split('\n')[0], found.connections]).toEqual([2, err, []])
  })

  it('says why a key is bad and which would do', async () => {
    expect(await run(['set', '*', 'my key=3', '--json'], { answers })).toMatchObject({
      code: 2,
      out: '{"error":{"code":"KEY_INVALID","message":"The key \\"my key\\" is not valid. A key cannot hold spaces. Keys hold letters A to Z, digits, _ and dots, and do not begin with a dot.","suggestion":"my_key"}}\n',
    })
  })

  it('notes a key that begins like a field', async () => {
    expect((await run(['set', '*', 'metadata.cam=x'], { answers })).err).toBe(
      'This sets the key "metadata.cam". For the key "cam" write cam=…\n',
    )
  })
})

describe('unset', () => {
  it('tells keys from images after --paths', async () => {
    expect(await asked('unset', '*', 'a', 'b.c', 'a')).toEqual({
      target: { query: '*' },
      requests: [
        { kind: 'unset', key: 'a' },
        { kind: 'unset', key: 'b.c' },
      ],
    })
    expect(await asked('unset', '--paths', 'some-id', 'a.JPG', 'AAAAAAAAAAAAAAAAAAAA', './odd', 'note', 'b.c')).toEqual(
      {
        target: { images: ['some-id', 'a.JPG', 'AAAAAAAAAAAAAAAAAAAA', '/work-folder/odd'] },
        requests: [
          { kind: 'unset', key: 'note' },
          { kind: 'unset', key: 'b.c' },
        ],
      },
    )
    expect(await asked('unset', '*', 'a/b')).toEqual([
      2,
      'The key "a/b" is not valid. A key cannot hold "/". Keys hold letters A to Z, digits, _ and dots, and do not begin with a dot.',
    ])
  })
})

describe('tag', () => {
  it('adds and removes', async () => {
    expect(await asked('tag', '-tag:x', '+ needs a look', '-v1', '--dry', '+V2', '-v2')).toEqual([
      2,
      'There is no option --dry here.',
    ])
    expect(await asked('tag', '-tag:x', '+ needs a look', '-v1', '+-x', '+V2', '+v2')).toEqual({
      target: { query: '-tag:x' },
      requests: [
        { kind: 'tag', tag: 'needs a look' },
        { kind: 'untag', tag: 'v1' },
        { kind: 'tag', tag: '-x' },
        { kind: 'tag', tag: 'V2' },
      ],
    })
    expect(await asked('tag', '--paths', 'a.jpg', 'b.jpg', '-h.jpg', '+x')).toEqual([
      2,
      'After --paths, "-h.jpg" may be a path or a change. Write a path as ./-h.jpg, or end the paths with a lone -- before the changes.',
    ])
    expect(await asked('tag', '--paths', 'a.jpg', './-b.jpg', '-x', '+y')).toEqual({
      target: { images: ['a.jpg', '/work-folder/-b.jpg'] },
      requests: [
        { kind: 'untag', tag: 'x' },
        { kind: 'tag', tag: 'y' },
      ],
    })
  })

  it.each([
    { words: ['tag', '+a', '-b'], err: /^"\+a" stands where the query is expected\./ },
    { words: ['tag', '-a', '-b'], err: /^"-a" stands where the query is expected\..* write 'NOT a'\.$/ },
    { words: ['tag', '*', 'a'], err: /^"a" is neither \+TAG nor -TAG\.$/ },
    { words: ['tag', '*', '+'], err: /^The tag in "\+" is not valid\. A tag needs at least one character\.$/ },
    { words: ['tag', '*', '+a\nb'], err: /^The tag in "\+a\\nb" is not valid\./ },
    { words: ['tag', '*', '+a', '-A'], err: /^The tag "A" is both added and removed\.$/ },
  ])('refuses $words', async ({ words, err }) => {
    const found = await run(words, { answers })
    expect([found.code, found.err.split('\n')[0], found.connections]).toEqual([2, expect.stringMatching(err), []])
  })
})

describe('the answer of an edit', () => {
  const answer = (changes: object) => ({ edits: { apply: async () => ({ ...done, ...changes }) } })

  it('says what came of it', async () => {
    expect(await run(['set', '*', 'k=v'], { answers })).toMatchObject({
      code: 0,
      out: '790 of 800 images changed, 10 needed no change.\n',
      err: '',
    })
    expect((await run(['set', '*', 'k=v', '--json'], { answers })).out).toBe(`${JSON.stringify(done)}\n`)
    expect(await run(['set', '*', 'k=v'], { answers: answer({ images: 0, changed: 0, unchanged: 0 }) })).toMatchObject({
      code: 0,
      out: 'No image matches.\n',
    })
  })

  it('lists what failed and what is not in the file, with exit code 3', async () => {
    expect(
      await run(['set', '*', 'k=v'], { answers: answer({ failed: [...failed, unknown], unwritten }) }),
    ).toMatchObject({
      code: 3,
      out: '790 of 800 images changed, 10 needed no change, 2 failed.\n',
      err: 'Not changed: captures: a.jpg: The key is an object in the file.\nNot changed: x.jpg: No such image.\nSaved, but not in the file yet: captures: b.jpg: The file is read-only.\n',
    })
    expect((await run(['set', '*', 'k=v'], { answers: answer({ unwritten }) })).code).toBe(3)
    expect(
      (await run(['set', '*', 'k=v'], { answers: answer({ images: 1, changed: 0, unchanged: 0, failed }) })).code,
    ).toBe(1)
  })

  it('shows where the query is wrong', async () => {
    const apply = async () => {
      throw Object.assign(new Error('A bracket is missing.'), { code: 'QUERY_SYNTAX', data: { from: 5, to: 5 } })
    }
    expect(await run(['set', '(a OR', 'k=v'], { answers: { edits: { apply } } })).toMatchObject({
      code: 2,
      err: 'A bracket is missing.\n  (a OR\n       ^\n',
    })
  })
})

describe('a dry run', () => {
  const samples = [
    { path: 'a.jpg', root: 'captures', before: '{"location":"A","q":1.10}', after: '{"location":"B","q":["x",2]}' },
    { path: 'b\n.jpg', root: 'captures', before: '{}', after: '{"location":"B"}' },
  ]
  const preview = async () => ({ images: 3, changed: 2, unchanged: 0, failed, samples })
  const dry = { edits: { preview } }

  it('prints before and after and changes nothing', async () => {
    const found = await run(['set', '*', 'location=B', '--dry-run'], { answers: dry })
    expect(found).toMatchObject({
      code: 3,
      out: 'a.jpg: location=A q=1.10 → location=B q=[x, 2]\nb\\n.jpg: (nothing) → location=B\n',
      err: 'Cannot be changed: captures: a.jpg: The key is an object in the file.\n2 of 3 images would change, 1 would fail. Nothing was changed: this was a dry run.\n',
    })
    expect(found.calls.map(([name]) => name)).toEqual(['edits.preview'])
  })

  it('prints JSON lines', async () => {
    expect((await run(['set', '*', 'location=B', '--dry-run', '--json', '--quiet'], { answers: dry })).out).toBe(
      [
        '{"path":"a.jpg","root":"captures","before":{"location":"A","q":1.10},"after":{"location":"B","q":["x",2]}}',
        '{"path":"b\\n.jpg","root":"captures","before":{},"after":{"location":"B"}}',
        '{"path":"a.jpg","root":"captures","error":"The key is an object in the file."}',
        '',
      ].join('\n'),
    )
  })
})
