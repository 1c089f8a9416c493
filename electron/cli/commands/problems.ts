import type { ProblemView } from '../../../shared/contract/index.ts'
import type { Command, Context } from '../command.ts'
import { formatTable } from '../table.ts'

const PAGE = 5000

export const problems: Command = {
  name: 'problems',
  usage: ['problems'],
  summary: 'list everything that was refused or looks wrong, and why',
  details: ['Problems never change a file. "gleaner query problem:json" finds the images that have one of a kind.'],
  examples: ['problems', 'problems --json'],
  options: [],
  takes: { min: 0, max: 0 },
  canRunAgain: true,

  async run(context) {
    const client = await context.connect('brief')
    let offset = 0
    for (;;) {
      const page = await client.schema.problems({ offset, limit: PAGE })
      await print(context, page.problems, offset === 0)
      offset += page.problems.length
      if (page.problems.length === 0 || offset >= page.total) break
    }
    if (context.isJson) await context.screen.write(']\n')
    else if (offset === 0) context.screen.note('No problems.')
    return 0
  },
}

async function print({ isJson, screen }: Context, page: readonly ProblemView[], isFirst: boolean): Promise<void> {
  if (isJson) {
    const texts = page.map((problem) => JSON.stringify(problem)).join(',')
    return screen.write(isFirst ? `[${texts}` : texts === '' ? '' : `,${texts}`)
  }
  const rows = page.map(({ kind, root, file, key, reason }) => [kind, root, file, key ? `${key}: ${reason}` : reason])
  if (rows.length === 0) return
  await screen.say(formatTable(rows, isFirst ? { head: ['KIND', 'FOLDER', 'FILE', 'REASON'] } : {}))
}
