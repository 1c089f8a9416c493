/** Writing one image's sidecar with few words, on a real folder or on a disk model. */
import { writeSidecarBatch, type BatchResult } from '../../../../electron/engine/sidecar/batch.ts'
import type { WriteItem } from '../../../../electron/engine/sidecar/plan.ts'
import type { LayerText } from '../../../../shared/domain/layer.ts'
import type { Strategy } from '../../../../shared/domain/root.ts'
import type { DiskModel } from '../../../support/disk-model.ts'

export type Change = {
  readonly set?: Record<string, string>
  readonly unset?: readonly string[]
  readonly addTags?: readonly string[]
  readonly removeTags?: readonly string[]
}

type More = { readonly known?: LayerText | null; readonly strategy?: Strategy; readonly before?: WriteItem['before'] }

export function itemOf(
  image: string,
  change: Change,
  { known = null, strategy = 'mergeUserWins', before }: More = {},
): WriteItem {
  const { set = {}, unset = [], addTags = [], removeTags = [] } = change
  const pending = { set: new Map(Object.entries(set)), unset, addTags, removeTags }
  return { image, change: pending, known, strategy, ...(before && { before }) }
}

let count = 0

/** Disk of a model with counted instead of random names. */
export function ioOf(fs: DiskModel, isWindows = false) {
  const randomHex = (bytes: number): string => (count++).toString(16).padStart(bytes * 2, '0')
  return { fs, randomHex, isWindows }
}

/** Writes into `/root` of a model. */
export function writeModel(fs: DiskModel, item: WriteItem): BatchResult {
  return writeSidecarBatch({ root: '/root', dir: '', items: [item] }, ioOf(fs))[0]!
}

/** Writes into a real folder. */
export function writeReal(root: string, item: WriteItem): BatchResult {
  return writeSidecarBatch({ root, dir: '', items: [item] })[0]!
}
