import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  findFirstArgument,
  mentions,
  type OptionSpec,
  readArguments,
  readChoice,
  readNumberOption,
} from '../../electron/cli/args.ts'
import { Failure } from '../../electron/cli/failure.ts'

const SPECS: readonly OptionSpec[] = [
  { name: 'json', help: '' },
  { name: 'help', help: '' },
  { name: 'limit', value: 'N', help: '' },
  { name: 'sort', value: 'F', help: '', isRepeatable: true },
  { name: 'paths', value: 'P', help: '', isRepeatable: true, takes: (word) => !word.includes('=') },
]

const read = (...words: string[]) => {
  const args = readArguments(words, SPECS)
  return {
    words: args.words,
    options: Object.fromEntries(
      SPECS.filter(({ name }) => args.has(name)).map(({ name }) => [name, args.values(name)]),
    ),
  }
}
const failureOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.message, error.facts.suggestion]
    throw error
  }
  return undefined
}

describe('the words of a command line', () => {
  it.each([
    { words: ['-tag:blurry', '-x', '-', '-1'], found: { words: ['-tag:blurry', '-x', '-', '-1'], options: {} } },
    { words: ['a', '--json', 'b'], found: { words: ['a', 'b'], options: { json: [] } } },
    { words: ['a', '--', '--json', '-h', '--'], found: { words: ['a', '--json', '-h', '--'], options: {} } },
    { words: ['--limit', '5', '-h'], found: { words: [], options: { help: [], limit: ['5'] } } },
    { words: ['--limit=5', 'x'], found: { words: ['x'], options: { limit: ['5'] } } },
    { words: ['--limit=a=b'], found: { words: [], options: { limit: ['a=b'] } } },
    { words: ['--sort', '-width', '--sort=taken'], found: { words: [], options: { sort: ['-width', 'taken'] } } },
    { words: ['--paths', 'a', 'b', 'k=v', 'c'], found: { words: ['k=v', 'c'], options: { paths: ['a', 'b'] } } },
    { words: ['--paths', 'a', '--', 'b'], found: { words: ['b'], options: { paths: ['a'] } } },
    { words: ['--paths', 'a=1', 'b', '--paths', 'c'], found: { words: [], options: { paths: ['a=1', 'b', 'c'] } } },
    { words: ['--paths=a', 'b'], found: { words: ['b'], options: { paths: ['a'] } } },
    { words: ['', ' '], found: { words: ['', ' '], options: {} } },
  ])('$words', ({ words, found }) => {
    expect(read(...words)).toEqual(found)
  })

  it.each([
    { words: ['--jsno'], failure: ['REQUEST_INVALID', 'There is no option --jsno here.', '--json'] },
    { words: ['--zzzzzz'], failure: ['REQUEST_INVALID', 'There is no option --zzzzzz here.', undefined] },
    { words: ['--limit'], failure: ['REQUEST_INVALID', '--limit needs a value.', '--limit N'] },
    { words: ['--limit', '--json'], failure: ['REQUEST_INVALID', '--limit needs a value.', '--limit N'] },
    { words: ['--limit', '-h'], failure: ['REQUEST_INVALID', '--limit needs a value.', '--limit N'] },
    { words: ['--limit', '--'], failure: ['REQUEST_INVALID', '--limit needs a value.', '--limit N'] },
    { words: ['--limit='], failure: ['REQUEST_INVALID', '--limit needs a value.', '--limit N'] },
    { words: ['--json=1'], failure: ['REQUEST_INVALID', '--json takes no value.', undefined] },
    { words: ['--limit', '1', '--limit', '2'], failure: ['REQUEST_INVALID', '--limit is given twice.', undefined] },
  ])('refuses $words', ({ words, failure }) => {
    expect(failureOf(() => read(...words))).toEqual(failure)
  })

  it('tells where the first argument stands', () => {
    const at = (...words: string[]) => findFirstArgument(words, SPECS)
    expect([
      at('a'),
      at('--json', 'a'),
      at('--limit', 'a', 'b'),
      at('--', '--x'),
      at(),
      at('--json'),
      at('--'),
    ]).toEqual([0, 1, 2, 1, -1, -1, -1])
  })

  it('gives a parse or a usage error for any words, and loses no argument', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '--',
        '--json',
        '--limit',
        '--limit=3',
        '--sort',
        '--paths',
        '-h',
        '-V',
        '-x',
        'k=v',
        '--=',
        '---',
      ),
    )
    fc.assert(
      fc.property(fc.array(word), (words) => {
        let args
        try {
          args = readArguments(words, SPECS)
        } catch (error) {
          expect(error).toBeInstanceOf(Failure)
          expect((error as Failure).code).toBe('REQUEST_INVALID')
          return
        }
        const values = SPECS.flatMap(({ name }) => args.values(name))
        const kept = [...args.words, ...values]
        const isOption = (each: string) => each.startsWith('--') || each === '-h' || each === '-V'
        const end = words.includes('--') ? words.indexOf('--') : words.length
        const expected = [...words.slice(0, end).filter((each) => !isOption(each)), ...words.slice(end + 1)]
        const attached = words
          .slice(0, end)
          .flatMap((each) => (/^--(limit|sort|paths)=(.+)$/s.exec(each) ?? []).slice(2))
        expect(kept.sort()).toEqual([...expected, ...attached].sort())
      }),
    )
  })
})

describe('values of options', () => {
  it('reads whole numbers only', () => {
    const number = (text: string, least?: number) =>
      readNumberOption(readArguments(['--limit', text], SPECS), 'limit', least)
    expect([number('0'), number('12')]).toEqual([0, 12])
    expect(failureOf(() => number('1.5'))).toEqual([
      'REQUEST_INVALID',
      '--limit takes a whole number, not "1.5".',
      undefined,
    ])
    expect(failureOf(() => number('-1'))).toEqual([
      'REQUEST_INVALID',
      '--limit takes a whole number, not "-1".',
      undefined,
    ])
    expect(failureOf(() => number('0', 1))).toEqual([
      'REQUEST_INVALID',
      '--limit takes a whole number of at least 1, not "0".',
      undefined,
    ])
  })

  it('suggests the nearest of a set of words', () => {
    const args = readArguments(['--sort', 'besides'], SPECS)
    expect(failureOf(() => readChoice(args, 'sort', ['sidecars', 'beside']))).toEqual([
      'REQUEST_INVALID',
      '--sort is one of sidecars, beside, not "besides".',
      '--sort beside',
    ])
  })

  it('sees a switch anywhere before a lone --', () => {
    expect([
      mentions(['a', '--json'], 'json'),
      mentions(['-h'], 'help'),
      mentions(['--', '--json'], 'json'),
      mentions(['--json=1'], 'json'),
    ]).toEqual([true, true, false, false])
  })
})
