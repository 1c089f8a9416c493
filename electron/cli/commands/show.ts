import type { ImageDetailView } from '../../../shared/contract/index.ts'
import type { Command } from '../command.ts'
import { usageError } from '../failure.ts'
import { formatTime, imageToJson, toIso } from '../fields.ts'
import { formatValue } from '../metadata-text.ts'
import { readImage } from '../place.ts'
import { formatCount, formatTable } from '../table.ts'

type Value = ImageDetailView['values'][number]

export const show: Command = {
  name: 'show',
  usage: ['show IMAGE'],
  summary: 'print everything about one image, each value with its source',
  details: ['IMAGE is a path (absolute, or below a folder of the library) or an id.'],
  examples: ['show ~/captures/2026-05-03/IMG_0001.jpg', 'show 2026-05-03/IMG_0001.jpg --json'],
  options: [],
  takes: { min: 1, max: 1 },
  canRunAgain: true,

  async run({ args, base, connect, isJson, screen }) {
    const [word = ''] = args.words
    if (word === '') throw usageError('The name of the image is empty.')
    const client = await connect('brief')
    const image = await client.images.get({ image: readImage(await client.library.roots(), word, base) })
    if (isJson) await screen.emit([toJson(image)])
    else await screen.say(toLines(image))
    return 0
  },
}

/** Value texts are put in as they are, so that numbers keep their spelling. */
function toJson(image: ImageDetailView): string {
  const { absolutePath, sidecars, tagSources, exif, details, isStale, unwrittenReason } = image
  const values = image.values.map(({ value, other, time, ...plain }) => {
    const texts = [`"value":${value ?? 'null'}`, ...(other === undefined ? [] : [`"other":${other ?? 'null'}`])]
    return withTexts({ ...plain, ...(time !== undefined && { time: toIso(time) }) }, texts)
  })
  const rest = { absolutePath, sidecars, tagSources, exif, details, isStale, unwrittenReason }
  return `${imageToJson(image).slice(0, -1)},"values":[${values.join(',')}],${JSON.stringify(rest).slice(1)}`
}

function withTexts(plain: object, texts: readonly string[]): string {
  return `${JSON.stringify(plain).slice(0, -1)},${texts.join(',')}}`
}

function toLines(image: ImageDetailView): string[] {
  const { width, height, format } = image
  const isRefused = image.problems.includes('image')
  const unmeasured = isRefused ? 'not a readable picture' : 'not measured yet'
  const unknown = format === null ? unmeasured : 'dimensions not known'
  const dimensions = width === null || height === null ? unknown : `${width} × ${height}`
  const facts = [
    ['path', image.path],
    ['folder', `${image.root}${image.isOffline ? ' (offline)' : ''}`],
    ['id', image.id],
    ['file', image.absolutePath],
    ['image', [dimensions, format, `${formatCount(image.size)} bytes`].filter(Boolean).join(', ')],
    ['taken', formatTime(image.taken)],
    ['modified', formatTime(image.modified)],
    ['edited', formatTime(image.edited)],
    ['split', image.split ?? ''],
    [
      'sidecars',
      `${image.sidecars.join(', ')}${image.isStale ? ' (unreadable now; its last good values are shown)' : ''}`,
    ],
    ['tags', image.tagSources.map(({ tag, source }) => `${tag} (${source})`).join(', ')],
    ['not in the file', image.unwrittenReason ?? ''],
  ].filter(([, text]) => text !== '')
  return [
    ...formatTable(facts),
    ...section('metadata', image.values.map(valueRow)),
    ...section(
      'exif',
      Object.entries(image.exif).map(([name, value]) => [name, String(value)]),
    ),
    ...section(
      'problems',
      image.details.map(({ kind, file, reason }) => [kind, file, reason]),
    ),
  ]
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...formatTable(rows).map((line) => `  ${line}`)]
}

function valueRow({ key, value, source, device, time, other, isInFile }: Value): string[] {
  const origin = [
    source,
    device === undefined ? '' : `device ${device}`,
    formatTime(time),
    isInFile || source === 'sidecar' ? '' : 'not in the file',
    other === undefined ? '' : `the other source has ${other === null ? 'no value' : formatValue(other)}`,
  ]
  return [key, value === null ? '(removed)' : formatValue(value), origin.filter(Boolean).join(', ')]
}
