import { readNumberOption } from '../args.ts'
import type { Command } from '../command.ts'
import { usageError } from '../failure.ts'
import { counted, formatCount, formatTable } from '../table.ts'

export const complete: Command = {
  name: 'complete',
  usage: ["complete 'PARTIAL' [--at N]"],
  summary: 'print what may come next in a half-typed query',
  details: ['Fields, keys, operators, values and tags that exist, with how many images have them.'],
  examples: ["complete 'metadata.'", "complete 'metadata.loc AND tag:x' --at 12"],
  options: [{ name: 'at', value: 'N', help: 'place of the cursor, counted from 0 (the end unless given)' }],
  takes: { min: 1, max: 1 },
  canRunAgain: true,

  async run({ args, connect, isJson, screen }) {
    const [text = ''] = args.words
    const at = readNumberOption(args, 'at') ?? text.length
    if (at > text.length)
      throw usageError(`--at ${at} is behind the end of the text, which has ${counted(text.length, 'character')}.`)
    const client = await connect('brief')
    const found = await client.query.complete({ text, at })
    const plain = found.map(({ text, kind, count }) => ({ text, kind, ...(count !== undefined && { count }) }))
    const rows = plain.map(({ text, kind, count }) => [text, kind, count === undefined ? '' : formatCount(count)])
    if (isJson) await screen.emit([JSON.stringify(plain)])
    else if (rows.length === 0) screen.note('Nothing fits here.')
    else await screen.say(formatTable(rows, { right: [2] }))
    return 0
  },
}
