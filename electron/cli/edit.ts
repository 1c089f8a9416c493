/** Runs the changes of `set`, `unset` and `tag`: a dry run, or one batch, and prints what came of it. */
import { randomUUID } from 'node:crypto'
import type { Client, Target } from '../../shared/contract/index.ts'
import { parseValues } from '../../shared/domain/layer.ts'
import type { Context } from './command.ts'
import { aboutText } from './failure.ts'
import { formatValue } from './metadata-text.ts'
import { counted, formatCount } from './table.ts'
import type { EditTarget } from './target.ts'

type Requests = Parameters<Client['edits']['apply']>[0]['requests']
type Summary = Awaited<ReturnType<Client['edits']['apply']>>
type Preview = Awaited<ReturnType<Client['edits']['preview']>>
type Sample = Preview['samples'][number]

const MOST_SAMPLES = 1_000_000

/** Applies or previews; answers 3 if something of it could not be done, 1 if nothing could. */
export async function runEdit(context: Context, edit: { target: EditTarget; requests: Requests }): Promise<number> {
  const { args, base, connect } = context
  const client = await connect('working')
  const target = await edit.target.resolve(client, base)
  const input = { target, requests: edit.requests }
  const isDry = args.has('dry-run')
  const call = isDry ? dryRun(context, client, input) : apply(context, client, input)
  return aboutText(edit.target.query ?? '', call)
}

type Input = { readonly target: Target; readonly requests: Requests }

async function apply(context: Context, client: Client, input: Input): Promise<number> {
  const { isJson, screen } = context
  context.ifInterrupted('Interrupted. The edit may have been made: look with "gleaner show" before you repeat it.')
  const summary = await client.edits.apply({ ...input, wait: true, key: randomUUID() })
  const { batch, images, changed, unchanged, failed, unwritten } = summary
  if (isJson) await screen.emit([JSON.stringify({ batch, images, changed, unchanged, failed, unwritten })])
  else {
    await screen.say([sentence(summary, 'changed')])
    for (const each of failed) screen.complain(`Not changed: ${failureLine(each)}`)
    for (const each of unwritten) screen.complain(`Saved, but not in the file yet: ${failureLine(each)}`)
  }
  if (failed.length === 0) return unwritten.length === 0 ? 0 : 3
  return changed + unchanged === 0 ? 1 : 3
}

async function dryRun({ isJson, screen }: Context, client: Client, input: Input): Promise<number> {
  const preview = await client.edits.preview({ ...input, limit: MOST_SAMPLES })
  const { samples, failed, changed, unchanged } = preview
  if (isJson) await screen.emit(samples.map(sampleToJson))
  else await screen.say(samples.map(sampleToText))
  if (isJson) await screen.emit(failed.map(({ path, root, reason }) => JSON.stringify({ path, root, error: reason })))
  else for (const each of failed) screen.complain(`Cannot be changed: ${failureLine(each)}`)
  screen.note(`${sentence(preview, 'would change')} Nothing was changed: this was a dry run.`)
  if (failed.length === 0) return 0
  return changed + unchanged === 0 ? 1 : 3
}

/** Something that is no image of the library has no folder. */
function failureLine({ root, path, reason }: Summary['failed'][number]): string {
  return [root, path, reason].filter((part) => part !== '').join(': ')
}

type Counts = Pick<Summary, 'images' | 'changed' | 'unchanged' | 'failed'>

function sentence({ images, changed, unchanged, failed }: Counts, verb: 'changed' | 'would change'): string {
  if (images === 0) return 'No image matches.'
  const parts = [
    `${formatCount(changed)} of ${counted(images, 'image')} ${verb}`,
    ...(unchanged > 0 ? [`${formatCount(unchanged)} needed no change`] : []),
    ...(failed.length > 0 ? [`${formatCount(failed.length)} ${verb === 'changed' ? 'failed' : 'would fail'}`] : []),
  ]
  return `${parts.join(', ')}.`
}

/** `before` and `after` are JSON texts and are put in as they are. */
function sampleToJson({ path, root, before, after }: Sample): string {
  return `{"path":${JSON.stringify(path)},"root":${JSON.stringify(root)},"before":${before},"after":${after}}`
}

function sampleToText({ path, before, after }: Sample): string {
  return `${path}: ${formatState(before)} → ${formatState(after)}`
}

function formatState(text: string): string {
  const entries = [...parseValues(text)]
  return entries.length === 0 ? '(nothing)' : entries.map(([key, value]) => `${key}=${formatValue(value)}`).join(' ')
}
