/**
 * The roots of this library: the plain list beside the index says which and where, the index caches what the journals
 * say of their settings. Everything that changes a root goes through here, so the two never part.
 */
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { RootId, RootRow } from '../../../shared/domain/ids.ts'
import type { EditMode } from '../../../shared/domain/root.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import type { IndexApi, StoredRoot } from '../db/index.ts'
import type { Bus } from '../events/bus.ts'
import { EngineError } from '../failure.ts'
import type { Platform } from '../platform.ts'
import { type KnownRoot, loadKnownRoots, saveKnownRoots } from './known-roots.ts'
import { slugFor } from './slug.ts'

export type RootSet = {
  all(): readonly StoredRoot[]
  /** Roots that the index did not know at opening: their journals and folders are to be read from the start. */
  readonly fresh: readonly RootId[]
  get(id: RootId): StoredRoot | undefined
  byRow(row: RootRow): StoredRoot | undefined
  /** By id, name, slug or absolute path; throws ROOT_UNKNOWN with the names there are. */
  find(name: string): StoredRoot
  /** Device and inode numbers of the folder when it was last there. */
  known(id: RootId): KnownRoot | undefined
  /** Adds the root or changes what is stored of it; the slug follows the name. */
  put(root: Omit<StoredRoot, 'row' | 'slug'>): Promise<StoredRoot>
  change(id: RootId, change: Partial<Omit<StoredRoot, 'row' | 'slug' | 'id'>>): Promise<StoredRoot>
  forget(id: RootId): Promise<void>
  /** Reads the roots again after journal records may have changed their settings. */
  refresh(): void
}

export type RootSetParts = {
  readonly directory: string
  readonly index: Remote<IndexApi>
  readonly readRoots: () => readonly StoredRoot[]
  readonly bus: Bus
  readonly platform: Platform
}

export async function createRootSet(parts: RootSetParts): Promise<RootSet> {
  const { directory, index, readRoots, platform } = parts
  let known = loadKnownRoots(directory)
  let roots = readRoots()
  const fresh = known.filter(({ id }) => !roots.some((root) => root.id === id)).map(({ id }) => id)
  const publish = () => {
    roots = readRoots()
    parts.bus.publish({ kind: 'roots', revision: 0 })
  }
  let last: Promise<unknown> = Promise.resolve()
  // Subtle: one change after the other, each upon what the one before left; a root that was forgotten stays so.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const put = async (root: Omit<StoredRoot, 'row' | 'slug'>): Promise<StoredRoot> => {
    const others = roots.filter(({ id }) => id !== root.id).map(({ slug }) => slug)
    const stored = await index.putRoot({ ...root, slug: slugFor(root.name, others) })
    const place = placeOf(root.path) ?? set.known(root.id) ?? { dev: '0', ino: '0' }
    const entry = { id: root.id, path: root.path, dev: place.dev, ino: place.ino }
    if (JSON.stringify(set.known(root.id)) !== JSON.stringify(entry)) {
      known = [...known.filter(({ id }) => id !== root.id), entry]
      saveKnownRoots(directory, known, platform)
    }
    publish()
    return stored
  }
  const set: RootSet = {
    all: () => roots,
    fresh,
    get: (id) => roots.find((root) => root.id === id),
    byRow: (row) => roots.find((root) => root.row === row),
    find: (name) => findRoot(roots, name),
    known: (id) => known.find((root) => root.id === id),
    put: (root) => inTurn(() => put(root)),
    change: (id, change) =>
      inTurn(async () => {
        // Settings may have come from the journals since.
        roots = readRoots()
        const root = set.get(id)
        if (!root) throw new EngineError('ROOT_UNKNOWN', 'This folder is not in the library any more.')
        const { row: _, slug: __, ...rest } = root
        return put({ ...rest, ...change })
      }),
    forget: (id) =>
      inTurn(async () => {
        known = known.filter((root) => root.id !== id)
        saveKnownRoots(directory, known, platform)
        await index.removeRoot({ rootId: id })
        publish()
      }),
    refresh: publish,
  }
  for (const { id, path } of known) if (!set.get(id)) await set.put(newRoot(id, path))
  for (const { id } of roots) if (!set.known(id)) await index.removeRoot({ rootId: id })
  roots = readRoots()
  return set
}

/** Where edits really go: a guarded or read-only root is never written into, whatever its setting. */
export function editModeOf(root: Pick<StoredRoot, 'edits' | 'guard' | 'isReadOnly'>): EditMode {
  return root.guard !== null || root.isReadOnly ? 'beside' : root.edits
}

/** Where this device's journal for the root is: in the folder, or in the library while the folder cannot be written. */
export function journalDirectory(root: Pick<StoredRoot, 'id' | 'path' | 'isReadOnly'>, library: string): string {
  const home = root.isReadOnly ? join(library, 'overlay', root.id) : join(root.path, '.gleaner')
  return join(home, 'journal')
}

/** A root nobody has said anything about yet. */
export function newRoot(id: RootId, path: string): Omit<StoredRoot, 'row' | 'slug'> {
  const name = basename(path) || path
  const settings = { name, strategy: 'mergeBucketWins', edits: 'sidecars' } as const
  return { ...settings, id, path, isOffline: false, isReadOnly: false, guard: null }
}

function findRoot(roots: readonly StoredRoot[], name: string): StoredRoot {
  const exact = roots.filter((root) => [root.id, root.slug, root.name, root.path].includes(name))
  const [found, second] =
    exact.length > 0 ? exact : roots.filter((root) => root.name.toLowerCase() === name.toLowerCase())
  if (found && second) {
    const ids = exact.map(({ slug }) => slug).join(', ')
    throw new EngineError('ROOT_UNKNOWN', `Several folders are named "${name}". Use one of: ${ids}.`)
  }
  if (found) return found
  const names = roots.map((root) => `"${root.name}"`).join(', ')
  const hint = names === '' ? 'The library has no folders yet; add one first.' : `The library has: ${names}.`
  throw new EngineError('ROOT_UNKNOWN', `No folder named "${name}" in the library. ${hint}`)
}

function placeOf(path: string): { dev: string; ino: string } | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && { dev: String(stat.dev), ino: String(stat.ino) }
}
