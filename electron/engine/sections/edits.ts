/** The edits section: from a target and requests to one acknowledged batch, then write-back. */
import type { ImageRow } from '../../../shared/domain/ids.ts'
import type { Client, Target } from '../../../shared/contract/index.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import type { Reader, StoredRoot } from '../db/index.ts'
import type { Edits } from '../edits/service.ts'
import { EngineError } from '../failure.ts'
import type { Clock } from '../platform.ts'
import type { QueryApi } from '../query/types.ts'
import type { Services } from '../services.ts'
import { checkRequests } from './check-requests.ts'
import { findImage } from './find-image.ts'
import { createOnce } from './once.ts'
import { orThrow } from './query.ts'

export type EditParts = {
  readonly query: () => Promise<Remote<QueryApi>>
  readonly ready: () => Promise<void>
  readonly reader: () => Reader
  readonly roots: () => readonly StoredRoot[]
  readonly edits: Edits
  readonly clock: Clock
  /** Starts write-back; the promise ends when everything waiting was tried once. */
  readonly writeBack: () => Promise<void>
  /** Of these images, what is not in the file and why. */
  readonly unwritten: (rows: readonly ImageRow[]) => { path: string; root: string; reason: string }[]
}

type Failure = { path: string; root: string; reason: string }
type Summary = Awaited<ReturnType<Client['edits']['apply']>>

/** More failures than this are counted, not listed. */
const LISTED = 1000
const SAMPLES = 100

export function createEditSection(parts: EditParts): Services['edits'] {
  const once = createOnce<Summary>()
  return {
    async preview({ target, requests, limit = SAMPLES }) {
      const checked = checkRequests(requests)
      const { rows, missing } = await resolveTarget(target, parts)
      const preview = await parts.edits.preview({ rows, requests: checked, limit })
      const failed = [...missing, ...named(preview.failed, parts)]
      return { ...preview, images: rows.length + missing.length, failed, samples: named(preview.samples, parts) }
    },
    apply: ({ target, requests, wait = false, key }) => once(key, () => apply({ target, requests, wait, key }, parts)),
  }
}

async function apply(
  { target, requests, wait }: Parameters<Services['edits']['apply']>[0],
  parts: EditParts,
): Promise<Summary> {
  const checked = checkRequests(requests)
  const { rows, missing } = await resolveTarget(target, parts)
  const { batch, changed, unchanged, failed, changedRows } = await parts.edits.apply({ rows, requests: checked })
  const written = changed > 0 ? parts.writeBack() : Promise.resolve()
  if (wait) await written
  return {
    batch,
    images: rows.length + missing.length,
    changed,
    unchanged,
    failed: [...missing, ...named(failed, parts)].slice(0, LISTED),
    unwritten: wait ? parts.unwritten(changedRows) : [],
  }
}

/** Image rows of a target, and the named images that are not there. */
async function resolveTarget(target: Target, parts: EditParts): Promise<{ rows: ImageRow[]; missing: Failure[] }> {
  await parts.ready()
  if ('query' in target) return { rows: await matchingRows(target.query, parts), missing: [] }
  const rows = new Set<ImageRow>()
  const missing: Failure[] = []
  for (const image of target.images) {
    try {
      rows.add(findImage(image, parts.roots(), parts.reader()))
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      missing.push({ path: image, root: '', reason: error.message })
    }
  }
  return { rows: [...rows], missing }
}

async function matchingRows(text: string, { query, clock }: EditParts): Promise<ImageRow[]> {
  const remote = await query()
  const { resultId, total } = orThrow(await remote.open({ text, sort: [], now: clock.now() }))
  const rows = await remote.rows({ resultId, offset: 0, limit: total })
  await remote.close({ resultId })
  return [...(rows ?? [])]
}

function named<T extends { readonly rootId: string }>(
  items: readonly T[],
  { roots }: EditParts,
): (Omit<T, 'rootId'> & { root: string })[] {
  const names = new Map(roots().map(({ id, name }) => [id, name]))
  return items.map(({ rootId, ...item }) => ({ ...item, root: names.get(rootId) ?? '' }))
}
