/**
 * One scan of a root, whole or of single folders: what it met becomes saved folders, a summary, and a list of folders
 * to look at again.
 *
 * It removes only what it has seen to be gone: a root that is not there is offline, and after a folder that could not
 * be read nothing is dropped that was not met (reliability.md 2.7).
 */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { Guard } from '../../../shared/domain/root.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import type { IndexApi, SeenNeeded, StoredRoot } from '../db/index.ts'
import type { Clock, Log } from '../platform.ts'
import { drive, type Drive } from './drive.ts'
import { addReport, createFindings, parentOf, type Findings } from './findings.ts'
import type { FolderReport } from './folder.ts'
import type { Gate } from './gate.ts'
import { firstGuard, type FoundGuard } from './guard.ts'
import type { FolderIdentity } from './identity.ts'
import { RETRY_MS } from './images.ts'
import type { IoPool } from './pool.ts'
import type { Recheck } from './recheck.ts'
import type { Saver, Tally } from './saver.ts'
import { settleGuard } from './settle-guard.ts'

export type ScanRoot = Pick<StoredRoot, 'id' | 'path' | 'guard'>

export type ScanSummary = {
  /** The root is not there, or was replaced meanwhile: nothing was removed. */
  readonly isOffline: boolean
  /** Stopped by its signal; what was read is saved. */
  readonly isStopped: boolean
  /** Device and inode of the root, for the next `known`. */
  readonly identity: FolderIdentity | null
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** Problems in the folders that changed, and folders that cannot be read. */
  readonly problems: number
  /** Images in the folders that were looked at. */
  readonly images: number
  /** The annotation format in force from now on. */
  readonly guard: Guard
  readonly ms: number
}

type ScanProgress = {
  readonly rootId: RootId
  /** Images compared or read so far. */
  readonly done: number
  /** Images found by the scan before, null at the first one. */
  readonly total: number | null
}

export type ScanParts = {
  readonly index: Pick<Remote<IndexApi>, 'savePacked' | 'finishScan' | 'setProblems'>
  readonly io: IoPool
  readonly clock: Clock
  readonly log: Log
  /** Device and inode of a root when it was last there. */
  readonly known: (rootId: RootId) => FolderIdentity | null
  /** Journals and applies what `append` must remember before images are taken in. */
  readonly onSeen: (needed: readonly SeenNeeded[]) => Promise<void>
  readonly onProgress?: (progress: ScanProgress) => void
  /** Called as soon as a root that had none shows an annotation format. */
  readonly onGuard?: (rootId: RootId, guard: NonNullable<Guard>) => void
}

/** What is kept of each root while the indexer lives. */
export type Lane = {
  readonly gate: Gate
  /** Large folders under way. */
  readonly busy: Set<RootPath>
  /** Images that the last whole scan found. */
  total: number | null
}

export type ScanContext = {
  readonly parts: ScanParts
  readonly saver: Saver
  readonly recheck: Recheck<ScanRoot>
  readonly root: ScanRoot
  readonly lane: Lane
}

export type ScanOptions = {
  /** Looks into every folder, whatever its digest says. */
  readonly isFull?: boolean
  readonly signal?: AbortSignal
}

type Scan = ScanContext & {
  readonly startedAt: number
  readonly findings: Findings
  readonly tally: Tally
  toldAt: number
  isGuardTold: boolean
}

const PROGRESS_MS = 100
/** A large folder under way is looked at again after this time. */
const BUSY_MS = 500

/** Scans a whole root; several threads, and hints may come in between. */
export async function scanWhole(context: ScanContext, { isFull = false, signal }: ScanOptions): Promise<ScanSummary> {
  const scan = startScan(context)
  const { parts, root, lane, findings, tally } = scan
  const identity = await identityOf(scan)
  if (identity === null) return summaryOf(scan, { isOffline: true })
  const how = { dirs: [''], recurse: 'all', isFull, attempt: 0, identity } as const
  const isThere = await run(scan, {
    ...how,
    width: parts.io.size + 2,
    enter: lane.gate.share,
    ...(signal && { signal }),
  })
  if (!isThere) return summaryOf(scan, { isOffline: true })
  if (signal?.aborted) return summaryOf(scan, { isStopped: true, identity })
  if (!findings.folders.has('')) return summaryOf(scan, { isOffline: true })
  if (findings.isComplete) {
    const dropped = await parts.index.finishScan({ rootId: root.id, dirs: [...findings.folders.keys()] })
    tally.removed += dropped.removed
  }
  await parts.index.setProblems({ rootId: root.id, scope: 'scan', problems: findings.unreadable })
  const guard = await settleGuard(parts.io, root.path, root.guard, findings)
  lane.total = findings.images
  tell(scan, 0)
  return summaryOf(scan, { identity, guard })
}

