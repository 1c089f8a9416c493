import { hash } from 'node:crypto'
import type { LayerHash } from '../../../shared/domain/ids.ts'
import type { LayerText } from '../../../shared/domain/layer.ts'

/** sha256 over the canonical layer: re-indenting or reordering a sidecar changes nothing (semantics.md §5). */
export function layerHash(layer: LayerText): LayerHash {
  return hash('sha256', `${layer.metadata}\n${layer.tags}`, 'hex')
}
