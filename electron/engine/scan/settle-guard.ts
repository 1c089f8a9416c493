/** Which annotation format a root has once a whole scan is through, given the one it had before. */
import type { RootPath } from '../../../shared/domain/ids.ts'
import type { Guard } from '../../../shared/domain/root.ts'
import { parentOf, type Findings } from './findings.ts'
import { classFolders, CLASS_FOLDERS, firstGuard, type FoundGuard } from './guard.ts'
import type { IoPool } from './pool.ts'

/** Folders looked into per task. */
const DIRS = 200
/** Folders below the known file's that may show it: a Darknet list can stand one above its labels. */
const NEIGHBOURS = 20

/**
 * Unchanged folders were not looked into, so a known format stands until its own file no longer shows it; only then
 * is every folder asked.
 */
export async function settleGuard(io: IoPool, rootPath: string, known: Guard, findings: Findings): Promise<Guard> {
  const shape = classFolders([...findings.folders].map(([dir, images]) => ({ dir, images })))
  const found = [...findings.guards]
  const fromFiles = known?.format === CLASS_FOLDERS ? null : known
  if (fromFiles !== null) {
    if (await isShown(fromFiles)) found.push(fromFiles)
    else found.push(...(await findEverywhere()))
  }
  return firstGuard(found) ?? shape

  async function isShown(guard: FoundGuard): Promise<boolean> {
    const isIt = ({ format, file }: FoundGuard) => format === guard.format && file === guard.file
    if (found.some(isIt)) return true
    const parent = parentOf(guard.file)
    const below = [...findings.folders.keys()].filter((dir) => dir !== '' && parentOf(dir) === parent)
    const dirs = [parent, ...below.slice(0, NEIGHBOURS)]
    return (await io.run('findGuards', { rootPath, dirs, files: [guard.file] })).some(isIt)
  }

  async function findEverywhere(): Promise<FoundGuard[]> {
    const all: RootPath[] = [...findings.folders.keys()]
    const guards: FoundGuard[] = []
    for (let at = 0; at < all.length; at += DIRS) {
      guards.push(...(await io.run('findGuards', { rootPath, dirs: all.slice(at, at + DIRS), files: [] })))
    }
    return guards
  }
}
