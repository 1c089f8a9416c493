/** A base-name and a full-name sidecar of one image, merged key by key: the full-name file wins (semantics.md §2). */
import type { FlatFile } from '../../../shared/domain/flatten.ts'
import type { Layer } from '../../../shared/domain/layer.ts'

export function mergeFlat(base: FlatFile, full: FlatFile): Layer {
  const values = new Map(base.values)
  let { tags } = base
  const setsTags = full.tags !== null || full.values.has('tags') || full.nulls.includes('tags')
  if (setsTags) {
    values.delete('tags')
    tags = full.tags
  }
  // Subtle: `null` is how a removal is written where the base-name file is shared with another image.
  for (const key of full.nulls) values.delete(key)
  for (const [key, value] of full.values) {
    values.set(key, value)
  }
  return { values, tags }
}
