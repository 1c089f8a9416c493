import type { Client } from '../../../shared/contract/index.ts'
import type { Command } from '../command.ts'
import { cutToWidth } from '../escape.ts'
import { formatValue } from '../metadata-text.ts'
import { formatCount, formatTable } from '../table.ts'

type Key = Awaited<ReturnType<Client['schema']['keys']>>[number]

export const keys: Command = {
  name: 'keys',
  usage: ['keys'],
  summary: 'list the metadata keys in the data, with types and examples',
  details: ['A key with several types on different images is marked "mixed".'],
  examples: ['keys', 'keys --json'],
  options: [],
  takes: { min: 0, max: 0 },
  canRunAgain: true,

  async run({ connect, isJson, screen }) {
    const client = await connect('brief')
    const found = await client.schema.keys()
    if (isJson) await screen.emit([`[${found.map(toJson).join(',')}]`])
    else if (found.length === 0) screen.note('No metadata in the library yet.')
    else await screen.say(formatTable(found.map(toRow), { head: ['KEY', 'IMAGES', 'TYPES', 'EXAMPLES'], right: [1] }))
    return 0
  },
}

/** Examples are JSON texts already and keep their spelling. */
function toJson({ key, images, types, examples }: Key): string {
  return `{"key":${JSON.stringify(key)},"images":${images},"types":${JSON.stringify(types)},"examples":[${examples.join(',')}]}`
}

function toRow({ key, images, types, examples }: Key): string[] {
  const counts = Object.entries(types).filter(([, count = 0]) => count > 0)
  const names = counts
    .map(([type, count]) => (counts.length > 1 ? `${type} ${formatCount(count ?? 0)}` : type))
    .join(', ')
  const scalars = counts.filter(([type]) => type !== 'list').length
  return [
    key,
    formatCount(images),
    scalars > 1 ? `mixed: ${names}` : names,
    cutToWidth(examples.map(formatValue).join(', '), 60),
  ]
}
