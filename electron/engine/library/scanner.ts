/**
 * Scans a root as a whole thing: is the folder there and the same one, what do its journals say, what is on the disk.
 * A root that is not there is offline and keeps everything; it is looked for by its id at other mounts.
 */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Indexer } from '../scan/indexer.ts'
import type { IoPool } from '../scan/pool.ts'
import type { ScanSummary } from '../scan/scan.ts'
import type { StoredRoot } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import { findRoot } from './find-root.ts'
import type { Journals } from './journals.ts'
import { isWritable, keepIdentity, readIdentity } from './root-file.ts'
import type { RootSet } from './root-set.ts'
import type { Platform } from '../platform.ts'

export type Scanner = {
  scan(rootId: RootId, options?: { readonly isFull?: boolean }): Promise<ScanSummary | 'offline'>
  /** Looks at the folders a watcher named; 'all' = the whole root. */
  look(rootId: RootId, dirs: readonly RootPath[] | 'all'): Promise<void>
  /** Brings offline, moved and read-only state up to date; false while the root is not there. */
  locate(rootId: RootId): Promise<boolean>
}

export type ScannerParts = {
  readonly directory: string
  readonly roots: RootSet
  readonly journals: Journals
  readonly indexer: Indexer
  readonly io: IoPool
  readonly jobs: Jobs
  readonly platform: Platform
  readonly isLive: boolean
  /** Told how far a scan is: by root. */
  readonly progress: Map<RootId, (done: number, total: number | null) => void>
}

export function createScanner(parts: ScannerParts): Scanner {
  const { roots, journals, indexer, jobs, progress } = parts
  const locate = (rootId: RootId) => locateRoot(parts, rootId)
  const settle = async (rootId: RootId, { guard, identity }: ScanSummary) => {
    const root = roots.get(rootId)
    const known = roots.known(rootId)
    // A drive gets another device number each time it is plugged in; an empty mount point is told by its not being this.
    const isElsewhere = identity !== null && (known?.dev !== identity.dev || known.ino !== identity.ino)
    const isGuardNew = JSON.stringify(root?.guard) !== JSON.stringify(guard)
    if (root && (isGuardNew || isElsewhere)) await roots.change(rootId, { guard })
  }
  return {
    locate,
    async scan(rootId, { isFull = false } = {}) {
      const root = roots.get(rootId)
      if (!root || !(await locate(rootId))) return 'offline'
      const job = jobs.start({ kind: 'scan', title: `Scanning ${root.name}` })
      progress.set(rootId, job.update)
      try {
        await journals.sync(rootId)
        const here = roots.get(rootId) ?? root
        const summary = await indexer.scanRoot(here, { isFull, signal: job.signal })
        // A program that stays open looks again by itself; a command must not end before it knows.
        if (!parts.isLive) await indexer.retried()
        if (summary.isOffline) await roots.change(rootId, { isOffline: true })
        else await settle(rootId, summary)
        return summary.isOffline ? 'offline' : summary
      } catch (error) {
        if (roots.get(rootId)) throw error
        throw new EngineError('ROOT_UNKNOWN', `The folder "${root.name}" was removed while it was being read.`)
      } finally {
        progress.delete(rootId)
        job.end()
      }
    },
    async look(rootId, dirs) {
      const root = roots.get(rootId)
      if (!root || root.isOffline || !(await locate(rootId))) return
      if (dirs === 'all') await this.scan(rootId)
      else await settle(rootId, await indexer.scanFolders(roots.get(rootId) ?? root, dirs))
    },
  }
}

async function locateRoot(parts: ScannerParts, rootId: RootId): Promise<boolean> {
  const { roots } = parts
  const root = roots.get(rootId)
  if (!root) return false
  const path = (await isHere(parts, root)) ? root.path : findRoot(root.id, root.path)
  const state = path === null ? { isOffline: true } : { path, isOffline: false, isReadOnly: !isWritable(path) }
  // Before anything is written there: the journal imitates no folder, it expects `.gleaner`.
  if (path !== null && root.isReadOnly && !state.isReadOnly && !readIdentity(path))
    keepIdentity({ rootPath: path, id: root.id, directory: parts.directory, platform: parts.platform })
  const isSame = Object.entries(state).every(([name, value]) => root[name as keyof typeof state] === value)
  if (!isSame) await roots.change(rootId, state)
  return path !== null
}

/** The folder is there, and it is this root: by its id, or where that was deleted, by being the same folder on the disk. */
async function isHere({ io, roots, platform, directory }: ScannerParts, root: StoredRoot): Promise<boolean> {
  const known = roots.known(root.id) ?? null
  const { isHere, identity } = await io.run('presence', { path: root.path, known })
  if (!isHere || !identity) return false
  try {
    const found = readIdentity(root.path)
    if (found) return found.id === root.id
  } catch {
    return false
  }
  if (root.isReadOnly || known === null) return true
  const isSameFolder = known.dev === identity.dev && known.ino === identity.ino
  if (isSameFolder) keepIdentity({ rootPath: root.path, id: root.id, directory, platform })
  return isSameFolder
}
