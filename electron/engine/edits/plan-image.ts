/** What a request comes to for one image: the operations it takes, or that nothing changes. */
import type { ValueText } from '../../../shared/domain/layer.ts'
import { parseValues, printValues } from '../../../shared/domain/layer.ts'
import type { EditRequest, Frozen, MetadataOperation, Operation } from '../../../shared/domain/operation.ts'
import { readState, type UserState } from '../../../shared/domain/fold.ts'
import type { Strategy } from '../../../shared/domain/root.ts'
import { areTagsFrozen, isFrozen, type Pending } from '../../../shared/domain/strategy.ts'
import { headsOf, winnerOf } from '../../../shared/domain/user-state.ts'
import { sameValue } from '../../../shared/domain/value.ts'
import { compareText, foldText } from '../../../shared/lib/text.ts'
import type { EditSubject } from '../db/index.ts'

/** Requests without repeats: the last word on each key and tag. */
export type Wishes = {
  /** Null = not to be there. */
  readonly keys: ReadonlyMap<string, ValueText | null>
  /** By folded tag. */
  readonly tags: ReadonlyMap<string, { readonly tag: string; readonly isWanted: boolean }>
}

export type PlannedImage = {
  readonly ops: readonly Operation[]
  /** The same as a change of the sidecar. */
  readonly change: Pending
}

export function toWishes(requests: readonly EditRequest[]): Wishes {
  const keys = new Map<string, ValueText | null>()
  const tags = new Map<string, { tag: string; isWanted: boolean }>()
  for (const request of requests) {
    if ('key' in request) keys.set(request.key, request.kind === 'set' ? request.to : null)
    else tags.set(foldText(request.tag), { tag: request.tag, isWanted: request.kind === 'tag' })
  }
  return { keys, tags }
}

/** Works out the operations for one image; null where it is already as wished. */
export function planImage(subject: EditSubject, wishes: Wishes, strategy: Strategy): PlannedImage | null {
  const keys = changedKeys(subject, wishes)
  const tags = changedTags(subject, wishes)
  if (keys.length === 0 && tags.length === 0) return null
  const state = subject.state === '' ? null : readState(subject.state)
  const freeze = freezes(subject, state, strategy)
  const ops = [...keyOperations({ subject, state, frozen: freeze.keys }, keys)]
  return {
    ops: [...ops, ...tagOperations({ subject, state, frozen: freeze.tags }, tags)],
    change: toChange(keys, tags),
  }
}

type Basis = { readonly subject: EditSubject; readonly state: UserState | null; readonly frozen: Frozen | undefined }

function keyOperations({ subject, state, frozen }: Basis, keys: readonly KeyWish[]): Operation[] {
  const inFile = keys.length === 0 ? null : parseValues(subject.layer.metadata)
  return keys.map(([key, to], index) => ({
    ...headOf(subject),
    key,
    from: entryOf(state, key),
    was: inFile?.get(key) ?? null,
    to,
    ...(index === 0 && frozen && { frozen }),
  }))
}

function tagOperations({ subject, state, frozen }: Basis, tags: readonly TagWish[]): Operation[] {
  return tags.map(({ tag, isWanted }, index) => ({
    ...headOf(subject),
    tag,
    change: isWanted ? 'add' : 'remove',
    saw: headsOf(state?.tags.get(foldText(tag)) ?? []).map(({ at }) => at),
    ...(index === 0 && frozen && { frozen }),
  }))
}

function headOf({ path, quickHash, layerHash }: EditSubject): Pick<Operation, 'image' | 'base'> {
  return { image: { path, contentHash: quickHash }, base: layerHash }
}

type KeyWish = readonly [string, ValueText | null]
type TagWish = { readonly tag: string; readonly isWanted: boolean }

function changedKeys({ metadata }: EditSubject, { keys }: Wishes): KeyWish[] {
  if (keys.size === 0) return []
  const values = parseValues(metadata)
  return [...keys].filter(([key, to]) => !sameValue(values.get(key) ?? null, to))
}

function changedTags({ tags }: EditSubject, wishes: Wishes): TagWish[] {
  if (wishes.tags.size === 0) return []
  const here = new Set(readTags(tags).map(foldText))
  return [...wishes.tags].filter(([fold, { isWanted }]) => here.has(fold) !== isWanted).map(([, wish]) => wish)
}

function entryOf(state: UserState | null, key: string): MetadataOperation['from'] {
  const entry = winnerOf(state?.keys.get(key) ?? [])
  if (entry === null) return null
  return { at: entry.at, ...(!entry.clear && entry.to !== undefined && { to: entry.to }) }
}

type Freezes = { readonly keys: Frozen | undefined; readonly tags: Frozen | undefined }

/** The layers that a first edit under `untilFirstChange` has to carry. */
function freezes({ layer }: EditSubject, state: UserState | null, strategy: Strategy): Freezes {
  if (strategy !== 'untilFirstChange') return { keys: undefined, tags: undefined }
  const keys = { layer, epoch: (state?.frozen?.epoch ?? -1) + 1 }
  const tags = { layer: { metadata: '{}', tags: layer.tags }, epoch: (state?.frozenTags?.epoch ?? -1) + 1 }
  return {
    keys: state && isFrozen(state) ? undefined : keys,
    tags: state && areTagsFrozen(state) ? undefined : tags,
  }
}

function toChange(keys: readonly KeyWish[], tags: readonly TagWish[]): Pending {
  const set = new Map<string, ValueText>()
  for (const [key, to] of keys) if (to !== null) set.set(key, to)
  return {
    set,
    unset: keys.filter(([, to]) => to === null).map(([key]) => key),
    addTags: tags.filter(({ isWanted }) => isWanted).map(({ tag }) => tag),
    removeTags: tags.filter(({ isWanted }) => !isWanted).map(({ tag }) => tag),
  }
}

/** The keys and tags that change, as JSON texts before and after. */
export function describeChange(subject: EditSubject, { change }: PlannedImage): { before: string; after: string } {
  const values = parseValues(subject.metadata)
  const before = new Map<string, ValueText>()
  const after = new Map(change.set)
  for (const key of [...change.set.keys(), ...change.unset]) {
    const value = values.get(key)
    if (value !== undefined) before.set(key, value)
  }
  if (change.addTags.length + change.removeTags.length > 0) {
    const tags = readTags(subject.tags)
    const gone = new Set(change.removeTags.map(foldText))
    const rest = [...tags.filter((tag) => !gone.has(foldText(tag))), ...change.addTags].sort(compareText)
    before.set('tags', JSON.stringify(tags))
    after.set('tags', JSON.stringify(rest))
  }
  return { before: printValues(before), after: printValues(after) }
}

function readTags(text: string): string[] {
  return text === '' ? [] : (JSON.parse(text) as string[])
}
