/** Names in a query: metadata keys, fields that do not exist, fields of later versions, and what to sort by. */
import { FIELDS, findField, METADATA_PREFIX } from '../domain/fields.ts'
import type { Filter, SortTerm, Span } from './ast.ts'
import type { Diagnostic } from './diagnostic.ts'
import { fail } from './failure.ts'
import { nearest } from './nearest.ts'
import { FIELD_NAMES, type FieldName, type SortKey, type Source } from './predicate.ts'
import { quote, readPlain } from './word.ts'

/** What a check goes by and collects. */
export type Context = {
  readonly text: string
  /** Epoch ms, for relative dates. */
  readonly now: number
  /** Keys that exist in the library; null = not known, then nothing is said about them. */
  readonly keys: ReadonlySet<string> | null
  /** The keys and all names they go on from, made when first needed. */
  names?: ReadonlySet<string>
  readonly warnings: Diagnostic[]
}

// Comparing a misspelt key with all keys takes a while; a query of nothing but misspelt keys is no person's.
const MAX_KEY_WARNINGS = 20

/** Notes something about the query that is no error. */
export function warn(context: Context, { from, to }: Span, message: string, suggestion?: string): void {
  context.warnings.push({ severity: 'warning', message, from, to, ...(suggestion !== undefined && { suggestion }) })
}

/** A metadata key as source. Fails for one that no image can have; warns about one that no image has. */
export function checkKey(key: string, span: Span, context: Context): Source {
  checkKeyRule(key, span)
  if (context.keys) warnAboutKey(key, span, context, context.keys)
  return { kind: 'metadata', key }
}

/** As checkKey, but the names that keys go on from count as well: `gps` where there is `gps.lat`. */
export function checkKeyBelow(key: string, span: Span, context: Context): void {
  checkKeyRule(key, span)
  if (context.keys) warnAboutKey(key, span, context, (context.names ??= withPrefixes(context.keys)))
}

function withPrefixes(keys: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(keys)
  for (const key of keys) {
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) names.add(key.slice(0, dot))
  }
  return names
}

function checkKeyRule(key: string, span: Span): void {
  if (key === '') fail(span, 'The key after metadata. is missing.')
  if (/^[A-Za-z0-9_][A-Za-z0-9_.]*$/.test(key)) return
  const valid = key.replace(/^\.+/, '').replace(/[^A-Za-z0-9_.]/g, '_')
  fail(
    span,
    `No image can have the key ${key}: keys hold letters, digits, _ and dots, and no dot first.`,
    valid || undefined,
  )
}

function warnAboutKey(key: string, span: Span, context: Context, names: ReadonlySet<string>): void {
  if (names.has(key) || context.warnings.length >= MAX_KEY_WARNINGS) return
  const near = nearest(key, names)
  const hasBelow = names.values().some((known) => known.startsWith(`${key}.`))
  const below = hasBelow ? ` To find any key below it, use has:metadata.${key}.` : ''
  warn(context, span, `No image has the key ${key}.${near === undefined ? below : ` Did you mean ${near}?`}`, near)
}

/** Fails for the name of a field that does not exist. */
export function failUnknownField(filter: Filter, context: Context): never {
  const { field, fieldSpan, operator, values } = filter
  if (field === 'metadata') {
    const key = readPlain(values[0])
    const isKey = operator === ':' && key !== null && /^[\w.]+$/.test(key)
    fail(filter, 'Write metadata. and a key, then an operator and a value.', isKey ? `metadata.${key}:*` : undefined)
  }
  const near = suggestField(field, context)
  const isKey = /^[A-Za-z0-9_][A-Za-z0-9_.]*$/.test(field) && !near?.startsWith(METADATA_PREFIX)
  const choices = [...(near === undefined ? [] : [near]), ...(isKey ? [METADATA_PREFIX + field] : [])]
  const hint = choices.length > 0 ? `Write ${choices.join(' or ')}, or put` : 'Put'
  const message = `There is no field ${field}. ${hint} quotes around it to search for the text.`
  const isAddress = values[0].raw.startsWith('//')
  if (choices[0] !== undefined && !isAddress) fail(fieldSpan, message, choices[0])
  return fail(filter, message, quote(context.text.slice(filter.from, filter.to)))
}

function suggestField(field: string, { keys }: Context): string | undefined {
  const key = keys && [...keys].find((known) => known.toLowerCase() === field.toLowerCase())
  if (key) return METADATA_PREFIX + key
  if (/^metadata\../i.test(field)) return METADATA_PREFIX + field.slice(METADATA_PREFIX.length)
  const dot = field.indexOf('.')
  if (dot > 0 && nearest(field.slice(0, dot), ['metadata'])) return METADATA_PREFIX + field.slice(dot + 1)
  const names = FIELDS.filter((known) => known.isAvailable).map((known) => known.name)
  return nearest(field, names)
}

/** Fails for a field or word that a later version brings. */
export function failLater(name: string, span: Span): never {
  return fail(span, `${name} is not available in this version.`)
}

/** A column of the query engine by its name in the field catalogue. */
export function columnSource(column: string): Source {
  const name = FIELD_NAMES.find((known): known is FieldName => known === column)
  if (!name) throw new Error(`The field catalogue names a column that does not exist: ${column}.`)
  return { kind: 'field', name }
}

/** What a `sort:` term sorts by. */
export function checkSort(term: SortTerm, context: Context): SortKey {
  const span = { from: Math.max(term.from, term.to - term.field.length), to: term.to }
  return { source: sortSource(term.field, span, context), isDescending: term.isDescending }
}

function sortSource(name: string, span: Span, context: Context): SortKey['source'] {
  const found = findField(name)
  if (found?.kind === 'later') return failLater(found.name, span)
  if (found?.kind === 'metadata') {
    return checkKey(found.key, { from: Math.min(span.to, span.from + METADATA_PREFIX.length), to: span.to }, context)
  }
  if (!found) return failUnsortable(span, `There is no field ${name} to sort by.`, suggestField(name, context))
  if (found.field.isSortable) return name === 'path' ? { kind: 'path' } : columnSource(found.field.column)
  return failUnsortable(span, `Images cannot be sorted by ${name}.`, found.field.column)
}

function failUnsortable(span: Span, message: string, near: string | undefined): never {
  const isUsable = near?.startsWith(METADATA_PREFIX) || FIELDS.some((field) => field.name === near && field.isSortable)
  return fail(span, `${message} Sort by a field such as taken or metadata.KEY.`, isUsable ? near : undefined)
}
