/**
 * Follows a query until interrupted. After each change of the index the query is asked again and compared with the
 * last answer, so the lines are right whatever happened in between; intermediate states may be left out.
 */
import { hash } from 'node:crypto'
import type { Client, ImageView, RootView } from '../../../shared/contract/index.ts'
import type { Command, Context } from '../command.ts'
import { aboutText, toFailure } from '../failure.ts'
import { tellWarnings } from '../warnings.ts'
import { pages } from './query.ts'

const MOST_IMAGES = 100_000

export const watch: Command = {
  name: 'watch',
  usage: ["watch ['Q']"],
  summary: 'watch the folders and print every change until interrupted',
  details: [
    'One JSON object a line: "ready" with the number of images, "index" after every change, and, as long as at most 100,000 images match, an "image" line for each that was added, changed or removed; "root" lines when a folder comes, goes or changes. Ctrl-C ends it with exit code 130.',
  ],
  examples: ['watch', "watch 'is:untagged'"],
  options: [],
  takes: { min: 0, max: 1 },

  async run(context) {
    const [text = '*'] = context.args.words
    const view: View = { text, images: undefined, roots: undefined, revision: undefined }
    context.ifInterrupted('')
    while (!context.signal.aborted) {
      try {
        await follow(context, view)
      } catch (error) {
        // The owner of the library may end at any time; then we own it next, and go on from what was printed.
        const { code } = toFailure(error)
        if (view.revision === undefined || (code !== 'OUTCOME_UNKNOWN' && code !== 'CANCELLED')) throw error
      }
    }
    return 130
  },
}

/** Prints what differs from the view, and every change from then on, until the connection or the command ends. */
async function follow(context: Context, view: View): Promise<void> {
  const { screen, signal } = context
  const { text } = view
  const client = await context.connect('live')
  const events = await client.events.watch(undefined, { signal })
  // Subtle: asked for before the first answer is read, so that a change in between is not missed.
  let next = events.next()
  next.catch(() => {})
  if (view.revision === undefined) {
    await tellWarnings(client, screen, text, await aboutText(text, client.query.count({ text })))
  }
  await printChanges(context, client, view)
  for (;;) {
    const { done, value: event } = await next
    if (done === true) return
    next = events.next()
    next.catch(() => {})
    if (event.kind === 'index' || event.kind === 'roots') await printChanges(context, client, view)
    else if (event.kind === 'notice') screen.note(event.text)
  }
}

type Known = { readonly path: string; readonly root: string; readonly print: string }
type View = {
  readonly text: string
  /** What was printed last; undefined while the result is too large. */
  images: Map<string, Known> | undefined
  roots: readonly RootView[] | undefined
  revision: number | undefined
}

async function printChanges({ screen }: Context, client: Client, view: View): Promise<void> {
  const roots = await client.library.roots()
  if (view.roots) await screen.emit(rootLines(view.roots, roots))
  view.roots = roots
  const { resultId, total, revision } = await aboutText(view.text, client.query.open({ text: view.text }))
  const isReady = view.revision !== undefined
  if (view.revision === revision) {
    await client.query.close({ resultId })
    return
  }
  view.revision = revision
  await screen.emit([JSON.stringify({ kind: isReady ? 'index' : 'ready', revision, count: total })])
  const before = view.images
  view.images = total <= MOST_IMAGES ? await readAll(client, view.text, { resultId, offset: 0, end: total }) : undefined
  if (view.images === undefined) await client.query.close({ resultId })
  else if (before && isReady) await screen.emit(imageLines(before, view.images))
}

async function readAll(client: Client, text: string, slice: { resultId: number; offset: number; end: number }) {
  const known = new Map<string, Known>()
  for await (const page of pages(client, { text }, slice)) {
    for (const image of page) known.set(image.id, { path: image.path, root: image.root, print: printOf(image) })
  }
  return known
}

/** A short stand-in for everything an image holds, so that a hundred thousand of them fit. */
function printOf(image: ImageView): string {
  return hash('sha1', JSON.stringify(image), 'base64')
}

function imageLines(before: ReadonlyMap<string, Known>, after: ReadonlyMap<string, Known>): string[] {
  const lines: string[] = []
  const add = (change: string, id: string, { path, root }: Known) =>
    lines.push(JSON.stringify({ kind: 'image', change, id, path, root }))
  for (const [id, known] of before) if (!after.has(id)) add('removed', id, known)
  for (const [id, known] of after) {
    const earlier = before.get(id)
    if (!earlier) add('added', id, known)
    else if (earlier.print !== known.print) add('changed', id, known)
  }
  return lines
}

function rootLines(before: readonly RootView[], after: readonly RootView[]): string[] {
  const line = (change: string, { id, name, path }: RootView) =>
    JSON.stringify({ kind: 'root', change, id, name, path })
  const gone = before.filter(({ id }) => after.every((root) => root.id !== id)).map((root) => line('removed', root))
  const others = after.flatMap((root) => {
    const earlier = before.find(({ id }) => id === root.id)
    if (!earlier) return [line('added', root)]
    if (earlier.isOffline !== root.isOffline) return [line(root.isOffline ? 'offline' : 'online', root)]
    const isSame = JSON.stringify({ ...earlier, images: 0 }) === JSON.stringify({ ...root, images: 0 })
    return isSame ? [] : [line('changed', root)]
  })
  return [...gone, ...others]
}
