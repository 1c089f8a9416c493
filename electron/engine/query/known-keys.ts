/** The keys that images have, for the checker: iterates over at most some thousands, but knows them all. */
import { findText } from './dictionary.ts'
import type { Table } from './table.ts'
import { textAt } from './texts.ts'

const MOST_RARE = 2000

type Kept = { readonly revision: number; readonly keys: ReadonlySet<string> }
const kept = new WeakMap<Table, Kept>()

/** A set whose `has` answers for every key, although iterating leaves out most of very many rare ones. */
export function knownKeys(table: Table): ReadonlySet<string> {
  const known = kept.get(table)
  if (known?.revision === table.revision) return known.keys
  const listed = new Set<string>()
  for (const [key, column] of table.keys) if (column.count > 0) listed.add(key)
  const rare = table.rare.keys
  for (let code = 1, left = MOST_RARE; code <= rare.count && left > 0; code += 1) {
    if (rare.totals[code] === 0) continue
    listed.add(textAt(rare.texts, rare.refs[code]!))
    left -= 1
  }
  const has = (key: string) => (table.keys.get(key)?.count ?? 0) > 0 || rare.totals[findText(rare, key)]! > 0
  const keys = Object.assign(listed, { has })
  kept.set(table, { revision: table.revision, keys })
  return keys
}
