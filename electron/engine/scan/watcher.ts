/**
 * Entry of the watcher's thread, alone on its event loop because a blocked watcher loses events for good; it reads no
 * file. chokidar for ordinary roots, one watch per folder for very large ones.
 */
import { parentPort } from 'node:worker_threads'
import { sep } from 'node:path'
import { watch, type EmitArgsWithName } from 'chokidar'
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { RawEvent } from './coalesce.ts'
import { isIgnoredFolder, kindOfName } from './names.ts'
import { watchFolders } from './watch-folders.ts'
import type { WatchMeans, WatchMessage, WatchRequest } from './watch-protocol.ts'
import { watchRoot } from './watch-root.ts'

/** Files above which chokidar takes too long to start and too much memory (performance.md §1). */
const CHOKIDAR_FILES = 50_000

const roots = new Map<RootId, { close(): Promise<void> }>()
const post = (message: WatchMessage) => parentPort?.postMessage(message)

parentPort?.on('message', (request: WatchRequest) => {
  void roots.get(request.rootId)?.close()
  roots.delete(request.rootId)
  if (request.kind === 'unwatch') return
  const { rootId, path, files } = request
  const means = files > CHOKIDAR_FILES ? watchFolders : watchTree
  roots.set(rootId, watchRoot({ rootId, path, means, post }))
})

const watchTree: WatchMeans = (rootReal, sink) => {
  const isOurs = (path: string, isFile: boolean) => {
    const parts = path.slice(rootReal.length + 1).split(sep)
    if (path.length <= rootReal.length) return true
    if (parts.some(isIgnoredFolder)) return false
    return !isFile || kindOfName(parts.at(-1) ?? '') !== 'other'
  }
  const watcher = watch(rootReal, {
    ignored: (path, stats) => !isOurs(path, stats?.isFile() ?? false),
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
  })
  watcher.on('all', (...[name, path]: EmitArgsWithName) => {
    const dir = path.slice(rootReal.length + 1).replaceAll(sep, '/')
    sink.event(toEvent(name, dir))
    if (dir === '') sink.suspect()
  })
  watcher.on('ready', () => sink.ready())
  watcher.on('error', (error) => sink.failed((error as NodeJS.ErrnoException).code ?? 'UNKNOWN'))
  return watcher
}

function toEvent(name: EmitArgsWithName[0], path: RootPath): RawEvent {
  if (name === 'addDir') return { kind: 'new', dir: path }
  if (name === 'unlinkDir') return { kind: 'gone', dir: path }
  const cut = path.lastIndexOf('/')
  return { kind: 'in', dir: cut === -1 ? '' : path.slice(0, cut) }
}
