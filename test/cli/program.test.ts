import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMMAND_NAMES, LATER_COMMANDS, loadCommands } from '../../electron/cli/commands/index.ts'
import { Failure } from '../../electron/cli/failure.ts'
import { image, result, root } from './support/fake-client.ts'
import { run } from './support/run.ts'

describe('help and version', () => {
  it('lists every command', async () => {
    const { code, out, connections } = await run(['--help'])
    expect({ code, connections }).toEqual({ code: 0, connections: [] })
    for (const name of COMMAND_NAMES) expect(out).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'))
    for (const name of LATER_COMMANDS) expect(out).toContain(name)
  })

  it.each(COMMAND_NAMES)('explains %s', async (name) => {
    const { code, out, err, connections } = await run([name, '--help'])
    expect({ code, err, connections }).toEqual({ code: 0, err: '', connections: [] })
    expect(out).toContain(`Usage: gleaner ${name}`)
    expect(out).toMatch(new RegExp(`^ {2}gleaner ${name}`, 'm'))
    const same = await Promise.all([
      run(['help', name]),
      run(['-h', name]),
      run(['--library', 'x', name, '--nonsense', '-h']),
    ])
    expect(same.map(({ out }) => out)).toEqual([out, out, out])
  })

  it('has examples that are right', async () => {
    for (const { name, examples } of await loadCommands()) {
      for (const example of examples) expect(example.split(' ')[0]).toBe(name)
    }
  })

  it('tells the version', async () => {
    expect(await run(['-V'])).toMatchObject({ code: 0, out: '1.2.3\n' })
    expect(await run(['query', '--version', '--json'])).toMatchObject({ code: 0, out: '{"version":"1.2.3"}\n' })
  })
})

