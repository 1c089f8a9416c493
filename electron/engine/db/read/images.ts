/** Images as the query thread and the pages show them, and where they are. */
import type { ImageRow, RootPath, RootRow } from '../../../../shared/domain/ids.ts'
import { splitPath } from '../paths.ts'
import type { Sql } from '../sql.ts'
import type { IndexedImage } from '../types.ts'

export function readImage(sql: Sql, row: ImageRow): IndexedImage | undefined {
  return sql.get<IndexedImage>`select * from indexed_images where row = ${row}`
}

export function readImagesAfter(sql: Sql, after: ImageRow, limit: number): IndexedImage[] {
  return sql.all<IndexedImage>`select * from indexed_images where row > ${after} order by row limit ${limit}`
}

export function findImage(sql: Sql, root: RootRow, path: RootPath): ImageRow | null {
  const { dir, name } = splitPath(path)
  const found = sql.get<{ id: ImageRow }>`
    select i.id from folders f join images i on i.folder_id = f.id
    where f.root_id = ${root} and f.dir = ${dir} and i.name = ${name}`
  return found?.id ?? null
}
