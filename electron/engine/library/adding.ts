/**
 * Adding a folder: is it usable, do we know it already (moved, or a copy), what do the settings in it say; then scan it
 * and settle what nobody has said: edits go beside the data where sidecars would hurt or cannot be written.
 */
import { realpathSync, statSync } from 'node:fs'
import { isAbsolute, resolve, sep } from 'node:path'
import type { RootId } from '../../../shared/domain/ids.ts'
import type { RootSettings } from '../../../shared/domain/root.ts'
import type { StoredRoot } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import type { Platform } from '../platform.ts'
import type { ScanSummary } from '../scan/scan.ts'
import type { Journals } from './journals.ts'
import { createIdentity, isWritable, keepIdentity, readIdentity, readOverlayIdentity } from './root-file.ts'
import { editModeOf, newRoot, type RootSet } from './root-set.ts'
import type { Scanner } from './scanner.ts'

export type AddRequest = Partial<RootSettings> & { readonly path: string; readonly as?: 'same' | 'copy' }

export type AddingParts = {
  readonly directory: string
  readonly roots: RootSet
  readonly journals: Journals
  readonly scanner: Scanner
  readonly platform: Platform
}

export async function addRoot(
  parts: AddingParts,
  request: AddRequest,
): Promise<{ root: StoredRoot; summary: ScanSummary }> {
  const { roots, journals, scanner } = parts
  const path = usableFolder(request.path, parts)
  const id = identify(path, request.as, parts)
  const isNew = !roots.get(id)
  const known = roots.get(id) ?? newRoot(id, path)
  await roots.put({ ...known, path, isOffline: false, isReadOnly: !isWritable(path) })
  await journals.sync(id)
  const summary = await scanner.scan(id)
  if (summary === 'offline')
    throw new EngineError('ROOT_OFFLINE', 'The folder went away while it was being read. Add it again when it is back.')
  await settleSettings({ id, isNew, request, parts })
  return { root: roots.get(id) ?? (await roots.change(id, {})), summary }
}

/** Changes settings by a journal record, so that they travel with the folder. */
export async function changeSettings(
  root: StoredRoot,
  change: Partial<RootSettings>,
  journals: Journals,
): Promise<void> {
  const different = Object.entries(change).filter(([name, value]) => root[name as keyof RootSettings] !== value)
  if (different.length === 0) return
  const settings = Object.fromEntries(different) as Partial<RootSettings>
  if (settings.edits === 'sidecars') refuseUnwritable(root)
  await journals.record(root.id, [{ kind: 'root', settings }])
}

/** Sidecars in such a folder are never written by this version, whatever the setting. */
function refuseUnwritable({ guard, isReadOnly }: StoredRoot): void {
  if (guard) {
    throw new EngineError(
      'READ_ONLY',
      `This folder has ${guard.format} annotations; a JSON file beside an image would make some upload tools ignore them. Edits are kept beside the data.`,
    )
  }
  if (isReadOnly)
    throw new EngineError('READ_ONLY', 'This folder cannot be written, so edits are kept beside the data.')
}

async function settleSettings({
  id,
  isNew,
  request,
  parts,
}: {
  id: RootId
  isNew: boolean
  request: AddRequest
  parts: AddingParts
}) {
  const { roots, journals } = parts
  const root = roots.get(id)
  if (!root) return
  const { name, strategy, edits } = request
  const asked = { ...(name !== undefined && { name }), ...(strategy && { strategy }), ...(edits && { edits }) }
  // What nobody has said, and no journal in the folder either: beside where the folder is guarded or read-only.
  const open = isNew && edits === undefined && editModeOf(root) === 'beside' ? { edits: 'beside' as const } : {}
  await changeSettings(root, { ...open, ...asked }, journals)
}

function usableFolder(text: string, { directory, roots }: AddingParts): string {
  if (!isAbsolute(text)) throw new EngineError('FOLDER_UNUSABLE', `"${text}" is not an absolute path.`)
  const path = realFolder(resolve(text))
  if (contains(path, realFolder(directory))) {
    throw new EngineError(
      'FOLDER_UNUSABLE',
      'Gleaner keeps its library inside this folder. Choose another folder, or another library with --library.',
    )
  }
  if (contains(realFolder(directory), path)) {
    throw new EngineError(
      'FOLDER_UNUSABLE',
      'This folder is inside the library of Gleaner. Choose a folder with your own images.',
    )
  }
  const other = roots
    .all()
    .find((root) => root.path !== path && (contains(root.path, path) || contains(path, root.path)))
  if (!other) return path
  const how = contains(other.path, path) ? 'is inside' : 'holds'
  throw new EngineError(
    'FOLDER_UNUSABLE',
    `This folder ${how} "${other.name}", which is in the library already. Remove that one first, or use it.`,
  )
}

function realFolder(path: string): string {
  try {
    const real = realpathSync(path)
    if (statSync(real).isDirectory()) return real
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'EACCES'
        ? 'cannot be opened: no permission'
        : code === 'ENOENT'
          ? 'does not exist'
          : `cannot be opened (${code ?? String(error)})`
    throw new EngineError('FOLDER_UNUSABLE', `"${path}" ${why}.`)
  }
  throw new EngineError('FOLDER_UNUSABLE', `"${path}" is not a folder.`)
}

function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** The id of the folder: its own, a new one for a folder without one or for a copy. */
function identify(path: string, as: AddRequest['as'], { roots, directory, platform }: AddingParts): RootId {
  const place = { rootPath: path, directory, platform }
  const here = roots.all().find((root) => root.path === path)
  const found = readOurs(path) ?? (here && readOverlayIdentity(directory, here.id))
  if (!found) return here ? keepIdentity({ ...place, id: here.id }).id : createIdentity(place).id
  const known = roots.get(found.id)
  if (!known || known.path === path || as === 'same') return found.id
  if (readOurs(known.path)?.id !== found.id) return found.id
  if (as === 'copy') return createIdentity(place).id
  throw new EngineError(
    'ROOT_COPY',
    `This folder has the same identity as "${known.name}" at ${known.path}. If it is a copy, add it with --as copy; if it replaces that folder, with --as same.`,
  )
}

function readOurs(path: string): { id: RootId } | null {
  try {
    return readIdentity(path)
  } catch {
    return null
  }
}
