/** Where a folder that is not at its place may be now: other mounts that hold a folder with the same id. */
import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { RootId } from '../../../shared/domain/ids.ts'
import { readIdentity } from './root-file.ts'

const MOUNT_PARENTS = ['/media', '/run/media', '/mnt', '/Volumes']
/** Mounts looked at per parent; a machine with more is not a laptop in the field. */
const MOUNT_CAP = 64

/** Absolute path of the folder with this id on another mount, or null. Looks at names like the old one only. */
export function findRoot(id: RootId, lastPath: string, mounts: readonly string[] = listMounts()): string | null {
  const parts = lastPath.split(sep).filter((part) => part !== '')
  for (const mount of mounts) {
    for (let from = 0; from <= parts.length; from += 1) {
      const candidate = join(mount, ...parts.slice(from))
      if (candidate !== lastPath && hasIdentity(candidate, id)) return candidate
    }
  }
  return null
}

function hasIdentity(path: string, id: RootId): boolean {
  try {
    return readIdentity(path)?.id === id
  } catch {
    return false
  }
}

/** Mount points of removable drives: `/media/NAME`, `/media/USER/NAME`, `/run/media/USER/NAME`, `/mnt/NAME`, … */
function listMounts(): string[] {
  const first = MOUNT_PARENTS.flatMap((parent) => children(parent))
  return [...first, ...first.flatMap((path) => children(path))]
}

function children(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory())
      .slice(0, MOUNT_CAP)
      .map(({ name }) => join(path, name))
  } catch {
    return []
  }
}
