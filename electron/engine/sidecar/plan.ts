/**
 * What a write-back comes to for one image: which file, with what text, and where another program was there before us.
 *
 * Nothing is written here, so the same plan answers "could this edit be written?" before it is acknowledged and, from
 * fresh bytes, does the writing afterwards (reliability.md 2.1 and 2.4).
 */
import { flatten, type FlatFile } from '../../../shared/domain/flatten.ts'
import {
  EMPTY_LAYER,
  parseLayer,
  printLayer,
  type Layer,
  type LayerText,
  type ValueText,
} from '../../../shared/domain/layer.ts'
import type { LayerHash } from '../../../shared/domain/ids.ts'
import type { Strategy } from '../../../shared/domain/root.ts'
import type { Pending } from '../../../shared/domain/strategy.ts'
import { sameValue } from '../../../shared/domain/value.ts'
import { editJson, newJson, type JsonChange } from '../../../shared/lib/json-edit.ts'
import { foldText } from '../../../shared/lib/text.ts'
import { layerHash } from '../db/index.ts'
import { MAX_SIDECAR_BYTES } from './bytes.ts'
import { mergeFlat } from './merge.ts'
import { stemOf, type Pair } from './pair.ts'
import { readSidecarFile, type SidecarFile, type SidecarPlace } from './read.ts'

/** One image's edits that are to go into its sidecar; plain data, as it crosses threads. */
export type WriteItem = {
  readonly image: string
  readonly change: Pending
  /** The sidecar layer the change was made for; null = not known, then nothing counts as changed by others. */
  readonly known: LayerText | null
  readonly strategy: Strategy
  /** Hashes of layers that we wrote or were about to write: finding one of them is no change by others. */
  readonly ours?: readonly LayerHash[]
  /** The plan made of this item before, for the write that follows it. */
  readonly plan?: WritePlan
  /** What the file held before our last write: used where this change leads back to it. */
  readonly before?: Before
}

export type Before = {
  /** Hash of the file as we left it. */
  readonly sha256: string
  /** Text before that write; null = we created the file. */
  readonly text: string | null
}

/** The same key changed by another program meanwhile; null = not there, or removed. */
export type KeyConflict = { readonly key: string; readonly ours: ValueText | null; readonly theirs: ValueText | null }

export type FileFact = { readonly name: string; readonly sha256: string }

export type Plan =
  /** `cause`: the file cannot be used as it is now, or this edit can never go into it. */
  | {
      readonly kind: 'refused'
      readonly reason: string
      readonly cause: 'file' | 'edit'
      readonly isTransient: boolean
    }
  | (Planned & { readonly kind: 'nothing' })
  | WritePlan

/** `text`: what the file is to hold; null = it is to be removed. */
export type WritePlan = Planned & { readonly kind: 'write'; readonly text: string | null }

type Planned = {
  /** Name of the sidecar file. */
  readonly file: string
  /** It is the full-name sidecar (`photo.jpg.json`). */
  readonly isFull: boolean
  /** Its hash as read; null = it is not there. */
  readonly sha256: string | null
  /** Its text as read; null = it is not there. */
  readonly oldText: string | null
  readonly baseLayer: LayerText
  readonly layer: LayerText
  /** The edited file's content after the edit; null = it is removed, or not wanted any more. */
  readonly flat: FlatFile | null
  /** The image's other sidecar, where there are two. */
  readonly other: FileFact | null
  readonly conflicts: readonly KeyConflict[]
}

