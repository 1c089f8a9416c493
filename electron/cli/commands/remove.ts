import type { Command } from '../command.ts'
import { readRoots } from '../place.ts'
import { printRoots } from '../roots-output.ts'
import { counted } from '../table.ts'

export const remove: Command = {
  name: 'remove',
  usage: ['remove ROOT'],
  summary: 'forget a folder; its files stay as they are',
  details: [
    'ROOT is a name, an id or a path. Images, sidecars and edits stay in the folder; adding it again brings everything back. Prints the folders that are left.',
  ],
  examples: ['remove captures', 'remove /media/ssd/2026-05-03'],
  options: [],
  takes: { min: 1, max: 1 },

  async run(context) {
    const client = await context.connect('brief')
    const [root = ''] = await readRoots(client, context.args.words, context.base)
    const removed = await client.library.remove({ root })
    context.screen.note(`${removed.root.name} is forgotten (${counted(removed.images, 'image')}); its files stay.`)
    await printRoots(context, await client.library.roots())
    return 0
  },
}
