/** The fields of an image that lists can show, by their names in the query language; for people and as JSON. */
import type { ImageView } from '../../shared/contract/index.ts'
import { parseValues } from '../../shared/domain/layer.ts'
import { usageError } from './failure.ts'
import { formatValue } from './metadata-text.ts'
import { nearest } from '../../shared/query/nearest.ts'

export type Field = {
  readonly name: string
  /** Member of the JSON line. */
  readonly member: string
  json(image: ImageView): unknown
  text(image: ImageView): string
}

type Plain = string | number | boolean | null | undefined
type Read = (image: ImageView) => Plain | readonly string[]
const field = (name: string, json: Read, text: (image: ImageView) => string = (image) => plain(json(image))) => ({
  name,
  member: name,
  json,
  text,
})
const instant = (name: 'taken' | 'modified' | 'edited') =>
  field(
    name,
    (image) => toIso(image[name]),
    (image) => formatTime(image[name]),
  )

const TAGS: Field = { ...field('tag', (image) => image.tags), member: 'tags' }
const PROBLEMS: Field = { ...field('problem', (image) => image.problems), member: 'problems' }

const FIELDS: readonly Field[] = [
  field('id', (image) => image.id),
  field('path', (image) => image.path),
  field('root', (image) => image.root),
  field('filename', (image) => nameOf(image)),
  field('ext', (image) => /\.([^.]*)$/.exec(nameOf(image))?.[1]?.toLowerCase() ?? null),
  TAGS,
  { ...TAGS, name: 'tags' },
  field('width', (image) => image.width),
  field('height', (image) => image.height),
  field('megapixels', (image) => ratio(image, (width, height) => (width * height) / 1e6)),
  field('aspect', (image) => ratio(image, (width, height) => width / height)),
  field('size', (image) => image.size),
  field('format', (image) => image.format),
  field('split', (image) => image.split),
  instant('taken'),
  instant('modified'),
  instant('edited'),
  PROBLEMS,
  { ...PROBLEMS, name: 'problems' },
  { ...field('offline', (image) => image.isOffline), member: 'isOffline' },
  { ...field('unwritten', (image) => image.isUnwritten), member: 'isUnwritten' },
]
const METADATA = field(
  'metadata',
  () => null,
  (image) => summary(image, Infinity),
)

const JSON_DEFAULT =
  'id path root metadata tags width height size format split taken modified edited offline unwritten problems'
const DEFAULT = JSON_DEFAULT.split(' ')

/** Reads `--fields a,b`; undefined when it is not given. */
export function readFields(text: string | undefined): readonly Field[] | undefined {
  if (text === undefined) return undefined
  const names = text.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))].map(readField)
}

/** One image as a line of JSON; metadata is put in as its own text, so that numbers keep their spelling. */
export function imageToJson(image: ImageView, fields: readonly Field[] = DEFAULT.map(readField)): string {
  const members = new Map<string, string>()
  for (const name of ['id', 'path', 'root'] as const) members.set(name, JSON.stringify(image[name]))
  const keys = fields.flatMap(({ name }) => (name.startsWith('metadata.') ? [name.slice('metadata.'.length)] : []))
  for (const { name, member, json } of fields) {
    if (name === 'metadata') members.set('metadata', image.metadata)
    else if (member !== 'metadata') members.set(member, JSON.stringify(json(image)))
    else if (!members.has('metadata')) members.set('metadata', pickKeys(image.metadata, keys))
  }
  return `{${[...members].map(([member, text]) => `${JSON.stringify(member)}:${text}`).join(',')}}`
}

/** One image as the cells of a text line. */
export function imageToCells(image: ImageView, fields: readonly Field[] | undefined): string[] {
  if (fields) {
    const others = fields.filter(({ name }) => name !== 'path')
    return [image.path, ...others.map((each) => each.text(image))]
  }
  const size = image.width === null || image.height === null ? '' : `${image.width}×${image.height}`
  return [image.path, image.root, size, image.tags.join(', '), summary(image, 4)]
}

/** Local time to the second, `2026-05-01 09:30:00`; empty for null. */
export function formatTime(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return ''
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return ''
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** ISO 8601 in UTC; null for null. */
export function toIso(ms: number | null | undefined): string | null {
  const date = new Date(ms ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

function readField(name: string): Field {
  const known = name === 'metadata' ? METADATA : FIELDS.find((each) => each.name === name)
  if (known) return known
  const key = /^metadata\.(.+)$/s.exec(name)?.[1]
  if (key !== undefined) {
    const read = (image: ImageView) => parseValues(image.metadata).get(key)
    return { ...field(name, read, (image) => formatValue(read(image) ?? '')), member: 'metadata' }
  }
  const near = nearest(name, ['metadata', ...FIELDS.map((each) => each.name)])
  throw usageError(
    `There is no field "${name}" to show. Metadata keys are written metadata.KEY.`,
    near === undefined ? `--fields metadata.${name}` : `--fields ${near}`,
  )
}

function pickKeys(metadata: string, keys: readonly string[]): string {
  const kept = [...parseValues(metadata)].filter(([key]) => keys.includes(key))
  return `{${kept.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

function summary({ metadata }: ImageView, most: number): string {
  const entries = [...parseValues(metadata)]
  const shown = entries.slice(0, most).map(([key, value]) => `${key}=${formatValue(value)}`)
  return shown.join('  ') + (entries.length > most ? '  …' : '')
}

function nameOf({ path }: ImageView): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function ratio({ width, height }: ImageView, of: (width: number, height: number) => number): number | null {
  return width === null || height === null || height === 0 ? null : Number(of(width, height).toFixed(3))
}

function plain(value: ReturnType<Read>): string {
  return Array.isArray(value) ? value.join(', ') : String(value ?? '')
}
