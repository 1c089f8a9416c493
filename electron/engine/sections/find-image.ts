/** From what people write (an id, an absolute path, a path below a root) to an image of the index. */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { ImageRow } from '../../../shared/domain/ids.ts'
import type { Reader, StoredRoot } from '../db/index.ts'
import { EngineError } from '../failure.ts'

const IMAGE_ID = /^[0-9A-Za-z]{20}$/

/** Throws IMAGE_UNKNOWN with the reason: outside every folder, not an image, or several roots have the path. */
export function findImage(text: string, roots: readonly StoredRoot[], reader: Reader): ImageRow {
  if (isAbsolute(text)) return findAbsolute(resolve(text), roots, reader)
  const path = toRootPath(text)
  const found = roots.flatMap((root) => {
    const row = reader.findPath(root.id, path)
    return row === null ? [] : [{ row, root }]
  })
  const [only, second] = found
  if (only && second) {
    const names = found.map(({ root }) => `"${root.name}"`).join(', ')
    throw new EngineError(
      'IMAGE_UNKNOWN',
      `Several folders have an image at this path: ${names}. Use its absolute path or its id.`,
    )
  }
  const row = only?.row ?? (IMAGE_ID.test(text) ? reader.findId(text) : null)
  if (row !== null) return row
  throw new EngineError(
    'IMAGE_UNKNOWN',
    `No image "${text}" in the library. Give its id, its absolute path, or its path below a folder of the library.`,
  )
}

function findAbsolute(path: string, roots: readonly StoredRoot[], reader: Reader): ImageRow {
  const root = roots.find((candidate) => path.startsWith(withSeparator(candidate.path)))
  if (!root)
    throw new EngineError('IMAGE_UNKNOWN', `"${path}" is outside every folder of the library. Add its folder first.`)
  const row = reader.findPath(root.id, toRootPath(relative(root.path, path)))
  if (row !== null) return row
  throw new EngineError(
    'IMAGE_UNKNOWN',
    `"${path}" is not an image that Gleaner knows. If it is new, scan the folder first.`,
  )
}

function toRootPath(text: string): string {
  return text.split(sep).join('/').replace(/^\.\//, '')
}

function withSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep
}
