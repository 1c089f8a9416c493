/** One image with everything an edit of it needs: where it is, its sidecar layer, its user layer, what is in force. */
import type { ImageRow, QuickHash, RootId, RootPath } from '../../../../shared/domain/ids.ts'
import { layerHash } from '../layer-hash.ts'
import { joinPath } from '../paths.ts'
import { unpackSidecars } from '../sidecar-facts.ts'
import type { Sql } from '../sql.ts'
import { type EditSubject, FLAGS, type ImageFacts } from '../types.ts'
import { idAt } from './ids.ts'

type Row = {
  rootId: RootId
  dir: RootPath
  name: string
  flags: number
  sidecars: string
  tags: string
  metadata: string
  layer_tags: string | null
  layer_metadata: string | null
  quick_hash: QuickHash | null
  state: string | null
}

export function readSubject(sql: Sql, row: ImageRow): EditSubject | undefined {
  const found = sql.get<Row>`
    select r.root_id as rootId, f.dir, i.name, i.flags, i.sidecars, i.tags, i.metadata, i.layer_tags, i.layer_metadata,
      m.quick_hash, s.state
    from images i join folders f on f.id = i.folder_id join roots r on r.id = f.root_id
    left join measurements m on m.image_id = i.id
    left join states s on s.root_id = f.root_id and s.dir = f.dir and s.name = i.name
    where i.id = ${row}`
  if (!found) return undefined
  const { rootId, dir, name, flags, metadata, tags } = found
  const path = joinPath(dir, name)
  const layer = { metadata: found.layer_metadata ?? metadata, tags: found.layer_tags ?? tags }
  return {
    row,
    id: idAt(sql, rootId, path),
    rootId,
    path,
    quickHash: found.quick_hash,
    hasSidecar: (flags & FLAGS.sidecar) !== 0,
    isStale: (flags & FLAGS.stale) !== 0,
    sidecars: unpackSidecars(found.sidecars),
    layer,
    layerHash: layerHash(layer),
    state: found.state ?? '',
    metadata,
    tags,
  }
}

export function readFacts(sql: Sql, row: ImageRow): ImageFacts | null {
  type Measured = {
    flags: number
    width: number | null
    height: number | null
    format: string | null
    taken_at: number | null
    exif: string
    has_facts: number
  }
  const found = sql.get<Measured>`
    select flags, width, height, format, taken_at, exif, has_facts from measurements where image_id = ${row}`
  if (!found || found.has_facts === 0) return null
  const { flags, width, height, format, taken_at, exif } = found
  return {
    width,
    height,
    format,
    isDamaged: (flags & FLAGS.damaged) !== 0,
    takenMs: taken_at,
    exif: exif === '' ? {} : (JSON.parse(exif) as ImageFacts['exif']),
  }
}
