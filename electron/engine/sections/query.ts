/** The query section: texts in, results and pages out. */
import type { Remote } from '../../../shared/lib/call.ts'
import type { Diagnostic } from '../../../shared/query/diagnostic.ts'
import type { Reader, StoredRoot } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import type { Clock } from '../platform.ts'
import type { FailedQuery, OpenedQuery, QueryApi } from '../query/types.ts'
import type { Services } from '../services.ts'
import { toImageView } from './image-view.ts'

export type QueryParts = {
  /** Starts the query thread on first use, and waits until the index can answer. */
  readonly query: () => Promise<Remote<QueryApi>>
  readonly reader: () => Reader
  readonly roots: () => readonly StoredRoot[]
  readonly clock: Clock
}

export function createQuerySection({ query, reader, roots, clock }: QueryParts): Services['query'] {
  return {
    async open({ text, sort }) {
      const opened = await (await query()).open({ text, sort: sort ?? [], now: clock.now() })
      return { ...orThrow(opened), warnings: orThrow(opened).warnings.map(plain) }
    },
    async page({ resultId, offset, limit }) {
      const page = await (await query()).page({ resultId, offset, limit })
      if (!page) throw new EngineError('RESULT_GONE', 'This result is not kept any more. Run the query again.')
      const byRow = new Map(roots().map((root) => [root.row, root]))
      const images = page.images.map((image) => toImageView(image, byRow.get(image.root), reader()))
      return { images, revision: page.revision, isStale: page.isStale }
    },
    async close({ resultId }) {
      await (await query()).close({ resultId })
      return {}
    },
    async count({ text }) {
      const counted = await (await query()).count({ text, sort: [], now: clock.now() })
      if ('error' in counted) throw toError(counted)
      const { total, unmeasured, warnings, ms } = counted
      return { count: total, unmeasured, warnings: warnings.map(plain), ms }
    },
    async complete({ text, at }) {
      return [...(await (await query()).complete({ text, at }))]
    },
  }
}

/** A failed query as the contract's error: the message says where and what to write instead. */
export function orThrow(answer: OpenedQuery | FailedQuery): OpenedQuery {
  if ('error' in answer) throw toError(answer)
  return answer
}

function toError({ error }: FailedQuery): EngineError {
  return new EngineError('QUERY_SYNTAX', error.message, plain(error))
}

function plain(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic }
}
