/**
 * A working engine that is there to be killed: edits random images without end and prints a line for each edit it was
 * told is saved. Arguments: library folder, root folder, first number. Values only grow, so the newest is the largest.
 */
import { openHost } from '../../electron/hosts/node.ts'

const [directory = '', root = '', first = '0'] = process.argv.slice(2)
const KEYS = ['note', 'capture.temp', 'count', 'deep.er.key']

const { client } = await openHost({ directory, isLive: true, isServing: false })
await client.library.add({ path: root })
const { resultId, total } = await client.query.open({ text: '' })
const { images } = await client.query.page({ resultId, offset: 0, limit: total })
process.stdout.write('ready\n')

for (let n = Number(first); ; n += 1) {
  const isBulk = n % 7 === 0
  const image = images[(n * 31) % images.length]
  if (!image) throw new Error('The root has no images.')
  const key = KEYS[n % KEYS.length] ?? 'note'
  const target = isBulk ? { query: '' } : { images: [image.id] }
  const tag = n % 5 === 0 ? [{ kind: 'tag' as const, tag: `t${n}` }] : []
  const requests = [{ kind: 'set' as const, key, value: String(n) }, ...tag]
  const { failed } = await client.edits.apply({ target, requests, key: `edit-${first}-${n}` })
  if (failed.length > 0) throw new Error(JSON.stringify(failed))
  for (const { path } of isBulk ? images : [image]) {
    process.stdout.write(`${JSON.stringify({ path, key, value: n, ...(tag.length > 0 && { tag: `t${n}` }) })}\n`)
  }
}
