/**
 * Has the sidecar layer's content changed by another hand since an operation was made (semantics.md §5)?
 *
 * Our own write-backs are edges between contents. An operation stands as long as today's content is the one it was made
 * upon, or is reached from there over edges made after it (the first step: whenever it was made). Being any content we ever wrote is not enough: a foreign
 * change that a later edit was written into is still a foreign change.
 * Another device's edges count whatever their time, also those that lead off from a content before the operation's own:
 * that device did not know of it, so what it wrote is a rival of our file, not a foreign change (reliability.md 2.3).
 */
import { compareAt, deviceOf } from './clock.ts'
import type { LayerHash } from './ids.ts'
import type { At } from './operation.ts'
import type { Edge } from './user-state.ts'

type Made = { readonly at: At; readonly base: LayerHash }

/** True if the content is now one that neither the operation's author saw nor we wrote since. */
export function isOvertaken(made: Made, layerHash: LayerHash, written: readonly Edge[]): boolean {
  if (made.base === layerHash) return false
  if (written.length === 0) return true
  const device = deviceOf(made.at)
  const isRival = (edge: Edge): boolean => deviceOf(edge.at) !== device
  // Subtle: a write is journalled before it is made, so an edit made while it is under way still has its base.
  const isUsable = (edge: Edge): boolean => edge.base === made.base || compareAt(edge.at, made.at) > 0
  const usable = written.filter((edge) => isRival(edge) || isUsable(edge))
  const starts = [made.base]
  if (usable.some(isRival)) {
    const before = closure(
      [made.base],
      written.map(({ base, layer }) => ({ from: layer, to: base })),
    )
    before.delete(made.base)
    for (const edge of usable) if (isRival(edge) && before.has(edge.base)) starts.push(edge.layer)
  }
  return !closure(
    starts,
    usable.map(({ base, layer }) => ({ from: base, to: layer })),
  ).has(layerHash)
}

function closure(starts: readonly LayerHash[], steps: readonly { from: LayerHash; to: LayerHash }[]): Set<LayerHash> {
  const reached = new Set(starts)
  // Subtle: a set that grows while it is walked is walked to its end.
  for (const place of reached) for (const { from, to } of steps) if (from === place) reached.add(to)
  return reached
}
