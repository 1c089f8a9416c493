import type { Command } from '../command.ts'
import { aboutText } from '../failure.ts'
import { tellWarnings } from '../warnings.ts'

export const count: Command = {
  name: 'count',
  usage: ["count 'Q'"],
  summary: 'print how many images match a query',
  details: ["An empty query ('') and '*' match every image."],
  examples: ['count \'metadata.location:"warehouse-3" AND tag:reviewed\'', "count 'is:untagged' --json"],
  options: [],
  takes: { min: 1, max: 1 },
  canRunAgain: true,

  async run({ args, connect, isJson, screen }) {
    const [text = ''] = args.words
    const client = await connect('brief')
    const answer = await aboutText(text, client.query.count({ text }))
    await tellWarnings(client, screen, text, answer)
    if (isJson) await screen.emit([JSON.stringify({ count: answer.count, ms: answer.ms })])
    else await screen.say([String(answer.count)])
    return 0
  },
}
