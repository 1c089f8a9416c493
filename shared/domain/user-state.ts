/**
 * The user layer of one image: what all devices' operations on it come to, whatever order they arrived in.
 *
 * Every part is a lattice (latest or earliest wins, sets only grow), so folding the same records in any order, once or
 * twice, gives the same state and the same text. Per key and tag only each device's newest operation is kept: a device
 * has always seen its own earlier ones.
 */
import { compareText } from '../lib/text.ts'
import { compareAt } from './clock.ts'
import type { ImageId, LayerHash } from './ids.ts'
import type { ValueText } from './layer.ts'
import type { At } from './operation.ts'

export type KeyEntry = {
  readonly at: At
  readonly base: LayerHash
  /** Null = removed. With `clear`: what the sidecar is to hold again; absent = whatever it holds. */
  readonly to?: ValueText | null
  /** The user layer has no entry any more. */
  readonly clear?: true
}

export type TagEntry = {
  readonly at: At
  readonly base: LayerHash
  readonly tag: string
  readonly change: 'add' | 'remove' | 'clear'
}

/** The newest thing known of one device: an operation still in force beside the others', or (null) one that another has seen. */
export type Slot<E> = { readonly at: At; readonly entry: E | null }
/** One slot a device. */
export type Register<E> = readonly Slot<E>[]

/** One of our write-backs: content of the sidecar layer before and after. */
export type Edge = { readonly at: At; readonly base: LayerHash; readonly layer: LayerHash }
/** A layer frozen under `untilFirstChange`; `text` is of the values or of the tags. */
export type Freeze = { readonly at: At; readonly epoch: number; readonly text: string }
/** A value that `append` keeps although the sidecar may have lost it. */
export type Held = { readonly at: At; readonly text: string }
export type Clash = { readonly at: At; readonly ours: ValueText | null; readonly theirs: ValueText | null }
/** The image that was at this path until then lives elsewhere now. */
type Departure = { readonly at: At; readonly to: string; readonly id: ImageId }

export type UserState = {
  readonly keys: Map<string, Register<KeyEntry>>
  /** By folded tag. */
  readonly tags: Map<string, Register<TagEntry>>
  /** One for each device and pair of contents, the latest. */
  written: readonly Edge[]
  readonly held: Map<string, Held>
  readonly heldTags: Map<string, Held>
  frozen: Freeze | null
  frozenTags: Freeze | null
  readonly clashes: Map<string, Clash>
  /** In order. */
  departures: readonly Departure[]
  /** The id that came along with a move to this path. */
  id: { readonly at: At; readonly id: ImageId } | null
  /** The latest place of anything folded in; '' = nothing. */
  newest: At
  /** Only in the root's own state: its settings, the latest of each. */
  readonly settings: Map<string, { readonly at: At; readonly value: string }>
}

export function emptyState(): UserState {
  return {
    keys: new Map(),
    tags: new Map(),
    written: [],
    held: new Map(),
    heldTags: new Map(),
    frozen: null,
    frozenTags: null,
    clashes: new Map(),
    departures: [],
    id: null,
    newest: '',
    settings: new Map(),
  }
}

/** The operation in force: the latest of all devices. */
export function winnerOf<E extends { readonly at: At }>(register: Register<E>): E | null {
  let winner: E | null = null
  for (const { entry } of register) {
    if (entry !== null && (winner === null || compareAt(entry.at, winner.at) > 0)) winner = entry
  }
  return winner
}

/** Operations that no other has seen: more than one where devices changed the same without knowing of each other. */
export function headsOf<E>(register: Register<E>): E[] {
  const heads: E[] = []
  for (const { entry } of register) if (entry !== null) heads.push(entry)
  return heads
}

type Packed = {
  k?: Record<string, Slot<KeyEntry>[]>
  t?: Record<string, Slot<TagEntry>[]>
  w?: readonly Edge[]
  h?: Record<string, Held>
  g?: Record<string, Held>
  f?: Freeze
  e?: Freeze
  c?: Record<string, Clash>
  m?: readonly Departure[]
  i?: UserState['id']
  n?: At
  s?: Record<string, { readonly at: At; readonly value: string }>
}

/** Reads a text of `writeState`. */
export function readState(text: string): UserState {
  const state = emptyState()
  if (text === '') return state
  const packed = JSON.parse(text) as Packed
  fill(state.keys, packed.k)
  fill(state.tags, packed.t)
  state.written = packed.w ?? []
  fill(state.held, packed.h)
  fill(state.heldTags, packed.g)
  state.frozen = packed.f ?? null
  state.frozenTags = packed.e ?? null
  fill(state.clashes, packed.c)
  state.departures = packed.m ?? []
  state.id = packed.i ?? null
  state.newest = packed.n ?? ''
  fill(state.settings, packed.s)
  return state
}

/** The one text of a state, '' where there is nothing. */
export function writeState(state: UserState): string {
  const packed: Packed = {
    ...(state.keys.size > 0 && { k: pack(state.keys, sortSlots) }),
    ...(state.tags.size > 0 && { t: pack(state.tags, sortSlots) }),
    ...(state.written.length > 0 && { w: [...state.written].sort(compareEdges) }),
    ...(state.frozen && { f: state.frozen }),
    ...(state.frozenTags && { e: state.frozenTags }),
    ...writeRest(state),
  }
  const text = JSON.stringify(packed)
  return text === '{}' ? '' : text
}

function writeRest(state: UserState): Packed {
  return {
    ...(state.held.size > 0 && { h: pack(state.held) }),
    ...(state.heldTags.size > 0 && { g: pack(state.heldTags) }),
    ...(state.clashes.size > 0 && { c: pack(state.clashes) }),
    ...(state.departures.length > 0 && { m: state.departures }),
    ...(state.id && { i: state.id }),
    ...(state.newest !== '' && { n: state.newest }),
    ...(state.settings.size > 0 && { s: pack(state.settings) }),
  }
}

// Subtle: `__proto__` and numbers are keys like any others: no prototype on either way, and order is our own sort's
// except for integer-like keys, which engines put first: still one text for one state.
function pack<T, U = T>(
  map: ReadonlyMap<string, T>,
  order: (value: T) => U = (value) => value as never,
): Record<string, U> {
  const packed = Object.create(null) as Record<string, U>
  for (const key of [...map.keys()].sort()) packed[key] = order(map.get(key)!)
  return packed
}

function fill<T>(map: Map<string, T>, packed: Record<string, T> | undefined): void {
  if (packed === undefined) return
  for (const key of Object.keys(packed)) map.set(key, packed[key]!)
}

function sortSlots<E>(register: Register<E>): Slot<E>[] {
  return [...register].sort((a, b) => compareAt(a.at, b.at))
}

function compareEdges(a: Edge, b: Edge): number {
  return compareAt(a.at, b.at) || compareText(a.base, b.base) || compareText(a.layer, b.layer)
}
