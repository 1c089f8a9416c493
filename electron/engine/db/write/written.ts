/** Takes in sidecars that we wrote ourselves, and finds images whose edits are not in their sidecars yet. */
import type { DeviceId, ImageRow, RootId } from '../../../../shared/domain/ids.ts'
import { isDueForFile, isEmptyPending, pendingForFile } from '../../../../shared/domain/strategy.ts'
import { readSubject } from '../read/subjects.ts'
import { packSidecars } from '../sidecar-facts.ts'
import type { EditSubject, Saved, StoredRoot, WrittenSidecar } from '../types.ts'
import { isWrittenBack, sourcesOf } from './effective.ts'
import { recombine } from './recombine.ts'
import type { Session } from './session.ts'

export function saveWritten(session: Session, items: readonly WrittenSidecar[]): Saved {
  return session.commit((changes) => {
    for (const { rootId, path, layer, sidecars } of items) {
      const next = { layer, sidecars: packSidecars(sidecars), hasSidecar: sidecars.length > 0 }
      recombine(session, changes, { root: session.root(rootId), path, next })
    }
  })
}

export type Unwritten = { rootId: RootId | null; limit: number; after: ImageRow; device?: DeviceId; isDue?: boolean }

export function findUnwritten(
  session: Session,
  { rootId, limit, after, device, isDue = false }: Unwritten,
): EditSubject[] {
  const found: EditSubject[] = []
  for (let last = after; found.length < limit;) {
    const rows = session.sql.all<{ row: ImageRow }>`
      select id as row from images where flags & 4 and id > ${last} order by id limit 500`
    for (const { row } of rows) {
      last = row
      const subject = readSubject(session.sql, row)
      if (!subject || (rootId !== null && subject.rootId !== rootId)) continue
      if (!isPending(session.root(subject.rootId), subject, device, isDue)) continue
      if (found.push(subject) === limit) break
    }
    if (rows.length < 500) break
  }
  return found
}

function isPending(root: StoredRoot, subject: EditSubject, device: DeviceId | undefined, isDue: boolean): boolean {
  if (!isWrittenBack(root) || root.isReadOnly || root.isOffline) return false
  const sources = { ...sourcesOf(root, subject), ...(device !== undefined && { device }) }
  return isDue ? isDueForFile(sources) : !isEmptyPending(pendingForFile(sources))
}
