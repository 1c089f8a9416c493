/** The sections of the contract over the parts of an open library. */
import { readFileSync } from 'node:fs'
import type { ImageRow } from '../../shared/domain/ids.ts'
import { verifyIndex } from './library/verify.ts'
import type { Parts } from './parts.ts'
import type { Services } from './services.ts'
import { createEditSection } from './sections/edits.ts'
import { createImageSection } from './sections/images.ts'
import { createLibrarySection } from './sections/library.ts'
import { createQuerySection } from './sections/query.ts'
import { createSchemaSection } from './sections/schema.ts'

const PACKAGE = new URL('../../package.json', import.meta.url)

export function buildServices(parts: Parts): Services {
  const { ready, roots, queue, jobs, bus, platform } = parts
  const reader = () => parts.reader
  const query = async () => {
    await ready()
    const remote = await parts.queryThread.remote()
    await remote.reached({ revision: parts.reader.revision() })
    return remote
  }
  const shared = { ready, reader, query, roots: roots.all, findRoot: roots.find, clock: platform.clock }
  return {
    jobs,
    bus,
    thumbs: parts.thumbnails.get,
    query: createQuerySection(shared),
    schema: createSchemaSection(shared),
    images: createImageSection({
      ...shared,
      device: parts.device,
      unwrittenReason: (rootId, path) =>
        queue.reasons().find((item) => item.rootId === rootId && item.path === path)?.reason ?? null,
    }),
    edits: createEditSection({
      ...shared,
      edits: parts.edits,
      writeBack: queue.drain,
      unwritten: (rows) => unwrittenOf(parts, rows),
    }),
    library: createLibrarySection({
      ...parts,
      reader,
      version: readVersion(),
      setAside: parts.opened.setAside,
      count: (rootIds) => parts.io.run('counts', { rootIds }),
      writeBack: queue.drain,
      verify: (input) => verify(parts, input),
      onScanned: () => parts.isLive && parts.measurer.wake(),
      onRootsChanged: parts.keeper.refresh,
      forget: parts.indexer.forget,
    }),
  }
}

function unwrittenOf({ queue, roots }: Parts, rows: readonly ImageRow[]) {
  const wanted = new Set(rows)
  const found = queue.reasons().filter(({ row }) => wanted.has(row))
  return found.map(({ rootId, path, reason }) => ({ path, reason, root: roots.get(rootId)?.name ?? '' }))
}

async function verify(parts: Parts, { rebuild = false }: Parameters<Services['library']['verify']>[0]) {
  const { ready, roots, reader, directory, platform, jobs } = parts
  await ready()
  const start = platform.clock.now()
  const job = jobs.start({ kind: 'verify', title: 'Comparing the index with the folders' })
  try {
    const here = roots.all().filter(({ isOffline }) => !isOffline)
    const found = await verifyIndex({
      directory,
      roots: here,
      reader,
      platform,
      onProgress: job.update,
      signal: job.signal,
    })
    const wrong = new Set(found.differences.map(({ root }) => root))
    if (rebuild) for (const root of here) if (wrong.has(root.name)) await makeAnew(parts, root.id)
    return { ...found, ms: platform.clock.now() - start }
  } finally {
    job.end()
  }
}

/** Drops everything the index has of a root and reads it again from the journals and the folder. */
async function makeAnew({ roots, index, journals, scanner }: Parts, rootId: string): Promise<void> {
  const { row: _, slug: __, ...root } = roots.find(rootId)
  await index.removeRoot({ rootId })
  await roots.put(root)
  journals.restart()
  await scanner.scan(rootId)
}

function readVersion(): string {
  return (JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }).version
}
