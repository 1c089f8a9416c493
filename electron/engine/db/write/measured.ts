/** What codecs measured: stored apart from the image's row, and dropped where the file has changed since. */
import type { ImageRow } from '../../../../shared/domain/ids.ts'
import { hasExifPosition } from '../derived.ts'
import { splitPath } from '../paths.ts'
import type { Sql } from '../sql.ts'
import { FLAGS, type ImageFacts, type Measured, type Move, type Saved, type Unmeasured } from '../types.ts'
import { findMoves } from './moves.ts'
import { problemBits, replaceProblems } from './problems.ts'
import { findRecord } from './recombine.ts'
import type { Changes, Session } from './session.ts'
import { lostStates } from './states.ts'

type Columns = {
  readonly quick_hash: string | null
  readonly flags: number
  readonly problems: number
  readonly width: number | null
  readonly height: number | null
  readonly format: string | null
  readonly taken_at: number | null
  readonly exif: string
  readonly has_facts: number
}

/** Also looks for lost images among all that are measured: call it with no items after a scan. */
export function saveMeasured(session: Session, items: readonly Measured[]): Saved & { moves: readonly Move[] } {
  const { sql } = session
  const measured: ImageRow[] = []
  let moves: readonly Move[] = []
  const lost = session.lost ?? lostStates(sql)
  const saved = session.commit((changes) => {
    for (const item of items) {
      const row = saveOne(session, changes, item)
      if (row !== null) measured.push(row)
    }
    moves = findMoves(sql, { lost, measured })
  })
  session.lost = []
  return { ...saved, moves }
}

/** Images of reachable roots that are not measured yet, in row order. */
export function findUnmeasured(session: Session, limit: number, after: ImageRow): Unmeasured[] {
  const { sql } = session
  const start = Math.max(after, session.measuredTo)
  type Row = Omit<Unmeasured, 'path'> & { dir: string; name: string }
  const rows = sql.all<Row>`
    select i.id as row, r.root_id as rootId, f.dir, i.name, i.signature, i.size_bytes as size
    from images i join folders f on f.id = i.folder_id join roots r on r.id = f.root_id
    left join measurements m on m.image_id = i.id
    where i.id > ${start} and (m.flags is null or m.flags & 32 = 0) and r.is_offline = 0
    order by i.id limit ${limit}`
  const isWhole = after <= session.measuredTo && session.roots().every(({ isOffline }) => !isOffline)
  if (isWhole) session.measuredTo = (rows[0]?.row ?? lastRow(sql) + 1) - 1
  return rows.map(({ dir, name, ...rest }) => ({ ...rest, path: dir === '' ? name : `${dir}/${name}` }))
}

function saveOne(session: Session, changes: Changes, item: Measured): ImageRow | null {
  const { sql } = session
  const root = session.roots().find(({ id }) => id === item.rootId)
  const image = root && findRecord(session, root, item.path)
  if (!image || image.signature !== item.signature) return null
  const old = sql.get<Columns>`
    select quick_hash, flags, problems, width, height, format, taken_at, exif, has_facts
    from measurements where image_id = ${image.id}`
  const next = columnsOf(item, old)
  const { quick_hash, flags, problems, width, height, format, taken_at, exif, has_facts } = next
  if (!old || COLUMNS.some((column) => old[column] !== next[column])) {
    sql.run`
      insert or replace into measurements
        (image_id, quick_hash, flags, problems, width, height, format, taken_at, exif, has_facts)
      values (${image.id}, ${quick_hash}, ${flags}, ${problems}, ${width}, ${height}, ${format}, ${taken_at}, ${exif},
        ${has_facts})`
    changes.change(image.id)
  }
  if (problems !== 0 || (old?.problems ?? 0) !== 0)
    replaceProblems(
      session,
      changes,
      { root: root.row, scope: 'codec', id: image.id },
      item.problem ? [item.problem] : [],
    )
  const { dir, name } = splitPath(item.path)
  if (quick_hash !== null)
    sql.run`
      update states set quick_hash = ${quick_hash}
      where root_id = ${root.row} and dir = ${dir} and name = ${name} and is_trace = 0
        and quick_hash is not ${quick_hash}`
  return image.id
}

/** An answer with a hash alone comes ahead of the facts and leaves those of the same file as they are. */
function columnsOf({ quickHash, facts, problem }: Measured, old: Columns | undefined): Columns {
  const quick_hash = quickHash ?? old?.quick_hash ?? null
  if (facts === null && problem === null) return { ...(old ?? UNKNOWN), quick_hash }
  const problems = problemBits(problem ? [problem] : [])
  if (facts === null) return { ...UNKNOWN, quick_hash, problems, flags: FLAGS.measured }
  const { width, height, format, takenMs } = facts
  const exif = Object.keys(facts.exif).length === 0 ? '' : JSON.stringify(facts.exif)
  return {
    quick_hash,
    flags: flagsOf(facts),
    problems,
    width,
    height,
    format,
    taken_at: takenMs === null ? null : Math.floor(takenMs),
    exif,
    has_facts: 1,
  }
}

function flagsOf({ isDamaged, exif }: ImageFacts): number {
  return FLAGS.measured | (isDamaged ? FLAGS.damaged : 0) | (hasExifPosition(exif) ? FLAGS.position : 0)
}

const UNKNOWN: Columns = {
  quick_hash: null,
  flags: 0,
  problems: 0,
  width: null,
  height: null,
  format: null,
  taken_at: null,
  exif: '',
  has_facts: 0,
}
const COLUMNS = Object.keys(UNKNOWN) as (keyof Columns)[]

function lastRow(sql: Sql): ImageRow {
  return sql.get<{ row: ImageRow | null }>`select max(id) as row from images`?.row ?? 0
}
