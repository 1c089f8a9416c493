/** What a scan has met so far: folders, images, what could not be read, and what shows an annotation format. */
import type { RootPath } from '../../../shared/domain/ids.ts'
import type { Problem } from '../../../shared/domain/problem.ts'
import type { FolderReport } from './folder.ts'
import type { FoundGuard } from './guard.ts'

export type Findings = {
  /** Every folder met, with the number of images in it. */
  readonly folders: Map<RootPath, number>
  /** Images met. */
  images: number
  /** Images compared or read: the rest of a large folder follows. */
  done: number
  problems: number
  /** Named folders that are not there. */
  readonly missing: RootPath[]
  /** Folders that are there and could not be read. */
  readonly unreadable: Problem[]
  /** False if some folder could not be entered, so that nothing below it is known. */
  isComplete: boolean
  readonly guards: FoundGuard[]
}

export function createFindings(): Findings {
  const lists = { folders: new Map(), missing: [], unreadable: [], guards: [] }
  return { ...lists, images: 0, done: 0, problems: 0, isComplete: true }
}

export function addReport(findings: Findings, report: FolderReport): void {
  const { dir, state, images, pending, reason } = report
  if (state === 'missing') return void findings.missing.push(dir)
  if (state === 'unreadable' || report.closed.length > 0) findings.isComplete = false
  if (state === 'unreadable') {
    findings.unreadable.push({ kind: 'access', file: dir, reason: reason ?? '' })
    return
  }
  findings.images += images - (findings.folders.get(dir) ?? 0)
  findings.done += images - pending
  findings.folders.set(dir, images)
  for (const guard of report.guards) findings.guards.push(guard)
}

/** The folder that holds the path; '' for what lies in the root itself. */
export function parentOf(path: RootPath): RootPath {
  const cut = path.lastIndexOf('/')
  return cut === -1 ? '' : path.slice(0, cut)
}
