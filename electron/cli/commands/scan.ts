import type { Command } from '../command.ts'
import { measure } from '../measure.ts'
import { readRoots } from '../place.ts'
import { counted, formatCount, formatDuration } from '../table.ts'

export const scan: Command = {
  name: 'scan',
  usage: ['scan [ROOT…] [--full]'],
  summary: 'bring the index up to date with the folders',
  details: [
    'Without ROOT all folders are looked at. Other commands do not look at the folders again by themselves. A folder that is not reachable is left as it is, and the exit code is 3.',
    'Afterwards dimensions and EXIF of new images are read; stopping that loses nothing.',
  ],
  examples: ['scan', 'scan captures --full'],
  options: [{ name: 'full', help: 'read every sidecar again, also where time and size say that nothing changed' }],
  takes: { min: 0, max: Infinity },
  canRunAgain: true,

  async run(context) {
    const { args, screen } = context
    const client = await context.connect('working')
    const roots = await readRoots(client, args.words, context.base)
    const done = await client.library.scan({
      ...(roots.length > 0 && { roots }),
      ...(args.has('full') && { full: true }),
    })
    const { added, changed, removed, problems, offline, ms } = done
    if (context.isJson) await screen.emit([JSON.stringify({ added, changed, removed, problems, offline, ms })])
    else {
      const counts = [
        `${formatCount(added)} added`,
        `${formatCount(changed)} changed`,
        `${formatCount(removed)} removed`,
      ]
      await screen.say([`${counts.join(', ')}, ${counted(problems, 'problem')} (${formatDuration(ms)})`])
      for (const name of offline) screen.complain(`${name} is not reachable now and was left as it is.`)
    }
    await measure(context, client)
    return offline.length > 0 ? 3 : 0
  },
}
