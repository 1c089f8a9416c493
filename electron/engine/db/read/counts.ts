/** Numbers about a root that take a walk over its rows: asked for in a thread that may wait. */
import type { RootId } from '../../../../shared/domain/ids.ts'
import type { Sql } from '../sql.ts'
import { FLAGS, type RootCounts } from '../types.ts'
import { rootRow } from './roots.ts'

export function readCounts(sql: Sql, rootId: RootId): RootCounts {
  const root = rootRow(sql, rootId)
  const images = sql.get<Omit<RootCounts, 'problems'>>`
    select count(*) as images,
      coalesce(sum(i.flags & ${FLAGS.sidecar} <> 0), 0) as sidecars,
      coalesce(sum(m.image_id is null), 0) as unmeasured,
      coalesce(sum(i.flags & ${FLAGS.unwritten} <> 0), 0) as unwritten
    from folders f join images i on i.folder_id = f.id left join measurements m on m.image_id = i.id
    where f.root_id = ${root}`
  const problems = sql.get<{
    problems: number
  }>`select count(*) as problems from (select distinct file, kind, reason, key from problems where root_id = ${root})`
  return { images: 0, sidecars: 0, unmeasured: 0, unwritten: 0, ...images, problems: problems?.problems ?? 0 }
}
