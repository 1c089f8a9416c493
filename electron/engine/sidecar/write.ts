/**
 * Writes edits back into sidecars: reliability.md 2.4 from first to last, synchronously, in an I/O thread.
 *
 * What comes in and goes out is plain data. Nothing here throws for what the disk does: what cannot be written comes
 * back with its reason, and the edit stays pending in the journal. The folder is forced to disk once for all files of a
 * batch, before any of them is reported as written.
 */
import { hash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { parseLayer, printValues, type LayerText } from '../../../shared/domain/layer.ts'
import type { Pending } from '../../../shared/domain/strategy.ts'
import { foldText } from '../../../shared/lib/text.ts'
import type { FileStat, Fs } from '../platform.ts'
import { codeOf, isInside } from './bytes.ts'
import type { Pair } from './pair.ts'
import { planWrite, type FileFact, type KeyConflict, type Plan, type WriteItem, type WritePlan } from './plan.ts'
import type { SidecarPlace } from './read.ts'
import { removeFile, replaceFile, type Disk, type Replaced, type Target } from './replace.ts'

export type WriteResult =
  | (Written & {
      readonly kind: 'written'
      /** Layer of the sidecars just before, other programs' unseen changes included. */
      readonly baseLayer: LayerText
      /** The edited file's text before (null = it was not there) and hash now; for giving back its bytes later. */
      readonly before: string | null
      readonly sha256: string
      /** Something to tell the person, or null: the file was written nevertheless. */
      readonly warning: string | null
    })
  /** The file holds all that was wanted already; `isDone`: and nothing else has changed, so the write was ours. */
  | (Written & { readonly kind: 'unchanged'; readonly isDone: boolean })
  /** Another program changed the very same keys, and by the root's strategy its values stay. */
  | (Written & { readonly kind: 'conflict' })
  /** `isTransient`: worth another try soon. */
  | { readonly kind: 'unwritable'; readonly reason: string; readonly isTransient: boolean }

type Written = {
  /** Name of the sidecar file the edit belongs in. */
  readonly file: string
  /** It is the full-name sidecar, which no other image shares. */
  readonly isFull: boolean
  /** The sidecar layer now. */
  readonly layer: LayerText
  /** The image's sidecar files now. */
  readonly facts: readonly FileFact[]
  readonly conflicts: readonly KeyConflict[]
}

export type Writer = Disk &
  SidecarPlace &
  Required<Pick<SidecarPlace, 'fs'>> & {
    /** Folders whose entries were changed: a sidecar that is a link has its file elsewhere. */
    readonly touched: Set<string>
  }

/** A program that writes the same file again and again gets this many chances before we leave it alone for a while. */
const ATTEMPTS = 5

/** Writes one image's change; the caller still has to force what was `touched` to disk before it counts. */
export function writeSidecar(writer: Writer, item: WriteItem, pair: Pair): WriteResult {
  try {
    // Subtle: a plan made a moment ago is as good as new, as its file must still hold the bytes it was made from. What
    // the image's other file holds is not looked at again, so with two files the plan is made anew.
    let ready: Plan | null = item.plan?.other === null ? item.plan : null
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const plan = ready ?? planWrite(writer, item, pair)
      ready = null
      if (plan.kind === 'refused') return { kind: 'unwritable', reason: plan.reason, isTransient: plan.isTransient }
      if (plan.kind === 'nothing') return toUnchanged(plan, item)
      const done = carryOut(writer, plan)
      if (done !== 'changed') return done
    }
    return unwritable('Another program keeps writing this file.', true)
  } catch (error) {
    return unwritable(explain(codeOf(error)), true)
  }
}

function carryOut(writer: Writer, plan: WritePlan): WriteResult | 'changed' {
  const found = findTarget(writer, plan)
  if (found === 'changed') return found
  if (typeof found === 'string') return unwritable(found, false)
  const bytes = plan.text === null ? null : Buffer.from(plan.text)
  writer.touched.add(dirname(found.path))
  if (put(writer, found, bytes) === 'changed') return 'changed'
  const sha256 = bytes === null ? '' : hash('sha256', bytes, 'hex')
  return {
    kind: 'written',
    file: plan.file,
    isFull: plan.isFull,
    baseLayer: plan.baseLayer,
    layer: plan.layer,
    facts: factsOf(plan, sha256),
    conflicts: plan.conflicts,
    before: plan.oldText,
    sha256,
    warning:
      (found.old?.stat.nlink ?? 1) > 1
        ? 'The file had a second name (a hard link), which still holds the old version.'
        : null,
  }
}

