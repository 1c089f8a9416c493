/**
 * What each entry of the user layer comes to against the sidecar layer, by the root's strategy (semantics.md §5).
 * The one place that knows the five strategies; strategy.ts puts the answers together.
 */
import { foldText } from '../lib/text.ts'
import type { LayerHash } from './ids.ts'
import { parseValues, type Layer, type ValueText } from './layer.ts'
import { isOvertaken } from './overtaken.ts'
import type { Strategy } from './root.ts'
import { headsOf, winnerOf, type KeyEntry, type TagEntry, type UserState } from './user-state.ts'

export type Sources = {
  readonly strategy: Strategy
  /** Null where the image has none. */
  readonly state: UserState | null
  readonly layer: Layer
  readonly layerHash: LayerHash
  readonly hasSidecar: boolean
}

export type KeyVerdict = {
  readonly entry: KeyEntry
  /** True if the entry decides: `value` is in force, null = the key is hidden. */
  readonly applies: boolean
  readonly value: ValueText | null
}

export type TagVerdict = {
  /** The operation that decides; null where the sidecar's own state stands. */
  readonly entry: TagEntry | null
  readonly isShown: boolean
  /** As the operation spells it. */
  readonly tag: string
}

/** The values that count as the sidecar's: what it holds now, what was frozen, or what `append` keeps. */
export function baseValues({ strategy, state, layer }: Sources): ReadonlyMap<string, ValueText> {
  if (!state) return layer.values
  if (strategy === 'untilFirstChange' && isFrozen(state)) return parseValues(state.frozen!.text)
  if (strategy !== 'append' || state.held.size === 0) return layer.values
  const values = new Map(layer.values)
  for (const [key, { text }] of state.held) values.set(key, text)
  return values
}

/** The same for tags, by folded tag. */
export function baseTags({ strategy, state, layer }: Sources): Map<string, string> {
  const tags = new Map<string, string>()
  const add = (tag: string): unknown => !tags.has(foldText(tag)) && tags.set(foldText(tag), tag)
  if (strategy === 'untilFirstChange' && state && areTagsFrozen(state)) {
    const { text } = state.frozenTags!
    if (text !== '') (JSON.parse(text) as string[]).forEach(add)
    return tags
  }
  if (strategy === 'append') for (const { text } of state?.heldTags.values() ?? []) add(text)
  layer.tags?.forEach(add)
  return tags
}

/** What becomes of each key's entry; keys without one, or whose entry was undone, are left out. */
export function judgeKeys(sources: Sources): Map<string, KeyVerdict> {
  const verdicts = new Map<string, KeyVerdict>()
  for (const [key, register] of sources.state?.keys ?? []) {
    const entry = winnerOf(register)
    if (entry === null || entry.to === undefined) continue
    verdicts.set(key, { entry, value: entry.to, applies: doesApply(sources, key, entry) })
  }
  return verdicts
}

function doesApply(sources: Sources, key: string, entry: KeyEntry): boolean {
  const { strategy, layer } = sources
  if (strategy === 'append') return true
  if (!entry.clear && (strategy === 'mergeUserWins' || strategy === 'untilFirstChange')) return true
  if (!isOvertakenNow(sources, entry)) return true
  if (strategy !== 'mergeBucketWins' || entry.clear) return false
  return entry.to !== null && !layer.values.has(key)
}

/** What becomes of each tag that the user layer says something about, by folded tag. */
export function judgeTags(sources: Sources): Map<string, TagVerdict> {
  const verdicts = new Map<string, TagVerdict>()
  for (const [fold, register] of sources.state?.tags ?? []) {
    const heads = headsOf(register)
    // Subtle: of an addition and a removal that did not know of each other, the addition stays.
    const added = latest(heads.filter((head) => head.change === 'add' && doesAdd(sources, head)))
    const removed = latest(heads.filter((head) => head.change === 'remove' && doesRemove(sources, head)))
    const entry = added ?? removed
    verdicts.set(fold, { entry, isShown: added !== null, tag: entry?.tag ?? '' })
  }
  return verdicts
}

function doesAdd(sources: Sources, entry: TagEntry): boolean {
  return sources.strategy !== 'overwrite' || sources.layer.tags === null || !isOvertakenNow(sources, entry)
}

function doesRemove(sources: Sources, entry: TagEntry): boolean {
  const { strategy } = sources
  return (strategy !== 'mergeBucketWins' && strategy !== 'overwrite') || !isOvertakenNow(sources, entry)
}

function latest(entries: TagEntry[]): TagEntry | null {
  return winnerOf(entries.map((entry) => ({ at: entry.at, entry })))
}

/** A sidecar that is missing or empty is no change of content; an unreadable one keeps its last good layer. */
function isOvertakenNow({ state, layer, layerHash, hasSidecar }: Sources, entry: KeyEntry | TagEntry): boolean {
  const isEmpty = layer.values.size === 0 && layer.tags === null
  return hasSidecar && !isEmpty && isOvertaken(entry, layerHash, state?.written ?? [])
}

/** True while the image's metadata stays as a first edit found it (under `untilFirstChange`). */
export function isFrozen(state: UserState): boolean {
  return state.frozen !== null && hasEntries(state)
}

/** The same for its tags. */
export function areTagsFrozen(state: UserState): boolean {
  return state.frozenTags !== null && hasTagEntries(state)
}

/** True if any metadata operation is in force that was not undone. */
export function hasEntries(state: UserState): boolean {
  for (const register of state.keys.values()) {
    const entry = winnerOf(register)
    if (entry !== null && !entry.clear) return true
  }
  return false
}

/** The same for tags. */
export function hasTagEntries(state: UserState): boolean {
  for (const register of state.tags.values()) {
    if (headsOf(register).some(({ change }) => change !== 'clear')) return true
  }
  return false
}
