import type { Command } from '../command.ts'
import { printRoots } from '../roots-output.ts'

export const roots: Command = {
  name: 'roots',
  usage: ['roots'],
  summary: 'list the folders of the library',
  details: [],
  examples: ['roots', 'roots --json'],
  options: [],
  takes: { min: 0, max: 0 },
  canRunAgain: true,

  async run(context) {
    const client = await context.connect('brief')
    await printRoots(context, await client.library.roots())
    return 0
  },
}
