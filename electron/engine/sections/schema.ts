/** Keys, tags and problems as seen in the data. */
import type { Remote } from '../../../shared/lib/call.ts'
import type { Reader, StoredRoot } from '../db/index.ts'
import type { QueryApi } from '../query/types.ts'
import type { Services } from '../services.ts'

export type SchemaParts = {
  readonly query: () => Promise<Remote<QueryApi>>
  readonly ready: () => Promise<void>
  readonly reader: () => Reader
  readonly roots: () => readonly StoredRoot[]
  readonly findRoot: (name: string) => StoredRoot
}

export function createSchemaSection({ query, ready, reader, roots, findRoot }: SchemaParts): Services['schema'] {
  return {
    async keys() {
      const keys = await (await query()).keys()
      return keys.map((stat) => ({ ...stat, types: { ...stat.types }, examples: [...stat.examples] }))
    },
    async tags() {
      return [...(await (await query()).tags())]
    },
    async problems({ root, offset = 0, limit = 1000 }) {
      await ready()
      const rootId = root === undefined ? null : findRoot(root).id
      const names = new Map(roots().map(({ id, name }) => [id, name]))
      const found = reader().problems({ rootId, offset, limit })
      return {
        total: reader().countProblems(rootId),
        problems: found.map(({ rootId, ...problem }) => ({ ...problem, root: names.get(rootId) ?? '' })),
      }
    },
  }
}
