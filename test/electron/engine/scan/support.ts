import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openReader, startIndexThread, type Reader, type StoredRoot } from '../../../../electron/engine/db/index.ts'
import { createIndexer, type Indexer } from '../../../../electron/engine/scan/indexer.ts'
import { createIoPool, type IoPool } from '../../../../electron/engine/scan/pool.ts'
import type { ScanParts } from '../../../../electron/engine/scan/scan.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

/** Writes files below a folder; an object is written as JSON, a path that ends in `/` becomes a folder. */
export function plant(root: string, files: Readonly<Record<string, string | object>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  }
}

export function identityOf(path: string): { dev: string; ino: string } {
  const stat = statSync(path, { bigint: true })
  return { dev: String(stat.dev), ino: String(stat.ino) }
}

type Stage = {
  readonly path: string
  readonly root: StoredRoot
  readonly io: IoPool
  readonly indexer: Indexer
  readonly reader: Reader
  readonly remote: ReturnType<typeof startIndexThread>['remote']
  readonly directory: string
  /** `name → metadata` of every image in the index. */
  contents(): Record<string, unknown>
}

/** A root folder, an index and an indexer, all real and gone when the test ends. */
export async function stage(
  files: Readonly<Record<string, string | object>>,
  options: { strategy?: StoredRoot['strategy']; parts?: Partial<ScanParts>; entry?: URL } = {},
): Promise<Stage> {
  const library = tempFolder()
  const folder = tempFolder()
  const directory = library.path
  plant(folder.path, files)
  const thread = startIndexThread()
  await thread.remote.open({ directory })
  const settings = { name: 'site', strategy: options.strategy ?? 'mergeBucketWins', edits: 'sidecars' } as const
  const state = { isOffline: false, isReadOnly: false, guard: null }
  const place = { id: 'a'.repeat(32), slug: 'site', path: folder.path }
  const root = await thread.remote.putRoot({ ...place, ...settings, ...state })
  const io = createIoPool({ size: 2, directory, ...(options.entry && { entry: options.entry }) })
  const log = { info() {}, warn() {}, error() {} }
  const indexer = createIndexer({
    index: thread.remote,
    io,
    log,
    clock: { now: () => Date.now() },
    known: () => null,
    onSeen: async () => {},
    ...options.parts,
  })
  const reader = openReader({ directory })
  onTestFinished(async () => {
    indexer.close()
    await io.close()
    reader.close()
    await thread.close()
    library[Symbol.dispose]()
    folder[Symbol.dispose]()
  })
  const contents = () =>
    Object.fromEntries(
      reader
        .scan(0, 100_000)
        .map(({ dir, name, metadata }): [string, unknown] => [
          dir === '' ? name : `${dir}/${name}`,
          JSON.parse(metadata),
        ])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  return { path: folder.path, root, io, indexer, reader, remote: thread.remote, directory, contents }
}
