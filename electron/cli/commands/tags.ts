import type { Command } from '../command.ts'
import { formatCount, formatTable } from '../table.ts'

export const tags: Command = {
  name: 'tags',
  usage: ['tags'],
  summary: 'list the tags in the data',
  details: [],
  examples: ['tags', 'tags --json'],
  options: [],
  takes: { min: 0, max: 0 },
  canRunAgain: true,

  async run({ connect, isJson, screen }) {
    const client = await connect('brief')
    const found = await client.schema.tags()
    const rows = found.map(({ tag, images }) => [tag, formatCount(images)])
    if (isJson) await screen.emit([JSON.stringify(found)])
    else if (found.length === 0) screen.note('No tags in the library yet.')
    else await screen.say(formatTable(rows, { head: ['TAG', 'IMAGES'], right: [1] }))
    return 0
  },
}