describe('wrong usage costs no engine and exits with 2', () => {
  it.each([
    { words: [], err: 'Name a command.\nTry: gleaner --help\n' },
    {
      words: ['--json'],
      out: '{"error":{"code":"REQUEST_INVALID","message":"Name a command.","suggestion":"gleaner --help"}}\n',
    },
    { words: ['qurey', 'x'], err: 'There is no command "qurey".\nTry: gleaner query\n' },
    { words: ['export', '--format', 'coco'], err: '"export" is not available in this version.\n' },
    {
      words: ['undo', '--json'],
      out: '{"error":{"code":"REQUEST_INVALID","message":"\\"undo\\" is not available in this version."}}\n',
    },
    {
      words: ['count'],
      err: "count needs an argument.\nUsage: gleaner count 'Q'\nMore: gleaner count --help\n",
    },
    {
      words: ['count', 'a', 'b'],
      err: 'count takes fewer arguments; "b" is too much. Put the whole query between single quotes.\nUsage: gleaner count \'Q\'\nMore: gleaner count --help\n',
    },
    {
      words: ['roots', 'x'],
      err: 'roots takes no arguments; "x" is too much.\nUsage: gleaner roots\nMore: gleaner roots --help\n',
    },
    {
      words: ['count', 'x', '--jsn'],
      err: "There is no option --jsn here.\nTry: --json\nUsage: gleaner count 'Q'\nMore: gleaner count --help\n",
    },
    { words: ['count', 'x', '\u001b[2J'], err: /"\\u\{1b\}\[2J" is too much/ },
    { words: ['complete', 'abc', '--at', '4'], err: /--at 4 is behind the end of the text, which has 3 characters/ },
    { words: ['add'], err: /add needs an argument/ },
    { words: ['bench', '--images', '0'], err: /--images takes a whole number of at least 1/ },
    { words: ['bench', '100'], err: /bench takes no arguments/ },
    { words: ['add', 'a', '--strategy', 'append2'], err: /--strategy is one of .*\nTry: --strategy append\n/ },
    { words: ['add', 'a', 'b', '--name', 'N'], err: /--name fits one folder/ },
    { words: ['set-root', 'a'], err: /Say what to change/ },
    { words: ['query', 'x', '--fields', 'widht'], err: /no field "widht".*\nTry: --fields width\n/ },
    { words: ['query', 'x', '--limit', 'ten'], err: /--limit takes a whole number/ },
  ])('$words', async ({ words, out = '', err = '' }) => {
    const found = await run(words)
    expect({ code: found.code, out: found.out, connections: found.connections }).toEqual({
      code: 2,
      out,
      connections: [],
    })
    expect(found.err).toEqual(typeof err === 'string' ? err : expect.stringMatching(err))
  })

  it('never crashes, whatever the words', async () => {
    const word = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        ...COMMAND_NAMES.filter((name) => name !== 'bench'),
        '--json',
        '--quiet',
        '--',
        '--paths',
        'a.jpg',
        'k=v',
        '+t',
        '-t',
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
        const locked = new Failure('LIBRARY_LOCKED', 'held')
        const { code, connections } = await run(words, { connectErrors: [locked] })
        expect(code).toBe(connections.length > 0 ? 4 : code === 0 ? 0 : 2)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the library', () => {
  const roots = { library: { roots: async () => [] } }
  const directoryOf = async (words: string[], env: Record<string, string>, cwd = '/somewhere') =>
    (await run([...words, 'roots'], { env, cwd, answers: roots })).connections[0]?.directory

  it('is the option, else the variable, else the default; relative to where npm was called', async () => {
    expect(await directoryOf(['--library', 'lib'], { GLEANER_LIBRARY: '/other' })).toBe('/somewhere/lib')
    expect(await directoryOf([], { GLEANER_LIBRARY: 'other' })).toBe('/somewhere/other')
    expect(await directoryOf([], { GLEANER_LIBRARY: 'o', INIT_CWD: '/home/me', npm_lifecycle_event: 'gleaner' })).toBe(
      '/home/me/o',
    )
    expect(await directoryOf([], { GLEANER_LIBRARY: 'o', INIT_CWD: '/home/me', npm_lifecycle_event: 'test' })).toBe(
      '/somewhere/o',
    )
    expect(await directoryOf([], { GLEANER_LIBRARY: '' })).toMatch(/leaner$/)
  })

  it('held by a program that does not answer is exit code 4', async () => {
    const connectErrors = [new Failure('LIBRARY_LOCKED', 'Another program holds this library.')]
    expect(await run(['roots', '--json'], { connectErrors })).toMatchObject({
      code: 4,
      out: '{"error":{"code":"LIBRARY_LOCKED","message":"Another program holds this library."}}\n',
    })
  })

  it('is asked again if its owner went away before a question was answered, but not for an edit', async () => {
    const lost = () => new Failure('OUTCOME_UNKNOWN', 'gone')
    expect(await run(['roots', '--json'], { connectErrors: [lost(), lost()], answers: roots })).toMatchObject({
      code: 0,
      out: '[]\n',
    })
    const apply = async () => {
      throw lost()
    }
    const edit = await run(['set', '*', 'k=v'], { answers: { edits: { apply } } })
    expect({ code: edit.code, err: edit.err, connections: edit.connections.length }).toEqual({
      code: 1,
      err: 'gone\n',
      connections: 1,
    })
  })
})

describe('an interruption', () => {
  it('ends a running command with 130 and says what it means', async () => {
    const controller = new AbortController()
    const never = () => {
      setTimeout(() => controller.abort(), 5)
      return new Promise<never>(() => {})
    }
    const found = await run(['add', 'x'], {
      signal: controller.signal,
      answers: {
        library: {
          add: async () => ({ root: root(), images: 1, sidecars: 1, problems: 0, ms: 5 }),
          measure: never,
        },
      },
    })
    expect({ code: found.code, out: found.out, err: found.err }).toEqual({
      code: 130,
      out: 'captures: 1 image, 1 sidecar, 0 problems (5 ms)\n',
      err: 'Interrupted. The folders are read; reading dimensions and EXIF goes on next time.\n',
    })
  })
})

it('ends quietly when nobody reads its output any more', async () => {
  const { runProgram } = await import('../../electron/cli/main.ts')
  const { fakeClient } = await import('./support/fake-client.ts')
  const { sink } = await import('./support/run.ts')
  const err = sink()
  const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  const code = await runProgram({
    words: ['query', '*'],
    env: {},
    cwd: '/',
    stdout: { write: (_, done) => done(closed) },
    stderr: err,
    version: () => '',
    connect: async () => ({ client: fakeClient({ query: result([image()]) }).client, close: async () => {} }),
    signal: new AbortController().signal,
  })
  expect({ code, err: err.text() }).toEqual({ code: 0, err: '' })
})
