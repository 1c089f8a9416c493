import { resolve } from 'node:path'
import type { Client } from '../../../shared/contract/index.ts'
import { EDIT_MODES, STRATEGIES } from '../../../shared/domain/root.ts'
import { readChoice, type Arguments } from '../args.ts'
import type { Command, Context } from '../command.ts'
import { exitCodeOfFailure, failureToJson, failureToLines, toFailure, usageError, type Failure } from '../failure.ts'
import { measure } from '../measure.ts'
import { counted, formatDuration } from '../table.ts'

type Added = Awaited<ReturnType<Client['library']['add']>>

/** The options that set what about a root can change; `set-root` has them too. */
export const ROOT_OPTIONS = [
  { name: 'name', value: 'N', help: 'the name it has in queries and lists' },
  { name: 'strategy', value: 'S', help: `what wins when a sidecar changes after an edit: ${STRATEGIES.join(', ')}` },
  { name: 'edits', value: 'M', help: 'where edits are kept: sidecars (in the JSON files) or beside (in .gleaner)' },
] as const

/** Settings of a root as given by options; only those that are given. */
export function readSettings(args: Arguments) {
  const name = args.value('name')
  const strategy = readChoice(args, 'strategy', STRATEGIES)
  const edits = readChoice(args, 'edits', EDIT_MODES)
  return { ...(name !== undefined && { name }), ...(strategy && { strategy }), ...(edits && { edits }) }
}

export const add: Command = {
  name: 'add',
  usage: ['add DIR… [--name N] [--strategy S] [--edits sidecars|beside] [--as same|copy]'],
  summary: 'watch folders from now on and read them',
  details: [
    'Settings that are in the folder already win over the defaults (mergeBucketWins; edits in the sidecars, or beside for a folder with annotations or one that cannot be written); options win over both.',
    'Afterwards dimensions and EXIF are read; stopping that loses nothing.',
  ],
  examples: ['add ~/captures', 'add /media/ssd/2026-05-03 --name "May 3" --edits beside'],
  options: [
    ...ROOT_OPTIONS,
    { name: 'as', value: 'same|copy', help: 'if the folder is known at another place: it was moved, or it is a copy' },
  ],
  takes: { min: 1, max: Infinity },
  canRunAgain: true,

  async run(context) {
    const { args } = context
    const settings = readAddSettings(args)
    const client = await context.connect('working')
    const failures: Failure[] = []
    for (const word of args.words) {
      try {
        await report(context, await client.library.add({ path: resolve(context.base, word), ...settings }))
      } catch (error) {
        const failure = toFailure(error)
        if (failure.code === 'OUTCOME_UNKNOWN' || args.words.length === 1) throw error
        failures.push(failure)
        await reportFailure(context, word, failure)
      }
    }
    const [first] = failures
    if (first && failures.length === args.words.length) return exitCodeOfFailure(first)
    await measure(context, client)
    return first ? 3 : 0
  },
}

function readAddSettings(args: Arguments) {
  const settings = readSettings(args)
  const as = readChoice(args, 'as', ['same', 'copy'])
  if (args.words.includes('')) throw usageError('The name of the folder is empty.')
  if (settings.name !== undefined && args.words.length > 1)
    throw usageError('--name fits one folder; add one at a time.')
  return { ...settings, ...(as && { as }) }
}

async function reportFailure({ isJson, screen }: Context, word: string, failure: Failure): Promise<void> {
  if (isJson) return screen.emit([failureToJson(failure)])
  for (const line of [`${word} was not added.`, ...failureToLines(failure)]) screen.complain(line)
}

async function report({ isJson, screen }: Context, { root, images, sidecars, problems, ms }: Added): Promise<void> {
  if (isJson) {
    const { id, name, path, strategy, edits } = root
    return screen.emit([JSON.stringify({ root: { id, name, path, strategy, edits }, images, sidecars, problems, ms })])
  }
  await screen.say([
    `${root.name}: ${counted(images, 'image')}, ${counted(sidecars, 'sidecar')}, ${counted(problems, 'problem')} (${formatDuration(ms)})`,
  ])
  if (root.guard) {
    screen.note(
      `${root.guard.file} looks like annotations (${root.guard.format}): files in this folder are never written.`,
    )
  } else if (root.isReadOnly) screen.note('This folder cannot be written: edits are kept in the library.')
  if (problems > 0) screen.note('"gleaner problems" lists the problems.')
}
