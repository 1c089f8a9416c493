/** The library section: status, roots, scans, measuring, verifying. */
import type { RootView } from '../../../shared/contract/index.ts'
import type { RootId } from '../../../shared/domain/ids.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import type { IndexApi, Reader, RootCounts, StoredRoot } from '../db/index.ts'
import { addRoot, type AddingParts, changeSettings } from '../library/adding.ts'
import { editModeOf } from '../library/root-set.ts'
import type { Services } from '../services.ts'

export type LibraryParts = AddingParts & {
  readonly version: string
  readonly setAside: string | null
  readonly index: Remote<IndexApi>
  readonly reader: () => Reader
  readonly ready: () => Promise<void>
  /** Counted in an I/O thread: it takes time that grows with the library. */
  readonly count: (rootIds: readonly RootId[]) => Promise<readonly RootCounts[]>
  /** A program that stays open measures by itself; a command is asked to (`measure`). */
  readonly onScanned: () => void
  /** Images measured since the engine started. */
  readonly measured: () => number
  readonly measureAll: () => Promise<void>
  /** Tries to write what is not in the files yet. */
  readonly writeBack: () => Promise<void>
  readonly verify: Services['library']['verify']
  /** Called when a root was added, forgotten, or moved. */
  readonly onRootsChanged: () => void
  readonly forget: (rootId: RootId) => void
}

export function createLibrarySection(parts: LibraryParts): Services['library'] {
  return {
    status: () => status(parts),
    async roots() {
      await parts.ready()
      const roots = parts.roots.all()
      const counts = await parts.count(roots.map(({ id }) => id))
      return roots.map((root, n) => toRootView(root, counts[n]))
    },
    add: (input) => add(parts, input),
    async remove({ root: name }) {
      await parts.ready()
      const root = await viewOf(parts, parts.roots.find(name).id)
      parts.forget(root.id)
      await parts.roots.forget(root.id)
      parts.onRootsChanged()
      return { root, images: root.images }
    },
    async set({ root: name, ...settings }) {
      await parts.ready()
      const root = parts.roots.find(name)
      await changeSettings(root, withoutUndefined(settings), parts.journals)
      await parts.writeBack()
      return viewOf(parts, root.id)
    },
    scan: (input) => scan(parts, input),
    async measure() {
      await parts.ready()
      const [start, before] = [parts.platform.clock.now(), parts.measured()]
      await parts.measureAll()
      return { measured: parts.measured() - before, ms: parts.platform.clock.now() - start }
    },
    verify: parts.verify,
  }
}

async function status(parts: LibraryParts) {
  await parts.ready()
  const { directory, version, setAside } = parts
  const counts = await parts.count(parts.roots.all().map(({ id }) => id))
  const total = (name: 'images' | 'unmeasured' | 'unwritten') => counts.reduce((sum, count) => sum + count[name], 0)
  const [images, unmeasured, unwritten] = [total('images'), total('unmeasured'), total('unwritten')]
  return { version, directory, setAside, revision: parts.reader().revision(), images, unmeasured, unwritten }
}

async function add(parts: LibraryParts, { path, as, ...settings }: Parameters<Services['library']['add']>[0]) {
  await parts.ready()
  const { root, summary } = await addRoot(parts, { path, ...(as && { as }), ...withoutUndefined(settings) })
  await parts.writeBack()
  parts.onScanned()
  parts.onRootsChanged()
  const [counts] = await parts.count([root.id])
  const { images = 0, sidecars = 0, problems = 0 } = counts ?? {}
  return { root: toRootView(root, counts), images, sidecars, problems, ms: summary.ms }
}

async function scan(parts: LibraryParts, { roots: names, full }: Parameters<Services['library']['scan']>[0]) {
  await parts.ready()
  const start = parts.platform.clock.now()
  const total = { added: 0, changed: 0, removed: 0, offline: [] as string[] }
  const chosen = names ? names.map((name) => parts.roots.find(name)) : parts.roots.all()
  for (const root of chosen) {
    const summary = await parts.scanner.scan(root.id, { isFull: full ?? false })
    if (summary === 'offline') total.offline.push(root.name)
    else {
      total.added += summary.added
      total.changed += summary.changed
      total.removed += summary.removed
    }
  }
  const ms = parts.platform.clock.now() - start
  await parts.writeBack()
  parts.onScanned()
  const counts = await parts.count(chosen.map(({ id }) => id))
  const problems = counts.reduce((sum, count) => sum + count.problems, 0)
  return { ...total, problems, ms }
}

async function viewOf({ roots, count }: LibraryParts, rootId: RootId): Promise<RootView> {
  const root = roots.find(rootId)
  const [counts] = await count([rootId])
  return toRootView(root, counts)
}

function toRootView(root: StoredRoot, counts: RootCounts | undefined): RootView {
  const { row: _, guard, ...rest } = root
  return { ...rest, edits: editModeOf(root), guard: guard && { ...guard }, images: counts?.images ?? 0 }
}

function withoutUndefined<T extends object>(settings: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as never
}
