/** How states grow: each function takes in one more fact or a whole other state; order and repeats do not matter. */
import { foldText } from '../lib/text.ts'
import { compareAt, deviceOf } from './clock.ts'
import { parseValues } from './layer.ts'
import type { At, Operation, SeenRecord } from './operation.ts'
import type { Clash, Edge, Freeze, Held, Register, Slot, UserState } from './user-state.ts'

/** Takes in one operation that stands at `at`. */
export function addOperation(state: UserState, op: Operation, at: At): void {
  if ('key' in op) {
    const { key, base, to, clear, from, frozen } = op
    const entry = { at, base, ...(to !== undefined && { to }), ...(clear && { clear }) }
    state.keys.set(key, addEntry(state.keys.get(key), entry, from === null ? [] : [from.at]))
    if (frozen) state.frozen = chooseFreeze(state.frozen, { at, epoch: frozen.epoch, text: frozen.layer.metadata })
  } else {
    const { tag, base, change, saw, frozen } = op
    const fold = foldText(tag)
    state.tags.set(fold, addEntry(state.tags.get(fold), { at, base, tag, change }, saw))
    if (frozen) state.frozenTags = chooseFreeze(state.frozenTags, { at, epoch: frozen.epoch, text: frozen.layer.tags })
  }
}

/** Takes in a write-back: of each device and pair of contents the latest counts. */
export function addEdge(state: UserState, edge: Edge): void {
  const rest: Edge[] = []
  for (const other of state.written) {
    const isSame = other.base === edge.base && other.layer === edge.layer && deviceOf(other.at) === deviceOf(edge.at)
    if (isSame && compareAt(other.at, edge.at) >= 0) return
    if (!isSame) rest.push(other)
  }
  state.written = [...rest, edge]
}

/** Takes in what `append` must keep: of each key the earliest. */
export function addSeen(state: UserState, layer: SeenRecord['layer'], at: At): void {
  for (const [key, text] of parseValues(layer.metadata)) hold(state.held, key, { at, text })
  const tags = layer.tags === '' ? [] : (JSON.parse(layer.tags) as string[])
  for (const tag of tags) hold(state.heldTags, foldText(tag), { at, text: tag })
}

export function addClash(state: UserState, key: string, clash: Clash): void {
  const known = state.clashes.get(key)
  if (!known || later(clash, known)) state.clashes.set(key, clash)
}

/** Takes in all that another path's state holds, except where its image went. */
export function addState(state: UserState, other: UserState): void {
  for (const [key, register] of other.keys) state.keys.set(key, joinRegisters(state.keys.get(key), register))
  for (const [tag, register] of other.tags) state.tags.set(tag, joinRegisters(state.tags.get(tag), register))
  for (const edge of other.written) addEdge(state, edge)
  for (const [key, held] of other.held) hold(state.held, key, held)
  for (const [tag, held] of other.heldTags) hold(state.heldTags, tag, held)
  if (other.frozen) state.frozen = chooseFreeze(state.frozen, other.frozen)
  if (other.frozenTags) state.frozenTags = chooseFreeze(state.frozenTags, other.frozenTags)
  for (const [key, clash] of other.clashes) addClash(state, key, clash)
  touch(state, other.newest)
}

/** Notes that something at `at` was folded in. */
export function touch(state: UserState, at: At): void {
  if (at !== '' && (state.newest === '' || compareAt(at, state.newest) > 0)) state.newest = at
}

type Placed = { readonly at: At }

function addEntry<E extends Placed>(register: Register<E> = [], entry: E, saw: readonly At[]): Register<E> {
  let slots = addSlot(register, { at: entry.at, entry })
  for (const at of saw) slots = addSlot(slots, { at, entry: null })
  return slots
}

function joinRegisters<E extends Placed>(a: Register<E> = [], b: Register<E>): Register<E> {
  return b.reduce(addSlot<E>, a)
}

function addSlot<E extends Placed>(register: Register<E>, slot: Slot<E>): Register<E> {
  const device = deviceOf(slot.at)
  const index = register.findIndex(({ at }) => deviceOf(at) === device)
  const known = register[index]
  if (known === undefined) return [...register, slot]
  const order = compareAt(slot.at, known.at)
  const isNewer = order > 0 || (order === 0 && outranks(slot, known))
  return isNewer ? register.toSpliced(index, 1, slot) : register
}

/** At one place: having been seen counts for ever; of two records that claim one place, the greater text. */
function outranks<E extends object>(slot: Slot<E>, known: Slot<E>): boolean {
  if (slot.entry === null || known.entry === null) return slot.entry === null
  return canonical(slot.entry) > canonical(known.entry)
}

function chooseFreeze(known: Freeze | null, freeze: Freeze): Freeze {
  if (known === null || freeze.epoch !== known.epoch) return known && known.epoch > freeze.epoch ? known : freeze
  const order = compareAt(freeze.at, known.at)
  return order < 0 || (order === 0 && freeze.text < known.text) ? freeze : known
}

function hold(map: Map<string, Held>, key: string, held: Held): void {
  const known = map.get(key)
  const order = known ? compareAt(held.at, known.at) : -1
  if (order < 0 || (order === 0 && held.text < known!.text)) map.set(key, held)
}

/** True if `a` stands later than `b`, or claims its place with the greater text. */
export function later<T extends Placed>(a: T, b: T): boolean {
  const order = compareAt(a.at, b.at)
  return order > 0 || (order === 0 && canonical(a) > canonical(b))
}

function canonical(value: object): string {
  return JSON.stringify(value, Object.keys(value).sort())
}
