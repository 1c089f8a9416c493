/** What is in force for an image: its sidecar layer, its user layer and the root's strategy, as columns of its row. */
import { readState } from '../../../../shared/domain/fold.ts'
import { foldText } from '../../../../shared/lib/text.ts'
import { type LayerText, parseLayer, printValues } from '../../../../shared/domain/layer.ts'
import { combine, type Sources, unedited } from '../../../../shared/domain/strategy.ts'
import { hasPosition, splitOf } from '../derived.ts'
import { layerHash } from '../layer-hash.ts'
import { FLAGS, type StoredRoot } from '../types.ts'
import type { Folder, ImageColumns } from './images.ts'

export type LayerSources = {
  readonly layer: LayerText
  /** Text of the user layer; '' = none. */
  readonly state: string
  readonly hasSidecar: boolean
  /** The sidecar cannot be read; `layer` is the last good one. */
  readonly isStale: boolean
}

type EffectiveColumns = Pick<
  ImageColumns,
  'flags' | 'tags' | 'metadata' | 'edited_at' | 'split' | 'layer_tags' | 'layer_metadata'
>

/** Combines the layers; everything in the row that follows from them. */
export function columnsOf({ folder, ...sources }: LayerSources & { folder: Folder }): EffectiveColumns {
  const { layer, hasSidecar, isStale } = sources
  const { metadata, tags, editedMs, flags } = effectiveOf(folder.root, sources)
  return {
    flags:
      flags |
      (hasSidecar ? FLAGS.sidecar : 0) |
      (isStale ? FLAGS.stale : 0) |
      (hasPosition(metadata) ? FLAGS.position : 0),
    tags,
    metadata,
    edited_at: editedMs,
    split: splitOf(metadata, folder.split),
    layer_tags: layer.tags === tags ? null : layer.tags,
    layer_metadata: layer.metadata === metadata ? null : layer.metadata,
  }
}

/** What the pure rules of shared/domain ask for. */
export function sourcesOf(root: StoredRoot, { layer, state, hasSidecar, isStale }: LayerSources): Sources {
  return {
    strategy: root.strategy,
    state: state === '' ? null : readState(state),
    layer: parseLayer(layer),
    layerHash: layerHash(layer),
    // Subtle: a sidecar that could never be read is as if it were not there; it must overtake nothing.
    hasSidecar: hasSidecar && !(isStale && isEmpty(layer)),
  }
}

/**
 * True if, under `append`, the sidecar's values so far must be journalled before the new ones are taken in: it was
 * changed by another hand, and holds something that no earlier record keeps.
 */
export function needsSeen(state: string, old: LayerText, next: LayerText): boolean {
  if (isEmpty(old) || (old.metadata === next.metadata && old.tags === next.tags)) return false
  const { held, heldTags, written } = readState(state)
  const before = layerHash(old)
  const after = layerHash(next)
  if (written.some(({ base, layer }) => base === before && layer === after)) return false
  const { values, tags } = parseLayer(old)
  return [...values.keys()].some((key) => !held.has(key)) || (tags ?? []).some((tag) => !heldTags.has(foldText(tag)))
}

/** Writing an edit back is possible at all in this root (it may be read-only or offline now). */
export function isWrittenBack({ edits, guard }: Pick<StoredRoot, 'edits' | 'guard'>): boolean {
  return edits === 'sidecars' && guard === null
}

type Effective = LayerText & { editedMs: number | null; flags: number }

function effectiveOf(root: StoredRoot, sources: LayerSources): Effective {
  if (sources.state === '') {
    const { metadata, tags } = unedited(sources.layer)
    return { metadata, tags, editedMs: null, flags: 0 }
  }
  const combined = combine(sourcesOf(root, sources))
  const { values, tags, editedMs, isEdited, isConflicted, isUnwritten } = combined
  return {
    metadata: printValues(values),
    tags: tags.length === 0 && sources.layer.tags === '' ? '' : JSON.stringify(tags),
    editedMs,
    flags:
      (isEdited ? FLAGS.edited : 0) |
      (isConflicted ? FLAGS.conflicted : 0) |
      (isUnwritten && isWrittenBack(root) ? FLAGS.unwritten : 0),
  }
}

function isEmpty({ metadata, tags }: LayerText): boolean {
  return metadata === '{}' && (tags === '' || tags === '[]')
}
