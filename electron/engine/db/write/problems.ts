/** Problems are replaced per owner: an image's sidecars, an image's file, a folder, or a named scope of a root. */
import type { RootRow } from '../../../../shared/domain/ids.ts'
import { PROBLEM_KINDS, type Problem } from '../../../../shared/domain/problem.ts'
import { readOwned } from '../read/problems.ts'
import type { Changes, Session } from './session.ts'

export type Owner = { readonly root: RootRow; readonly scope: string; readonly id: number }

/** Writes nothing where they are the same as before. */
export function replaceProblems(session: Session, changes: Changes, owner: Owner, problems: readonly Problem[]): void {
  const { sql } = session
  const old = readOwned(sql, owner.scope, owner.id)
  if (old.length === problems.length && old.every((problem, i) => isSame(problem, problems[i]))) return
  if (old.length > 0) sql.run`delete from problems where scope = ${owner.scope} and owner_id = ${owner.id}`
  for (const { kind, file, reason, key } of problems)
    sql.run`
      insert into problems (root_id, scope, owner_id, kind, file, reason, key)
      values (${owner.root}, ${owner.scope}, ${owner.id}, ${kind}, ${file}, ${reason}, ${key ?? null})`
  changes.changeOther()
}

/** Bit n stands for PROBLEM_KINDS[n]. */
export function problemBits(problems: readonly Problem[]): number {
  let bits = 0
  for (const { kind } of problems) bits |= 1 << PROBLEM_KINDS.indexOf(kind)
  return bits
}

function isSame(a: Problem, b: Problem | undefined): boolean {
  return a.kind === b?.kind && a.file === b.file && a.reason === b.reason && a.key === b.key
}
