import type { RootView } from '../../shared/contract/index.ts'
import type { Context } from './command.ts'
import { formatCount, formatTable } from './table.ts'

/** Prints the library's roots: a table, or an array. */
export async function printRoots({ isJson, screen }: Context, roots: readonly RootView[]): Promise<void> {
  if (isJson) return screen.emit([JSON.stringify(roots)])
  if (roots.length === 0) return screen.note('No folder in the library yet. Try: gleaner add DIR')
  const rows = roots.map((root) => [
    root.name,
    formatCount(root.images),
    root.strategy,
    root.edits,
    stateOf(root),
    root.path,
    root.id,
  ])
  await screen.say(
    formatTable(rows, { head: ['NAME', 'IMAGES', 'STRATEGY', 'EDITS', 'STATE', 'PATH', 'ID'], right: [1] }),
  )
}

function stateOf({ isOffline, isReadOnly, guard }: RootView): string {
  if (isOffline) return 'offline'
  if (guard) return `guarded (${guard.format})`
  return isReadOnly ? 'read-only' : 'ready'
}
