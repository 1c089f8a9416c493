import type { Command } from '../command.ts'
import { usageError } from '../failure.ts'
import { readRoots } from '../place.ts'
import { printRoots } from '../roots-output.ts'
import { readSettings, ROOT_OPTIONS } from './add.ts'

export const setRoot: Command = {
  name: 'set-root',
  usage: ['set-root ROOT [--name N] [--strategy S] [--edits sidecars|beside]'],
  summary: 'change the name, the strategy or the place of edits of a folder',
  details: [
    'ROOT is a name, an id or a path. The settings travel with the folder. Changing --edits to sidecars writes the edits made so far into the JSON files. Prints all folders.',
  ],
  examples: ['set-root captures --name "Site 3"', 'set-root captures --strategy mergeUserWins --edits sidecars'],
  options: ROOT_OPTIONS,
  takes: { min: 1, max: 1 },

  async run(context) {
    const settings = readSettings(context.args)
    if (Object.keys(settings).length === 0) throw usageError('Say what to change: --name, --strategy or --edits.')
    const client = await context.connect('working')
    const [root = ''] = await readRoots(client, context.args.words, context.base)
    await client.library.set({ root, ...settings })
    await printRoots(context, await client.library.roots())
    return 0
  },
}
