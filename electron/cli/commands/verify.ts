import type { Command } from '../command.ts'
import { counted, formatDuration } from '../table.ts'

export const verify: Command = {
  name: 'verify',
  usage: ['verify [--rebuild]'],
  summary: 'compare the index with one built anew from the folders',
  details: ['The exit code is 1 if they differ. With --rebuild the new index takes the place of the old one.'],
  examples: ['verify', 'verify --rebuild --json'],
  options: [{ name: 'rebuild', help: 'put the newly built index in place' }],
  takes: { min: 0, max: 0 },
  canRunAgain: true,

  async run({ args, connect, isJson, screen }) {
    const isRebuild = args.has('rebuild')
    const client = await connect('working')
    const { images, differences, ms } = await client.library.verify({ ...(isRebuild && { rebuild: true }) })
    const isSame = differences.length === 0
    if (isJson) await screen.emit([JSON.stringify({ images, differences })])
    else {
      await screen.say([
        ...differences.map(({ root, path, what }) => `${root}: ${path}: ${what}`),
        `${counted(images, 'image')}: ${isSame ? 'the index is right' : counted(differences.length, 'difference')} (${formatDuration(ms)})`,
      ])
      if (!isSame && !isRebuild)
        screen.note(
          '"gleaner scan" takes in what changed in the folders; "gleaner verify --rebuild" puts a new index in place.',
        )
    }
    return isSame || isRebuild ? 0 : 1
  },
}