/** Looks at single folders and at what is new below them. Nothing else may read folders of the root meanwhile. */
export async function scanSome(context: ScanContext, dirs: readonly RootPath[], attempt: number): Promise<ScanSummary> {
  const scan = startScan(context)
  const { findings, lane, recheck, root } = scan
  const identity = await identityOf(scan)
  if (identity === null) return summaryOf(scan, { isOffline: true })
  const enter: Drive['enter'] = (work) => work()
  const asked = new Set<RootPath>()
  let next = new Set(dirs)
  while (next.size > 0) {
    for (const dir of next) {
      asked.add(dir)
      if (lane.busy.has(dir)) recheck.add(root, dir, BUSY_MS, attempt)
    }
    const free = [...next].filter((dir) => !lane.busy.has(dir))
    const how = { dirs: free, recurse: 'new', isFull: false, attempt, identity } as const
    const isThere = await run(scan, { ...how, width: 1, enter })
    if (!isThere || findings.missing.includes('')) return summaryOf(scan, { isOffline: true })
    // A folder that has gone shows in the list of the one that held it.
    next = new Set(
      findings.missing
        .splice(0)
        .map(parentOf)
        .filter((dir) => !asked.has(dir)),
    )
  }
  return summaryOf(scan, { identity })
}

function startScan(context: ScanContext): Scan {
  const tally = { added: 0, changed: 0, removed: 0 }
  return {
    ...context,
    startedAt: context.parts.clock.now(),
    findings: createFindings(),
    tally,
    toldAt: 0,
    isGuardTold: false,
  }
}

async function identityOf({ parts, root }: Scan): Promise<FolderIdentity | null> {
  const { isHere, identity } = await parts.io.run('presence', { path: root.path, known: parts.known(root.id) })
  return isHere ? identity : null
}

type How = Pick<Drive, 'dirs' | 'recurse' | 'isFull' | 'attempt' | 'identity' | 'width' | 'enter'> & {
  signal?: AbortSignal
}

/** False if the root went away meanwhile. */
async function run(scan: Scan, how: How): Promise<boolean> {
  const { parts, saver, recheck, root, lane, findings, tally } = scan
  const callbacks: Pick<Drive, 'onReport' | 'onHeld' | 'onRead' | 'onGuards'> = {
    onReport(report) {
      addReport(findings, report)
      lookAgain(scan, report, how.attempt)
      if (report.guards.length > 0) tellGuard(scan, report.guards)
      tell(scan, PROGRESS_MS)
    },
    onHeld: (dir) => recheck.add(root, dir, RETRY_MS[how.attempt] ?? RETRY_MS[2]!, how.attempt + 1),
    onRead(images, problems) {
      findings.done += images
      findings.problems += problems
      tell(scan, PROGRESS_MS)
    },
    onGuards(guards) {
      findings.guards.push(...guards)
      tellGuard(scan, guards)
    },
  }
  try {
    await drive({ io: parts.io, saver, root, busy: lane.busy, tally, ...callbacks, ...how })
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
    parts.log.info('the folder went away during a scan', { rootId: root.id })
    return false
  }
}

function lookAgain({ recheck, root }: Scan, { dir, againMs, isHeld }: FolderReport, attempt: number): void {
  if (againMs === null) return
  recheck.add(root, dir, againMs, isHeld ? Math.min(attempt + 1, RETRY_MS.length) : 0)
}

/** Once a scan: which of several it is comes out at its end. */
function tellGuard(scan: Scan, guards: readonly FoundGuard[]): void {
  const guard = firstGuard(guards)
  if (scan.isGuardTold || scan.root.guard !== null || guard === null) return
  scan.isGuardTold = true
  scan.parts.onGuard?.(scan.root.id, guard)
}

/** Tells the progress, at most every `gapMs`. */
function tell(scan: Scan, gapMs: number): void {
  const { parts, root, lane, findings } = scan
  const now = parts.clock.now()
  if (now - scan.toldAt < gapMs) return
  scan.toldAt = now
  parts.onProgress?.({ rootId: root.id, done: findings.done, total: lane.total })
}

function summaryOf(scan: Scan, rest: Partial<ScanSummary>): ScanSummary {
  const { parts, root, findings, tally, startedAt } = scan
  const problems = findings.problems + findings.unreadable.length
  const known = root.guard === null ? [] : [root.guard]
  const guard = firstGuard([...findings.guards, ...known])
  const { images } = findings
  const state = { isOffline: false, isStopped: false, identity: null, guard }
  return { ...state, ...tally, problems, images, ms: parts.clock.now() - startedAt, ...rest }
}