/** Reads the image's sidecars and works out what to write. Never throws for what is on the disk. */
export function planWrite(place: SidecarPlace, item: WriteItem, pair: Pair): Plan {
  const files = readFiles(place, item.image, pair)
  const refusal = findRefusal(files)
  if (refusal) return refusal
  const { target, other } = files
  const [flat, otherFlat] = [flatOf(target), flatOf(other)]
  const now = mergeOver(otherFlat, flat)
  const { change, conflicts } = resolve(item, now)
  const text = target?.kind === 'good' ? target.text : null
  const edit = { ...change, renames: findRenames(change, now) }
  const edited = apply(text, files.isFull ? fitToFull(edit, otherFlat, flat) : edit, item, target?.sha256)
  if (!edited.ok) return { kind: 'refused', reason: edited.reason, cause: 'edit', isTransient: false }
  const planned: Planned = {
    file: files.name,
    isFull: files.isFull,
    sha256: target?.sha256 ?? null,
    oldText: text,
    baseLayer: printLayer(now),
    layer: printLayer(mergeOver(otherFlat, edited.flat)),
    flat: edited.flat,
    other: other && { name: other.name, sha256: other.sha256 },
    conflicts,
  }
  return edited.text === text ? { ...planned, kind: 'nothing' } : { ...planned, kind: 'write', text: edited.text }
}

type Files = {
  /** The file the edit goes into; null = not there yet. */
  readonly target: SidecarFile | null
  readonly name: string
  /** An edit goes into the full-name file where there is one, and where the base-name one is shared. */
  readonly isFull: boolean
  /** The base-name file, where the edit goes into the full-name one. */
  readonly other: SidecarFile | null
}

function readFiles(place: SidecarPlace, image: string, { base, full, isBaseShared }: Pair): Files {
  // Subtle: a file that came into being since the folder was listed must be met here, or it could never be edited.
  const fullName = full ?? (isBaseShared ? `${image}.json` : null)
  const baseName = base ?? (isBaseShared ? null : `${stemOf(image)}.json`)
  const fullFile = read(place, fullName)
  const baseFile = read(place, baseName)
  if (fullFile === null && !isBaseShared) return { target: baseFile, name: baseName!, isFull: false, other: null }
  return { target: fullFile, name: fullName!, isFull: true, other: baseFile }
}

function read(place: SidecarPlace, name: string | null): SidecarFile | null {
  const file = name === null ? null : readSidecarFile(place, name)
  return file?.kind === 'absent' ? null : file
}

function findRefusal({ target, other }: Files): Extract<Plan, { kind: 'refused' }> | null {
  for (const file of [target, other]) {
    if (file?.kind === 'refused') {
      const reason = `${file.name} cannot be used as it is. ${file.reason}`
      return { kind: 'refused', reason, cause: 'file', isTransient: file.isIncomplete }
    }
  }
  if (target?.kind !== 'annotation') return null
  const reason = `${target.name} holds ${target.format} annotations, which are not changed.`
  return { kind: 'refused', reason, cause: 'file', isTransient: false }
}

export function flatOf(file: SidecarFile | null): FlatFile | null {
  return file?.kind === 'good' ? file.flat : null
}

export function mergeOver(other: FlatFile | null, flat: FlatFile | null): Layer {
  if (other && flat) return mergeFlat(other, flat)
  return other ?? flat ?? EMPTY_LAYER
}

/** What a crash left between our write and its being noted: our own content, not another program's. */
function isOurs({ ours = [] }: WriteItem, now: Layer): boolean {
  return ours.length > 0 && ours.includes(layerHash(printLayer(now)))
}

/** Leaves out what another program's change of the same key beats (semantics.md §6). */
function resolve(item: WriteItem, now: Layer): { change: Pending; conflicts: KeyConflict[] } {
  const { change, strategy } = item
  const before = isOurs(item, now) ? null : item.known && parseLayer(item.known).values
  const conflicts: KeyConflict[] = []
  const isWritten = (key: string, ours: ValueText | null): boolean => {
    const theirs = now.values.get(key) ?? null
    if (before === null || sameValue(theirs, before.get(key) ?? null) || sameValue(theirs, ours)) return true
    conflicts.push({ key, ours, theirs })
    return doesOursWin(strategy, theirs)
  }
  const set = new Map([...change.set].filter(([key, value]) => isWritten(key, value)))
  const unset = change.unset.filter((key) => isWritten(key, null))
  return { change: { ...change, set, unset }, conflicts }
}

