/** Problems: of an image (from its sidecars, or from a codec), of a folder, or of a named scope of a root. */
import type { RootId } from '../../../../shared/domain/ids.ts'
import type { Problem } from '../../../../shared/domain/problem.ts'
import type { Sql } from '../sql.ts'
import type { StoredProblem } from '../types.ts'

type Row = Omit<Problem, 'key'> & { readonly key: string | null }

/** The problems of one owner within a scope, in the order they were given. */
export function readOwned(sql: Sql, scope: string, owner: number): Problem[] {
  return sql.all<Row>`
    select kind, file, reason, key from problems where scope = ${scope} and owner_id = ${owner} order by id`.map(
    withoutNull,
  )
}

/** Every problem once, by root and file: two images that share a sidecar share its problems. */
export function readProblems(sql: Sql, rootId: RootId | null, limit: number, offset: number): StoredProblem[] {
  const found =
    rootId === null
      ? sql.all<Row & { rootId: RootId }>`
          select distinct r.root_id as rootId, p.kind, p.file, p.reason, p.key
          from problems p join roots r on r.id = p.root_id
          order by p.root_id, p.file, p.kind, p.reason, p.key limit ${limit} offset ${offset}`
      : sql.all<Row & { rootId: RootId }>`
          select distinct r.root_id as rootId, p.kind, p.file, p.reason, p.key
          from problems p join roots r on r.id = p.root_id where r.root_id = ${rootId}
          order by p.root_id, p.file, p.kind, p.reason, p.key limit ${limit} offset ${offset}`
  return found.map(({ rootId, ...row }) => ({ rootId, ...withoutNull(row) }))
}

export function countProblems(sql: Sql, rootId: RootId | null): number {
  const found =
    rootId === null
      ? sql.get<{ count: number }>`
          select count(*) as count from (select distinct root_id, file, kind, reason, key from problems)`
      : sql.get<{ count: number }>`
          select count(*) as count from (select distinct p.file, p.kind, p.reason, p.key
            from problems p join roots r on r.id = p.root_id where r.root_id = ${rootId})`
  return found?.count ?? 0
}

function withoutNull({ key, ...problem }: Row): Problem {
  return key === null ? problem : { ...problem, key }
}
