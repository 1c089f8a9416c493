/**
 * What a finished write-back means for the journal and the index: records first, so that the index knows a content as
 * ours before it meets it.
 */
import { posix } from 'node:path'
import { parseLayer, type LayerText } from '../../../shared/domain/layer.ts'
import type { RootPath } from '../../../shared/domain/ids.ts'
import type { Strategy } from '../../../shared/domain/root.ts'
import { layerHash, type EditSubject, type SidecarFact, type WrittenSidecar } from '../db/index.ts'
import type { Draft } from '../journal/record.ts'
import type { BatchResult } from './batch.ts'
import type { FileFact } from './plan.ts'

export type Outcome = { readonly drafts: readonly Draft[]; readonly written: readonly WrittenSidecar[] }

/** A removed file in a record: the hash of no bytes. */
export const NO_BYTES = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Records and index rows for one image's result; nothing for what could not be written. */
export function outcomeOf(subject: EditSubject, strategy: Strategy, result: BatchResult): Outcome {
  if (result.kind === 'unwritable') return { drafts: [], written: [] }
  const { path, rootId, quickHash } = subject
  const image = { path, contentHash: quickHash }
  const file = posix.join(posix.dirname(path), result.file)
  const sha256 = result.facts.find(({ name }) => name === result.file)?.sha256 ?? NO_BYTES
  const base = baseOf(result, subject)
  const drafts: Draft[] = []
  // Under `append` what was in force before another program's change must be on disk before that change is taken in.
  const isForeign = !isSame(base ?? result.layer, subject.layer)
  if (strategy === 'append' && isForeign && !isEmpty(subject.layer)) {
    drafts.push({ kind: 'seen', image, layer: subject.layer })
  }
  for (const conflict of result.conflicts) drafts.push({ kind: 'conflict', image, ...conflict })
  const edge = (of: Draft & { kind: 'written' }): unknown => drafts.push(of)
  if (base) edge({ kind: 'written', image, file, sha256, base: layerHash(base), layer: layerHash(result.layer) })
  const written: WrittenSidecar[] = [toWritten({ rootId, path, layer: result.layer }, result.facts, subject.sidecars)]
  for (const partner of result.partners) {
    const partnerPath = posix.join(posix.dirname(path), partner.image)
    const [from, to] = [layerHash(partner.baseLayer), layerHash(partner.layer)]
    edge({ kind: 'written', image: { path: partnerPath, contentHash: null }, file, sha256, base: from, layer: to })
    written.push(toWritten({ rootId, path: partnerPath, layer: partner.layer }, partner.facts, []))
  }
  return { drafts, written }
}

/** The content our write started from; null where the write was not ours. */
function baseOf(result: Exclude<BatchResult, { kind: 'unwritable' }>, subject: EditSubject): LayerText | null {
  if (result.kind === 'written') return result.baseLayer
  // Done before a crash, whose record did not make it.
  return result.kind === 'unchanged' && result.isDone && !isSame(result.layer, subject.layer) ? subject.layer : null
}

type Row = { readonly rootId: WrittenSidecar['rootId']; readonly path: RootPath; readonly layer: LayerText }

function toWritten(row: Row, facts: readonly FileFact[], known: readonly SidecarFact[]): WrittenSidecar {
  const sidecars = facts.map(({ name, sha256 }) => {
    const same = known.find((fact) => fact.name === name && fact.sha256 === sha256)
    // A file written this moment is too young for its times to be trusted.
    return { name, sha256, signature: same?.signature ?? '' }
  })
  return { ...row, layerHash: layerHash(row.layer), sidecars }
}

function isSame(a: LayerText, b: LayerText): boolean {
  return a.metadata === b.metadata && a.tags === b.tags
}

function isEmpty(layer: LayerText): boolean {
  const { values, tags } = parseLayer(layer)
  return values.size === 0 && (tags ?? []).length === 0
}