/** A key taken out whose value goes in under a new key has been renamed: its member keeps its place in the file. */
function findRenames({ set, unset }: Pending, now: Layer): { from: string; to: string }[] {
  const renames: { from: string; to: string }[] = []
  const free = new Map([...set].filter(([key]) => !now.values.has(key)))
  for (const from of unset) {
    const to = [...free.keys()].find((key) => sameValue(free.get(key), now.values.get(from) ?? null))
    if (to === undefined) continue
    free.delete(to)
    renames.push({ from, to })
  }
  return renames
}

function doesOursWin(strategy: Strategy, theirs: ValueText | null): boolean {
  if (strategy === 'overwrite') return false
  return strategy !== 'mergeBucketWins' || theirs === null
}

/** In a full-name file a removal is written as `null` where the other file has the key, and the list of tags as a whole. */
function fitToFull(change: JsonChange, base: FlatFile | null, full: FlatFile | null): JsonChange {
  if (base === null) return change
  const isHidden = (key: string): boolean => base.values.has(key)
  const set = new Map(change.set)
  for (const key of change.unset) if (isHidden(key)) set.set(key, 'null')
  const unset = change.unset.filter((key) => !isHidden(key))
  const renames = (change.renames ?? []).filter(({ from }) => full?.values.has(from) && !isHidden(from))
  const fitted = { ...change, set, unset, renames }
  const isAboutTags = change.addTags.length > 0 || change.removeTags.length > 0
  return isAboutTags && base.tags && !hasOwnTags(full) ? { ...fitted, newTags: base.tags } : fitted
}

function hasOwnTags(full: FlatFile | null): boolean {
  return full !== null && (full.tags !== null || full.values.has('tags') || full.nulls.includes('tags'))
}

type Applied =
  | { readonly ok: true; readonly text: string | null; readonly flat: FlatFile | null }
  | { readonly ok: false; readonly reason: string }

function apply(text: string | null, edit: JsonChange, item: WriteItem, sha256: string | undefined): Applied {
  const edited = text === null ? create(edit) : editJson(text, edit)
  if (!edited.ok) return edited
  const back = item.before && item.before.sha256 === sha256 ? leadBack(item.before, edited.flat) : null
  const result = back ?? edited
  if (result.text !== null && Buffer.byteLength(result.text) > MAX_SIDECAR_BYTES) {
    return { ok: false, reason: `The file would grow beyond ${MAX_SIDECAR_BYTES.toLocaleString('en')} bytes.` }
  }
  return result
}

function create(edit: JsonChange): Applied {
  const removed = new Set(edit.removeTags.map(foldText))
  const kept = (edit.newTags ?? []).filter((tag) => !removed.has(foldText(tag)))
  const tags = edit.newTags || edit.addTags.length > 0 ? [...kept, ...edit.addTags] : null
  if (edit.set.size === 0 && tags === null) return { ok: true, text: null, flat: null }
  const text = newJson(edit.set, tags)
  const flat = flatten(text)
  return flat.ok ? { ok: true, text, flat } : { ok: false, reason: flat.reason }
}

/** The text from before our last write where it holds just what this change comes to: undo gives back every byte. */
function leadBack(before: Before, wanted: FlatFile | null): Extract<Applied, { ok: true }> | null {
  if (wanted === null) return null
  if (before.text === null) {
    const isEmpty = wanted.values.size === 0 && wanted.nulls.length === 0 && (wanted.tags ?? []).length === 0
    return isEmpty ? { ok: true, text: null, flat: null } : null
  }
  const flat = flatten(before.text)
  return flat.ok && isSame(flat, wanted) ? { ok: true, text: before.text, flat } : null
}

function isSame(a: FlatFile, b: FlatFile): boolean {
  if (a.values.size !== b.values.size) return false
  for (const [key, value] of a.values) if (b.values.get(key) !== value) return false
  const sorted = (list: readonly string[] | null) => JSON.stringify(list && [...list].sort())
  return sorted(a.tags) === sorted(b.tags) && sorted(a.nulls) === sorted(b.nulls)
}
