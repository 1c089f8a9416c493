/** Has edits checked against the files they would go into: folder by folder, in the I/O threads. */
import { posix } from 'node:path'
import type { RootId } from '../../../shared/domain/ids.ts'
import type { StoredRoot } from '../db/index.ts'
import type { IoPool } from '../scan/pool.ts'
import type { SidecarCheck } from './service.ts'

type Entry = { readonly item: SidecarCheck; readonly index: number }

/** Returns for each item the reason why it could never be written into its sidecar, or null. */
export function createSidecarCheck(io: IoPool, rootOf: (id: RootId) => StoredRoot | undefined) {
  return async (items: readonly SidecarCheck[]): Promise<(string | null)[]> => {
    const reasons: (string | null)[] = items.map(() => null)
    const byFolder = Map.groupBy(
      items.map((item, index): Entry => ({ item, index })),
      ({ item }) => `${item.rootId}\n${posix.dirname(item.path)}`,
    )
    await Promise.all([...byFolder.values()].map((entries) => checkFolder(entries)))
    return reasons

    async function checkFolder(entries: readonly Entry[]): Promise<void> {
      const first = entries[0]?.item
      const root = first && rootOf(first.rootId)
      if (!first || !root) return
      const folder = posix.dirname(first.path)
      const answers = await io.run('checkSidecarEdits', {
        root: root.path,
        dir: folder === '.' ? '' : folder,
        items: entries.map(({ item }) => ({
          image: posix.basename(item.path),
          change: item.change,
          known: item.layer,
          strategy: root.strategy,
        })),
      })
      for (const [n, { index }] of entries.entries()) reasons[index] = answers[n] ?? null
    }
  }
}
