/**
 * Watches a root with one `fs.watch` per folder: light and quick to start for very many files.
 *
 * A folder is listed right after its watch is set, because what came before the watch is told by nobody. Work is done
 * in short slices: a watcher whose loop is blocked loses events for good.
 */
import { lstatSync, readdirSync, watch, type BigIntStats, type FSWatcher } from 'node:fs'
import { basename, join } from 'node:path'
import type { RootPath } from '../../../shared/domain/ids.ts'
import { parentOf } from './findings.ts'
import { isIgnoredFolder, kindOfName } from './names.ts'
import { below } from './walk.ts'
import type { WatchSink } from './watch-protocol.ts'

type Folder = { readonly watcher: FSWatcher; readonly ino: bigint; readonly children: Set<RootPath> }

type State = {
  readonly rootReal: string
  readonly sink: WatchSink
  readonly folders: Map<RootPath, Folder>
  /** Folders to be watched; `isNew` = they have appeared since. */
  queue: { readonly dir: RootPath; readonly isNew: boolean }[]
  isReady: boolean
  isClosed: boolean
  isWorking: boolean
}

const SLICE_MS = 8
/** The system allows no more watches: trying the other folders is of no use. */
const FULL = new Set(['ENOSPC', 'EMFILE', 'ENFILE'])
/** Folders that went away while they were opened, and those nobody may read: others tell of them, or the scan does. */
const EXPECTED = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'])

export function watchFolders(rootReal: string, sink: WatchSink): { close(): void } {
  const flags = { isReady: false, isClosed: false, isWorking: false }
  const state: State = { rootReal, sink, folders: new Map(), queue: [{ dir: '', isNew: false }], ...flags }
  work(state)
  return {
    close() {
      state.isClosed = true
      for (const { watcher } of state.folders.values()) watcher.close()
      state.folders.clear()
    },
  }
}

function work(state: State): void {
  if (state.isWorking) return
  state.isWorking = true
  setImmediate(() => slice(state))
}

function slice(state: State): void {
  const endAt = performance.now() + SLICE_MS
  let next = 0
  while (!state.isClosed && next < state.queue.length && performance.now() < endAt) {
    const { dir, isNew } = state.queue[next++]!
    open(state, dir, isNew)
  }
  state.queue = state.queue.slice(next)
  state.isWorking = false
  if (state.isClosed) return
  if (state.queue.length > 0) return work(state)
  if (!state.isReady) state.sink.ready()
  state.isReady = true
}

function open(state: State, dir: RootPath, isNew: boolean): void {
  const path = join(state.rootReal, dir)
  // A folder above that is not watched (any more) lists this one when it is.
  const parent = state.folders.get(parentOf(dir))
  if (dir !== '' && !parent) return
  const stat = statOf(path)
  if (!stat?.isDirectory() || state.folders.get(dir)?.ino === stat.ino) return
  forget(state, dir)
  try {
    state.folders.set(dir, { watcher: startWatch(state, dir, path), ino: stat.ino, children: new Set() })
    if (dir !== '') parent?.children.add(dir)
    if (isNew) state.sink.event({ kind: 'new', dir })
    for (const name of subfolders(path)) state.queue.push({ dir: below(dir, name), isNew })
  } catch (error) {
    fail(state, dir, error as Error)
  }
}

function startWatch(state: State, dir: RootPath, path: string): FSWatcher {
  const watcher = watch(path)
  watcher.on('change', (type, name) => see(state, dir, type, name === null ? null : String(name)))
  watcher.on('error', (error) => fail(state, dir, error))
  return watcher
}

function subfolders(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory() && !isIgnoredFolder(entry.name)).map(({ name }) => name)
}

function see(state: State, dir: RootPath, type: string, name: string | null): void {
  const { sink, rootReal, folders } = state
  if (state.isClosed) return
  if (name === null) return sink.event({ kind: 'in', dir })
  if (type === 'change') {
    if (kindOfName(name) !== 'other') sink.event({ kind: 'in', dir })
    return
  }
  const child = below(dir, name)
  const stat = statOf(join(rootReal, child))
  if (stat === undefined && name === basename(join(rootReal, dir))) return lose(state, dir)
  if (isIgnoredFolder(name)) return
  if (stat?.isDirectory()) {
    state.queue.push({ dir: child, isNew: true })
    work(state)
  } else if (folders.has(child)) lose(state, child)
  else if (kindOfName(name) !== 'other') sink.event({ kind: 'in', dir })
}

/**
 * A folder was removed or moved: its watch tells the folder's own name. One of the same name may be there already,
 * even with the same inode number, so it is watched anew if there is.
 */
function lose(state: State, dir: RootPath): void {
  if (dir === '') return state.sink.suspect()
  forget(state, dir)
  state.sink.event({ kind: 'gone', dir })
  state.queue.push({ dir, isNew: true })
  work(state)
}

function fail(state: State, dir: RootPath, error: Error): void {
  const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException
  if (state.isClosed || EXPECTED.has(code)) return
  forget(state, dir)
  if (FULL.has(code)) state.queue = []
  state.sink.failed(code)
}

function forget(state: State, dir: RootPath): void {
  const folder = state.folders.get(dir)
  if (!folder) return
  folder.watcher.close()
  state.folders.delete(dir)
  state.folders.get(parentOf(dir))?.children.delete(dir)
  for (const child of folder.children) forget(state, child)
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
