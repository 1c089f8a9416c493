/**
 * The tokens of the grammar, read by hand because a word's meaning depends on where it stands.
 *
 * Where a value may come, a word runs to the next blank, quote, bracket or `|`. Elsewhere a name followed by an
 * operator is a field, `AND OR NOT` are keywords, and all other words are text. Nothing here fails: text that can
 * be no token becomes Stray, an open quote runs to the end, and to-ast.ts reports it.
 */
import { ExternalTokenizer, type InputStream, type Stack } from '@lezer/lr'
import * as terms from './parser.terms.ts'

const [QUOTE, OPEN, CLOSE, PIPE, BACKSLASH, MINUS, BANG] = ['"', '(', ')', '|', '\\', '-', '!'].map((c) =>
  c.charCodeAt(0),
) as [number, number, number, number, number, number, number]

const KEYWORDS = new Map([
  ['AND', terms.And],
  ['OR', terms.Or],
  ['NOT', terms.Not],
])

/** The start of a filter: its field (a metadata key after `metadata:` belongs to it), then blanks and an operator. */
const FILTER =
  /^(metadata:[A-Za-z0-9_.-]+(?=[:=<>]|!=)|type\(metadata[.:][A-Za-z0-9_.-]+\)|[A-Za-z][A-Za-z0-9_.-]*)\s*(?:[:=<>]|!=)/
const HEAD = /[A-Za-z0-9_.:()-]/

export const tokens = new ExternalTokenizer(
  (input, stack) => {
    if (input.next < 0) return
    if (isBlank(input.next)) return input.acceptToken(terms.blank, runLength(input, isBlank))
    if (readMark(input, stack)) return
    if (stack.canShift(terms.ValueWord) && readValue(input, terms.ValueWord)) return
    if (stack.canShift(terms.ClassName) && readValue(input, terms.ClassName)) return
    readTerm(input)
  },
  { contextual: true },
)

/** Brackets, `|` and operators. */
function readMark(input: InputStream, stack: Stack): boolean {
  const pick = (inList: number, elsewhere: number) => {
    input.acceptToken(stack.canShift(inList) ? inList : elsewhere, 1)
    return true
  }
  if (input.next === OPEN) return pick(terms.ListOpen, terms.GroupOpen)
  if (input.next === CLOSE) return pick(terms.ListClose, terms.GroupClose)
  if (input.next === PIPE) return pick(terms.Pipe, terms.Stray)
  const length = operatorLength(input)
  if (length === 0) return false
  input.acceptToken(stack.canShift(terms.Operator) ? terms.Operator : terms.Stray, length)
  return true
}

function operatorLength(input: InputStream): number {
  const second = input.peek(1) === 61 ? 2 : 1 // an `=` follows
  if (input.next === BANG) return second === 2 ? 2 : 0
  if (input.next === 60 || input.next === 62) return second
  return input.next === 58 || input.next === 61 ? 1 : 0
}

/**
 * Reads a value. After a blank a keyword or the start of a filter is none: in `tag: AND x` and `tag: ext:png` the
 * value is missing.
 */
function readValue(input: InputStream, term: number): boolean {
  if (input.next === QUOTE) {
    input.acceptToken(terms.ValuePhrase, phraseLength(input))
    return true
  }
  if (input.next === BANG) return false
  const length = wordLength(input, term === terms.ClassName)
  if (isBlank(input.peek(-1))) {
    const prefix = input.next === MINUS ? 1 : 0
    if (KEYWORDS.has(read(input, 0, length)) || FILTER.test(readHead(input, prefix))) return false
  }
  if (length > 0) input.acceptToken(term, length)
  return length > 0
}

function readTerm(input: InputStream): void {
  if (input.next === QUOTE) return input.acceptToken(terms.Phrase, phraseLength(input))
  if (input.next === MINUS || input.next === BANG) {
    const isPrefix = startsTerm(input.peek(1)) && !endsTerm(input.peek(-1))
    return input.acceptToken(isPrefix ? terms.Minus : terms.Stray, 1)
  }
  const filter = FILTER.exec(readHead(input, 0))?.[1]
  if (filter !== undefined) return input.acceptToken(filter === 'class' ? terms.ClassField : terms.Field, filter.length)
  const length = wordLength(input, false)
  const word = read(input, 0, length)
  input.acceptToken(word === '*' ? terms.Every : (KEYWORDS.get(word) ?? terms.Word), length)
}

/** Whether a term can begin with this character, right after a prefix. */
function startsTerm(code: number): boolean {
  return code >= 0 && !isBlank(code) && code !== CLOSE && code !== PIPE
}

/** Whether this is the last character of a term, so that a prefix right after it cannot be meant. */
function endsTerm(code: number): boolean {
  return code >= 0 && !isBlank(code) && code !== OPEN && code !== MINUS && code !== BANG
}

function wordLength(input: InputStream, isClass: boolean): number {
  let length = 0
  for (;;) {
    const code = input.peek(length)
    if (endsWord(code) || (isClass && COMPARISON.has(code))) return length
    length += code === BACKSLASH && input.peek(length + 1) >= 0 ? 2 : 1
  }
}

/** What an unquoted class name cannot hold. */
const COMPARISON = new Set([60, 61, 62, BANG])

function endsWord(code: number): boolean {
  return code < 0 || code === QUOTE || code === OPEN || code === CLOSE || code === PIPE || isBlank(code)
}

function phraseLength(input: InputStream): number {
  let length = 1
  for (;;) {
    const code = input.peek(length)
    if (code < 0) return length
    if (code === QUOTE) return length + 1
    length += code === BACKSLASH && input.peek(length + 1) >= 0 ? 2 : 1
  }
}

function runLength(input: InputStream, belongs: (code: number) => boolean, from = 0): number {
  let length = 0
  while (belongs(input.peek(from + length))) length += 1
  return length
}

/** As much of the text as FILTER may need to see. */
function readHead(input: InputStream, from: number): string {
  const name = runLength(input, (code) => code > 32 && HEAD.test(String.fromCharCode(code)), from)
  const blanks = runLength(input, isBlank, from + name)
  return read(input, from, name + blanks + 2)
}

function read(input: InputStream, from: number, length: number): string {
  let text = ''
  for (let i = from; i < from + length; i += 1) text += String.fromCharCode(Math.max(0, input.peek(i)))
  return text
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || (code >= 160 && /\s/.test(String.fromCharCode(code)))
}
