/** Paths below a root, as folder and name. */
import type { RootPath } from '../../../shared/domain/ids.ts'

export function joinPath(dir: RootPath, name: string): RootPath {
  return dir === '' ? name : `${dir}/${name}`
}

export function splitPath(path: RootPath): { dir: RootPath; name: string } {
  const cut = path.lastIndexOf('/')
  return cut === -1 ? { dir: '', name: path } : { dir: path.slice(0, cut), name: path.slice(cut + 1) }
}
