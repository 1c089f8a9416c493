/**
 * Reads the words of a command line by one rule (cli.md): only words that begin with `--`, and exactly `-h` and `-V`,
 * are options; any other word, also one that starts with `-`, is an argument, because queries and tags do start so.
 * Options may follow arguments; a lone `--` ends them. A value is the rest after `=`, or the next word, unless that
 * word is an option itself.
 */
import { usageError } from './failure.ts'
import { nearest } from '../../shared/query/nearest.ts'

export type OptionSpec = {
  /** Without the dashes. */
  readonly name: string
  /** What the value is, for the help: `N`; absent = a switch without a value. */
  readonly value?: string
  readonly help: string
  readonly isRepeatable?: true
  /**
   * The option takes a run of words: the one after it, then every further one for which this answers true, up to the
   * next option.
   */
  readonly takes?: (word: string) => boolean
}

export type Arguments = {
  readonly words: readonly string[]
  /** How many of the words stand before the first option of that name. */
  wordsBefore(name: string): number
  has(name: string): boolean
  value(name: string): string | undefined
  values(name: string): readonly string[]
}

const SHORT: Readonly<Record<string, string>> = { '-h': '--help', '-V': '--version' }

/** Reads all words as arguments and options. */
export function readArguments(words: readonly string[], specs: readonly OptionSpec[]): Arguments {
  const known = new Map(specs.map((spec) => [spec.name, spec]))
  const found = new Map<string, Found>()
  const plain: string[] = []
  let at = 0
  while (at < words.length) {
    const word = words[at] ?? ''
    at += 1
    if (word === '--') {
      plain.push(...words.slice(at))
      break
    }
    if (isOption(word)) at = readOption({ known, found, words, at, before: plain.length })
    else plain.push(word)
  }
  return {
    words: plain,
    wordsBefore: (name) => found.get(name)?.before ?? 0,
    has: (name) => found.has(name),
    value: (name) => found.get(name)?.values[0],
    values: (name) => found.get(name)?.values ?? [],
  }
}

/** Where the first argument stands if only these options come before it; -1 if there is none. */
export function findFirstArgument(words: readonly string[], specs: readonly OptionSpec[]): number {
  const known = new Map(specs.map((spec) => [spec.name, spec]))
  const found = new Map<string, Found>()
  let at = 0
  while (at < words.length) {
    const word = words[at] ?? ''
    if (word === '--') return at + 1 < words.length ? at + 1 : -1
    if (!isOption(word)) return at
    at = readOption({ known, found, words, at: at + 1, before: 0 })
  }
  return -1
}

/** Whether the words name this option, before any lone `--`; needs no knowledge of the other options. */
export function mentions(words: readonly string[], name: string): boolean {
  const end = words.indexOf('--')
  const before = end === -1 ? words : words.slice(0, end)
  return before.some((word) => (SHORT[word] ?? word) === `--${name}`)
}

/** A whole number of at least `least` given as an option's value, or undefined. */
export function readNumberOption(args: Arguments, name: string, least = 0): number | undefined {
  const text = args.value(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d{1,15}$/.test(text) && value >= least) return value
  throw usageError(`--${name} takes a whole number${least > 0 ? ` of at least ${least}` : ''}, not "${text}".`)
}

/** One of a set of words given as an option's value, or undefined. */
export function readChoice<T extends string>(args: Arguments, name: string, choices: readonly T[]): T | undefined {
  const text = args.value(name)
  if (text === undefined) return undefined
  const choice = choices.find((each) => each === text)
  if (choice !== undefined) return choice
  const near = nearest(text, choices)
  throw usageError(`--${name} is one of ${choices.join(', ')}, not "${text}".`, near && `--${name} ${near}`)
}

type Found = { readonly values: string[]; readonly before: number }

type Reading = {
  readonly known: ReadonlyMap<string, OptionSpec>
  readonly found: Map<string, Found>
  readonly words: readonly string[]
  /** The place after the option. */
  readonly at: number
  readonly before: number
}

/** Reads the option before `at` with its values and answers where reading goes on. */
function readOption({ known, found, words, at, before }: Reading): number {
  const word = words[at - 1] ?? ''
  const { name, attached } = splitOption(SHORT[word] ?? word)
  const spec = known.get(name)
  if (!spec) throw unknownOption(name, known.keys())
  const entry = found.get(name) ?? { values: [], before }
  if (found.has(name) && !spec.isRepeatable) throw usageError(`--${name} is given twice.`)
  found.set(name, entry)
  return takeValues({ spec, attached, words, at }, entry.values)
}

type Taking = {
  readonly spec: OptionSpec
  readonly attached: string | undefined
  readonly words: readonly string[]
  readonly at: number
}

/** Puts the option's values into `into` and answers where reading goes on. */
function takeValues({ spec, attached, words, at }: Taking, into: string[]): number {
  if (spec.value === undefined) {
    if (attached !== undefined) throw usageError(`--${spec.name} takes no value.`)
    return at
  }
  if (attached !== undefined) {
    if (attached === '') throw missingValue(spec)
    into.push(attached)
    return at
  }
  const first = words[at]
  if (first === undefined || first === '' || isOption(first)) throw missingValue(spec)
  into.push(first)
  let next = at + 1
  for (let word = words[next]; spec.takes && word !== undefined; word = words[next]) {
    if (isOption(word) || !spec.takes(word)) break
    into.push(word)
    next += 1
  }
  return next
}

function isOption(word: string): boolean {
  return word.startsWith('--') || Object.hasOwn(SHORT, word)
}

function splitOption(word: string): { name: string; attached: string | undefined } {
  const equals = word.indexOf('=')
  if (equals === -1) return { name: word.slice(2), attached: undefined }
  return { name: word.slice(2, equals), attached: word.slice(equals + 1) }
}

function missingValue({ name, value }: OptionSpec): Error {
  return usageError(`--${name} needs a value.`, `--${name} ${value}`)
}

function unknownOption(name: string, known: Iterable<string>): Error {
  const near = nearest(name, known)
  return usageError(`There is no option --${name} here.`, near && `--${near}`)
}