function put(writer: Writer, { path, old }: Target, bytes: Buffer | null): Replaced {
  if (bytes !== null) return replaceFile(writer, { path, old }, bytes)
  return old === null ? 'done' : removeFile(writer, { path, sha256: old.sha256 })
}

/** The file behind the name, links followed, checked to be inside the root; or why it is left alone. */
function findTarget({ fs, directory, rootReal }: Writer, plan: WritePlan): Target | string {
  const folder = fs.realpathSync(directory)
  if (folder !== rootReal && !isInside(folder, rootReal)) return 'Its folder is a link that leads out of the root.'
  const name = join(folder, plan.file)
  if (plan.sha256 === null) return { path: name, old: null }
  const own = statOf(fs, name)
  if (own === null) return 'changed'
  const isLink = own.isSymbolicLink()
  const path = isLink ? fs.realpathSync(name) : name
  if (!isInside(path, rootReal)) return `${plan.file} is a link that leads out of the folder.`
  const stat = isLink ? fs.statSync(path) : own
  return (stat.mode & 0o222) === 0 ? `${plan.file} is read-only.` : { path, old: { sha256: plan.sha256, stat } }
}

function statOf(fs: Fs, path: string): FileStat | null {
  try {
    return fs.lstatSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function factsOf(plan: WritePlan, sha256: string): FileFact[] {
  const facts = plan.other ? [plan.other] : []
  return sha256 === '' ? facts : [...facts, { name: plan.file, sha256 }]
}

function toUnchanged(plan: Extract<Plan, { kind: 'nothing' }>, item: WriteItem): WriteResult {
  const own = plan.sha256 === null ? [] : [{ name: plan.file, sha256: plan.sha256 }]
  const { file, isFull, layer, conflicts } = plan
  const written = { file, isFull, layer, facts: plan.other ? [plan.other, ...own] : own, conflicts }
  // Where nothing is left to write although a key differs, the other program's value is the one that stays.
  if (conflicts.length > 0) return { ...written, kind: 'conflict' }
  return { ...written, kind: 'unchanged', isDone: item.known !== null && isOutcome(item.known, item.change, layer) }
}

/** True if the layer is just what the change makes of the known one: then it was we who wrote it, before a crash. */
function isOutcome(known: LayerText, change: Pending, layer: LayerText): boolean {
  const { values, tags } = parseLayer(known)
  const wanted = new Map(values)
  for (const key of change.unset) wanted.delete(key)
  for (const [key, value] of change.set) wanted.set(key, value)
  const removed = new Set(change.removeTags.map(foldText))
  const wantedTags = [...(tags ?? []).filter((tag) => !removed.has(foldText(tag))), ...change.addTags].map(foldText)
  const tagsNow = (parseLayer(layer).tags ?? []).map(foldText)
  return printValues(wanted) === layer.metadata && wantedTags.sort().join('\n') === tagsNow.sort().join('\n')
}

function unwritable(reason: string, isTransient: boolean): WriteResult {
  return { kind: 'unwritable', reason, isTransient }
}

/** What the system's refusal means for a person. */
export function explain(code: string): string {
  const reasons: Record<string, string> = {
    ENOSPC: 'The disk is full.',
    EDQUOT: 'The disk quota is used up.',
    EROFS: 'The disk is read-only.',
    EACCES: 'The folder may not be written to. Check its permissions.',
    EPERM: 'The folder may not be written to. Check its permissions.',
    EBUSY: 'Another program keeps the file open.',
    ENOENT: 'The folder is not there at the moment.',
    ENAMETOOLONG: 'The name of the sidecar would be too long for this disk.',
    EIO: 'The disk reports an error.',
  }
  return reasons[code] ?? `The disk refused the write (${code}).`
}
