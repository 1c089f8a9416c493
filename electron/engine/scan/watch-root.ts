/**
 * Watches one root, by whichever means, and tells the folders to look at.
 *
 * The root is polled as well: a watch on a folder that was removed, or unmounted, never speaks again. Where the system
 * cannot watch it all, or a drive's changes are made elsewhere, the whole root is looked at from time to time.
 */
import { realpath, stat, statfs } from 'node:fs/promises'
import type { RootId } from '../../../shared/domain/ids.ts'
import { createEventPost } from './event-post.ts'
import { isRemoteType } from './signature.ts'
import type { WatchMeans, WatchMessage } from './watch-protocol.ts'

export type RootWatchOptions = {
  readonly rootId: RootId
  readonly path: string
  readonly means: WatchMeans
  readonly post: (message: WatchMessage) => void
}

const ROOT_MS = 2000
/** How often a root that cannot be watched is looked at. */
const POLL_MS = 60_000
/** Before a means that failed is started again; doubled each time. */
const RESTART_MS = 5000
const RESTART_CAP_MS = 300_000

const SUSPECT = 'suspect'
const FULL = new Set(['ENOSPC', 'EMFILE', 'ENFILE'])
const TOO_MANY =
  'There are too many watched folders, not a full disk: the system allows no more. Changes here show within a minute.'
const REMOTE = 'This folder is on a drive that does not tell its changes. Changes here show within a minute.'

export function watchRoot({ rootId, path, means, post }: RootWatchOptions): { close(): Promise<void> } {
  const events = createEventPost((dirs) => post({ kind: 'dirty', rootId, dirs }))
  const polling = createPolling(
    (reason) => post({ kind: 'problem', rootId, reason }),
    () => events.push({ kind: 'lost' }),
  )
  let open: ReturnType<WatchMeans> | undefined
  /** Device and inode; null = not there, undefined = not looked yet. */
  let identity: string | null | undefined
  let restart: NodeJS.Timeout | undefined
  let restartMs = RESTART_MS
  let isClosed = false
  let checking: Promise<void> | undefined
  const rootTimer = setInterval(check, ROOT_MS)
  check()

  return {
    async close() {
      isClosed = true
      events.close()
      clearTimeout(restart)
      clearInterval(rootTimer)
      polling.close()
      await checking
      await open?.close()
    },
  }

  function check(): void {
    checking ??= compareRoot().finally(() => (checking = undefined))
  }

  /** Starts watching when the root is there, and again when it is another folder than before. */
  async function compareRoot(): Promise<void> {
    const now = await identityOf(path)
    if (isClosed || now === identity) return
    const isFirst = identity === undefined
    identity = now
    await open?.close()
    open = undefined
    if (!isFirst) events.push({ kind: 'lost' })
    const rootReal = now === null ? null : await realpath(path).catch(() => null)
    if (isClosed) return
    if (rootReal === null) return post({ kind: 'ready', rootId })
    open = means(rootReal, { event: events.push, ready: () => ready(isFirst), failed, suspect: again })
    const type = (await statfs(rootReal).catch(() => null))?.type
    if (type !== undefined && isRemoteType(type)) polling.start(REMOTE)
  }

  function ready(isFirst: boolean): void {
    // What happened between the last word of the old watches and now was seen by nobody.
    if (!isFirst) events.push({ kind: 'lost' })
    post({ kind: 'ready', rootId })
  }

  /** The old watches are not believed any more, even if the folder looks the same. */
  function again(): void {
    identity = SUSPECT
    check()
  }

  function failed(code: string): void {
    if (isClosed) return
    events.push({ kind: 'lost' })
    if (FULL.has(code)) return polling.start(TOO_MANY)
    clearTimeout(restart)
    restart = setTimeout(again, restartMs)
    restartMs = Math.min(restartMs * 2, RESTART_CAP_MS)
  }
}

/** Looks at the whole root from time to time, once there is a reason to. */
function createPolling(
  post: (reason: string) => void,
  look: () => void,
): { start(reason: string): void; close(): void } {
  let timer: NodeJS.Timeout | undefined
  return {
    start(reason) {
      if (timer) return
      timer = setInterval(look, POLL_MS)
      post(reason)
    },
    close: () => clearInterval(timer),
  }
}

async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found?.isDirectory() ? `${found.dev}.${found.ino}` : null
}
