/** A folder into a new library, and looking at it again. */
import { openHost } from '../../../electron/hosts/node.ts'

/** From opening a new library to the answer of the first count, ms. */
export async function ingest({ library, folder, images }: { library: string; folder: string; images: number }) {
  const start = performance.now()
  const host = await openHost({ directory: library, isLive: false, isServing: false })
  const opened = performance.now()
  await host.client.library.add({ path: folder })
  const added = performance.now()
  const { count } = await host.client.query.count({ text: '' })
  const end = performance.now()
  await host.close()
  if (count !== images) throw new Error(`${images} images were to be read, ${count} are there.`)
  return { ms: end - start, openMs: opened - start, addMs: added - opened, countMs: end - added }
}

/** One look at folders in which nothing has changed, in a library that is open already, ms. */
export async function rescan({ library }: { library: string }) {
  const host = await openHost({ directory: library, isLive: false, isServing: false })
  const start = performance.now()
  const { added, changed, removed, offline } = await host.client.library.scan({})
  const ms = performance.now() - start
  await host.close()
  if (offline.length > 0) throw new Error('The folder was not looked at.')
  if (added + changed + removed > 0) throw new Error('Nothing was to be found, but something had changed.')
  return { ms }
}
