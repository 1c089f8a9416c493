/** Roots as rows of the index. */
import type { RootId, RootRow } from '../../../../shared/domain/ids.ts'
import type { EditMode, Strategy } from '../../../../shared/domain/root.ts'
import type { Sql } from '../sql.ts'
import type { StoredRoot } from '../types.ts'

type Row = {
  id: RootRow
  root_id: RootId
  slug: string
  name: string
  path: string
  strategy: Strategy
  edits: EditMode
  is_offline: number
  is_read_only: number
  guard_format: string | null
  guard_file: string | null
}

export function readRoots(sql: Sql): StoredRoot[] {
  return sql.all<Row>`select * from roots order by id`.map(
    ({ id, root_id, guard_format, guard_file, is_offline, is_read_only, ...rest }) => ({
      ...rest,
      row: id,
      id: root_id,
      isOffline: is_offline === 1,
      isReadOnly: is_read_only === 1,
      guard: guard_format === null ? null : { format: guard_format, file: guard_file ?? '' },
    }),
  )
}

/** The index's own number of a root, or null. */
export function rootRow(sql: Sql, id: RootId): RootRow | null {
  return sql.get<{ id: RootRow }>`select id from roots where root_id = ${id}`?.id ?? null
}
