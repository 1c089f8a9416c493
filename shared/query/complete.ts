/**
 * What may come at the cursor: fields and keys where a term stands, operators after a whole name, values after an
 * operator. Works on half-typed text, because the parser repairs it.
 *
 * Rank: what begins with the typed text, then what holds it, then what holds its letters in order; among equals fields
 * before keys before tags, and the more frequent first.
 */
import { FIELDS, findField, isLaterWord, METADATA_PREFIX, operatorsOf, type Field } from '../domain/fields.ts'
import type { ValueText } from '../domain/layer.ts'
import { splitList } from '../domain/scalar.ts'
import { foldText } from '../lib/text.ts'
import { findPlace, type Part, type TermPlace, type ValuePlace } from './complete-place.ts'
import type { Completion } from './diagnostic.ts'
import { readNumberText, splitRange } from './literals.ts'
import { quote } from './word.ts'

/** What exists in the library, each with the number of images that have it. */
export type CompletionSource = {
  keys(): readonly { readonly key: string; readonly images: number; readonly types: KeyTypes }[]
  tags(): readonly { readonly tag: string; readonly images: number }[]
  /**
   * Values of `metadata.KEY` or of a field (`root`, `ext`, `format`, …) as JSON texts. `search` is the folded text typed
   * so far: a source with very many values may leave out those that do not hold it.
   */
  values(field: string, search: string): readonly { readonly text: ValueText; readonly images: number }[]
}
type KeyTypes = Readonly<Partial<Record<'string' | 'number' | 'boolean' | 'list', number>>>

const MAX_COMPLETIONS = 50

/** Completions for the cursor at `at`, best first, at most 50; none for a text longer than a query may be. */
export function complete(text: string, at: number, source: CompletionSource): Completion[] {
  const place = findPlace(text, at)
  switch (place.kind) {
    case 'nothing':
      return []
    case 'term': {
      // A name that stands there already is nothing to offer.
      const names = terms(place, source).filter((term) => term.text !== text.slice(place.from, place.to))
      return [...rank(place, names), ...operators(place, source)]
    }
    case 'value':
      return rank(place, values(place, source))
  }
}

type Candidate = Pick<Completion, 'text' | 'kind' | 'count'> & {
  /** What the typed text is compared with. */ readonly names: readonly string[]
}

function terms({ typed }: TermPlace, source: CompletionSource): Candidate[] {
  const fields = FIELDS.filter((field) => field.isAvailable).map(({ name }): Candidate => ({
    text: name,
    kind: 'field',
    names: [name],
  }))
  const sort: Candidate = { text: 'sort', kind: 'field', names: ['sort'] }
  const tags =
    typed.length < 2
      ? []
      : source.tags().map(({ tag, images }): Candidate => {
          const names = [tag, `tag:${tag}`]
          return { text: `tag:${printText(tag)}`, kind: 'tag', count: images, names }
        })
  return [...fields, sort, ...keys('', source), ...tags]
}

function keys(before: string, source: CompletionSource): Candidate[] {
  return source.keys().map(({ key, images }): Candidate => {
    const text = METADATA_PREFIX + key
    return {
      text: before + text,
      kind: 'key',
      count: images,
      names: [before + text, key, key.slice(key.lastIndexOf('.') + 1)],
    }
  })
}

/** Operators, once the name before the cursor is whole. */
function operators({ typed, to, hasOperator }: TermPlace, source: CompletionSource): Completion[] {
  if (hasOperator || typed === '') return []
  const found = findField(typed)
  const offer = (texts: readonly string[]) =>
    texts.map((text): Completion => ({ text, kind: 'operator', from: to, to }))
  if (typed === 'sort') return offer([':'])
  if (found?.kind === 'field') return offer(operatorsOf(found.field))
  const key = source.keys().find(({ key }) => foldText(METADATA_PREFIX + key) === typed)
  if (!key) return []
  return offer(key.types.number === undefined ? [':', '=', '!='] : [':', '>', '>=', '<', '<=', '=', '!='])
}

function values({ field, typed }: ValuePlace, source: CompletionSource): Candidate[] {
  if (field === 'sort') return sortValues(typed.startsWith('-') ? '-' : '', source)
  const found = findField(field)
  if (found?.kind === 'metadata') return stored(field, typed, source)
  return found?.kind === 'field' ? fieldValues(found.field, typed, source) : []
}

function fieldValues(field: Field, typed: string, source: CompletionSource): Candidate[] {
  if (field.name === 'tag') {
    return source.tags().map(({ tag, images }) => ({ text: printText(tag), kind: 'tag', count: images, names: [tag] }))
  }
  const { kind, name, column, words = [] } = field
  if (kind === 'text') return stored(column, typed, source)
  if (kind === 'instant') return ['today', 'yesterday', '-1h', '-7d', '-1mo'].map((word) => wordOf(word))
  if (kind !== 'word') return []
  const counts = new Map(stored(column, typed, source).map(({ text, count }) => [text, count]))
  const known = words.filter((word) => !isLaterWord(name, word)).map((word) => wordOf(word, counts.get(word)))
  return name === 'has' ? [...known, ...keys('', source)] : known
}

function wordOf(text: string, count?: number): Candidate {
  return { text, kind: 'value', names: [text], ...(count !== undefined && { count }) }
}

function stored(field: string, typed: string, source: CompletionSource): Candidate[] {
  const images = new Map<string, number>()
  for (const value of source.values(field, typed)) {
    for (const text of splitList(value.text)) images.set(text, (images.get(text) ?? 0) + value.images)
  }
  return Array.from(images, ([text, count]): Candidate => {
    const plain = text.startsWith('"') ? (JSON.parse(text) as string) : text
    return { text: text === plain ? text : printText(plain), kind: 'value', count, names: [plain] }
  })
}

function sortValues(sign: string, source: CompletionSource): Candidate[] {
  const fields = FIELDS.filter((field) => field.isSortable).map(({ name }): Candidate => {
    return { text: sign + name, kind: 'field', names: [sign + name] }
  })
  return [...fields, ...keys(sign, source)]
}

/** A string as a value: as it is where that means exactly this string, else in quotes. */
function printText(text: string): string {
  const isPlain = text !== '' && !/[\s"()|\\*?]|^[:=!<>-]/.test(text) && !/^(true|false)$/i.test(text)
  return isPlain && readNumberText(text) === null && splitRange(text) === null ? text : quote(text)
}

const KIND_ORDER: readonly Completion['kind'][] = ['field', 'key', 'tag', 'operator', 'value']

function rank({ from, to, typed }: Part, candidates: readonly Candidate[]): Completion[] {
  const ranked = candidates.flatMap((candidate) => {
    const quality = Math.min(...candidate.names.map((name) => matchQuality(foldText(name), typed)))
    return quality === Infinity ? [] : [{ candidate, quality, kind: KIND_ORDER.indexOf(candidate.kind) }]
  })
  ranked.sort((a, b) => a.quality - b.quality || a.kind - b.kind || (b.candidate.count ?? 0) - (a.candidate.count ?? 0))
  return ranked
    .slice(0, MAX_COMPLETIONS)
    .map(({ candidate: { text, kind, count } }) => ({ text, kind, ...(count !== undefined && { count }), from, to }))
}

function matchQuality(name: string, typed: string): number {
  if (name.startsWith(typed)) return 0
  if (name.includes(typed)) return 1
  return typed.length > 2 && hasInOrder(name, typed) ? 2 : Infinity
}

function hasInOrder(name: string, typed: string): boolean {
  let at = 0
  for (const character of typed) {
    at = name.indexOf(character, at) + 1
    if (at === 0) return false
  }
  return true
}
