/**
 * Finds edited images that are gone from their path among those there now, by hash and within one root.
 *
 * Never a guess: one lost path and one image without edits of its own must be left for each other, by hash alone or
 * else by hash and file name. Whoever has the answer journals it (`moved`); nothing is changed here.
 */
import type { ImageId, ImageRow, QuickHash, RootId, RootPath } from '../../../../shared/domain/ids.ts'
import { joinPath } from '../paths.ts'
import { idAt, type Place } from '../read/ids.ts'
import type { Sql } from '../sql.ts'
import type { Move } from '../types.ts'

type Pair = { readonly rootId: RootId; readonly hash: QuickHash }
type Found = { readonly dir: RootPath; readonly name: string }

/** `lost` = paths whose user layer has no image, `measured` = images whose hash has just become known. */
export function findMoves(
  sql: Sql,
  { lost, measured }: { lost: readonly Place[]; measured: readonly ImageRow[] },
): Move[] {
  const pairs = new Map<string, Pair>()
  const note = (pair: Pair | undefined) => pair && pairs.set(`${pair.rootId} ${pair.hash}`, pair)
  for (const place of lost) note(hashOfState(sql, place))
  const hasStates = sql.get`select 1 from states where quick_hash is not null limit 1` !== undefined
  if (hasStates) for (const row of measured) note(hashOfImage(sql, row))
  return [...pairs.values()].flatMap((pair) => matchPair(sql, pair))
}

function matchPair(sql: Sql, pair: Pair): Move[] {
  const lost = lostWith(sql, pair)
  if (lost.length === 0) return []
  const targets = imagesWith(sql, pair)
  const [from] = lost
  const [to] = targets
  if (from && to && lost.length === 1 && targets.length === 1) return [moveOf(sql, pair, from, to)]
  return lost.flatMap((from) => {
    const others = lost.filter(({ name }) => name === from.name)
    const [to, second] = targets.filter(({ name }) => name === from.name)
    return to && !second && others.length === 1 ? [moveOf(sql, pair, from, to)] : []
  })
}

function moveOf(sql: Sql, { rootId, hash }: Pair, from: Found, to: Found): Move {
  const path = joinPath(from.dir, from.name)
  const id: ImageId = idAt(sql, rootId, path)
  return { rootId, from: path, to: joinPath(to.dir, to.name), id, quickHash: hash }
}

function hashOfState(sql: Sql, { rootId, dir, name }: Place): Pair | undefined {
  return sql.get<Pair>`
    select r.root_id as rootId, s.quick_hash as hash from roots r join states s on s.root_id = r.id
    where r.root_id = ${rootId} and s.dir = ${dir} and s.name = ${name} and s.quick_hash is not null`
}

function hashOfImage(sql: Sql, row: ImageRow): Pair | undefined {
  return sql.get<Pair>`
    select r.root_id as rootId, m.quick_hash as hash
    from images i join folders f on f.id = i.folder_id join roots r on r.id = f.root_id
    join measurements m on m.image_id = i.id where i.id = ${row} and m.quick_hash is not null`
}

/** User layers with this hash and no image at their path. */
function lostWith(sql: Sql, { rootId, hash }: Pair): Found[] {
  return sql.all<Found>`
    select s.dir, s.name from states s join roots r on r.id = s.root_id
    where s.quick_hash = ${hash} and r.root_id = ${rootId} and not exists (
      select 1 from folders f join images i on i.folder_id = f.id
      where f.root_id = s.root_id and f.dir = s.dir and i.name = s.name)
    order by s.dir, s.name`
}

/** Images with this hash that have no user layer of their own. */
function imagesWith(sql: Sql, { rootId, hash }: Pair): Found[] {
  return sql.all<Found>`
    select f.dir, i.name from measurements m join images i on i.id = m.image_id
    join folders f on f.id = i.folder_id join roots r on r.id = f.root_id
    where m.quick_hash = ${hash} and r.root_id = ${rootId} and not exists (
      select 1 from states s where s.root_id = f.root_id and s.dir = f.dir and s.name = i.name and s.is_trace = 0)
    order by f.dir, i.name`
}
