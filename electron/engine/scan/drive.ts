/**
 * Keeps the I/O threads busy with the folders of one root until there are none left, and saves what they read.
 *
 * Folders wait here and not in the threads, so that a scan can stop, pause for a hint, or go on after a kill: a folder
 * is done when its digest is saved.
 */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import { packFolders } from '../db/index.ts'
import type { FolderReport } from './folder.ts'
import type { FoundGuard } from './guard.ts'
import type { FolderIdentity } from './identity.ts'
import { THREAD_DIED, type IoPool } from './pool.ts'
import type { FoldersRead, LargeFolder } from './read-folders.ts'
import type { Saver, Tally } from './saver.ts'
import { reasonOf } from './words.ts'

export type Drive = {
  readonly io: IoPool
  readonly saver: Saver
  readonly root: { readonly id: RootId; readonly path: string }
  readonly identity: FolderIdentity
  readonly dirs: readonly RootPath[]
  readonly recurse: 'all' | 'new'
  readonly isFull: boolean
  readonly attempt: number
  /** Tasks in flight. */
  readonly width: number
  readonly signal?: AbortSignal
  readonly tally: Tally
  /** Large folders under way; shared by all drives of a root. */
  readonly busy: Set<RootPath>
  /** Wraps each task (gate.ts). */
  enter<T>(work: () => Promise<T>): Promise<T>
  onReport(report: FolderReport): void
  /** Half-written sidecars were found in a large folder. */
  onHeld(dir: RootPath): void
  /** Images of a large folder read, and problems found in what was read. */
  onRead(images: number, problems: number): void
  onGuards(guards: readonly FoundGuard[]): void
}

/** Time a thread walks before it hands back the rest. */
const BUDGET_MS = 50
/** Images after which it does: few at first, so that something is on the screen at once. */
const FIRST_IMAGES = 100
const TASK_IMAGES = 2000
const TASK_FOLDERS = 256

/** Resolves when every folder is read and saved, or the signal stops it; rejects with what a thread or the index threw. */
export async function drive(parts: Drive): Promise<void> {
  const { saver, tally, root, attempt, onReport } = parts
  const queue = [...parts.dirs]
  const pieces: Task[] = []
  const saving: Promise<void>[] = []
  const started = new Set<RootPath>()
  let isFirst = true

  try {
    await runTasks(parts.width, parts.enter, nextTask)
    await Promise.all(saving)
  } finally {
    for (const dir of started) parts.busy.delete(dir)
    await Promise.allSettled(saving)
  }

  async function nextTask(): Promise<Task | null> {
    await saver.room()
    if (parts.signal?.aborted) return null
    return pieces.shift() ?? (queue.length > 0 ? foldersTask(takeDirs()) : null)
  }

  function takeDirs(): RootPath[] {
    return queue.splice(0, Math.min(Math.ceil(queue.length / (2 * parts.width)), TASK_FOLDERS))
  }

  function foldersTask(dirs: readonly RootPath[], isAlone = false): Task {
    const maxImages = isFirst ? FIRST_IMAGES : TASK_IMAGES
    isFirst = false
    const { recurse, isFull, identity } = parts
    const how = { recurse, isFull, attempt, identity, budgetMs: isAlone ? 0 : BUDGET_MS, maxImages }
    return async () => {
      try {
        takeFolders(await parts.io.run('readFolders', { rootId: root.id, rootPath: root.path, dirs, ...how }))
      } catch (error) {
        if (parts.io.isClosed() || !isOfOneFolder(error)) throw error
        // One folder that brings a thread down must not take the others with it.
        if (isAlone) onReport(brokenReport(dirs[0]!, error))
        else pieces.push(...dirs.map((dir) => foldersTask([dir], true)))
      }
    }
  }

  function takeFolders({ reports, packed, images, problems, large, left }: FoldersRead): void {
    for (const dir of left) queue.push(dir)
    for (const report of reports) onReport(report)
    parts.onRead(0, problems)
    if (packed) save(packed, images)
    for (const entry of large) {
      started.add(entry.folder.dir)
      for (const task of piecesOf(parts, entry, save)) pieces.push(task)
    }
  }

  function save(packed: Uint8Array, images: number): void {
    const saved = saver.add(packed, images, tally)
    saved.catch(() => {}) // awaited below; a rejection before that is not unhandled
    saving.push(saved)
  }
}

/** The folder itself is saved after its last piece: until then its digest says that it is not done. */
function piecesOf(parts: Drive, { folder, pieces }: LargeFolder, save: Save): Task[] {
  const { root, attempt, identity } = parts
  let left = pieces.length
  let held = 0
  parts.busy.add(folder.dir)
  return pieces.map((piece) => async () => {
    const read = await parts.io.run('readPiece', { rootPath: root.path, identity, folder, attempt, piece })
    left -= 1
    held += read.held
    save(read.packed, read.images)
    parts.onRead(read.images, read.problems)
    parts.onGuards(read.guards)
    if (left > 0) return
    save(packFolders([held > 0 ? { ...folder, digest: '' } : folder]), 0)
    parts.onRead(0, folder.problems.length)
    parts.busy.delete(folder.dir)
    if (held > 0) parts.onHeld(folder.dir)
  })
}

type Task = () => Promise<void>
type Save = (packed: Uint8Array, images: number) => void

/** Runs tasks, at most `width` at once, until there is none left and none running; stops at the first that rejects. */
async function runTasks(width: number, enter: Drive['enter'], next: () => Promise<Task | null>): Promise<void> {
  const running = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  for (;;) {
    const task = failure === undefined && running.size < width ? await next() : null
    if (task) {
      const done: Promise<void> = enter(task)
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => running.delete(done))
      running.add(done)
    } else if (running.size > 0) await Promise.race(running)
    else break
  }
  if (failure) throw failure.error
}

/** False for a root that is gone, and for errors of our own: those are not a folder's fault. */
function isOfOneFolder(error: unknown): boolean {
  const { code = '' } = error as { code?: string }
  return code === THREAD_DIED || /^E(?!NOENT$)[A-Z]+$/.test(code)
}

function brokenReport(dir: RootPath, error: unknown): FolderReport {
  const nothing = { images: 0, pending: 0, folders: [], closed: [], guards: [], againMs: null, isHeld: false }
  return { dir, state: 'unreadable', ...nothing, reason: reasonOf(error, 'folder') }
}
