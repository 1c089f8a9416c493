/**
 * Folds journal records into the user states of a root's images. The result does not depend on the order in which
 * records arrive, nor on how often; only a move that arrives after operations it precedes cannot be taken in on its
 * own, and says `refold`: then the caller drops the root's states and folds all its journals again, in order.
 */
import { atOf, compareAt } from './clock.ts'
import { addClash, addEdge, addOperation, addSeen, addState, later, touch } from './join.ts'
import type { ImageId } from './ids.ts'
import type { At, JournalRecord, MovedRecord, RootRecord } from './operation.ts'
import type { RootSettings } from './root.ts'
import { emptyState, type UserState } from './user-state.ts'

export { readState, writeState, type UserState } from './user-state.ts'

/** Where the states of one root are kept, by path; the root's own settings are under ''. */
export type StateStore = {
  get(path: string): UserState | null | undefined
  set(path: string, state: UserState): void
  delete(path: string): void
}

export type FoldEffect = {
  /** Paths whose state may have changed. */
  readonly paths: readonly string[]
  /** The root's settings as all records known make them, where this record is one. */
  readonly settings?: Partial<RootSettings>
  readonly moved?: { readonly from: string; readonly to: string; readonly id: ImageId }
  /** Nothing was changed: states must be dropped and all journals folded again in (hlc, dev, seq) order. */
  readonly refold?: true
}

export function foldRecord(store: StateStore, record: JournalRecord): FoldEffect {
  switch (record.kind) {
    case 'edit':
      return foldEdit(store, record)
    case 'moved':
      return foldMove(store, record)
    case 'root':
      return foldSettings(store, record)
    default: {
      const at = atOf(record)
      const path = change(store, record.image.path, at, (state) => {
        if (record.kind === 'written') addEdge(state, { at, base: record.base, layer: record.layer })
        else if (record.kind === 'seen') addSeen(state, record.layer, at)
        else addClash(state, record.key, { at, ours: record.ours, theirs: record.theirs })
      })
      return { paths: [path] }
    }
  }
}

function foldEdit(store: StateStore, record: JournalRecord & { kind: 'edit' }): FoldEffect {
  const paths = new Set<string>()
  for (const [index, op] of record.ops.entries()) {
    const at = atOf(record, index)
    paths.add(change(store, op.image.path, at, (state) => addOperation(state, op, at)))
  }
  return { paths: [...paths] }
}

function change(store: StateStore, path: string, at: At, add: (state: UserState) => void): string {
  const place = locate(store, path, at)
  add(place.state)
  touch(place.state, at)
  store.set(place.path, place.state)
  return place.path
}

/** Where the image that was at `path` at that moment is now, following the moves known. */
function locate(store: StateStore, path: string, at: At): { path: string; state: UserState } {
  let place = path
  let moment = at
  for (;;) {
    const state = store.get(place) ?? emptyState()
    const departure = state.departures.find((move) => compareAt(move.at, moment) > 0)
    if (!departure) return { path: place, state }
    // Subtle: moments only grow along the way, so this ends even where images changed places.
    place = departure.to
    moment = departure.at
  }
}

function foldMove(store: StateStore, record: MovedRecord): FoldEffect {
  const at = atOf(record)
  const { to, id, image } = record
  const from = image.path
  if (from === to) return { paths: [] }
  const left = store.get(from) ?? emptyState()
  if (left.departures.some((move) => move.at === at)) return { paths: [] }
  const isLate = left.newest !== '' && compareAt(left.newest, at) > 0
  if (isLate || left.departures.some((move) => compareAt(move.at, at) > 0)) return { paths: [], refold: true }

  store.set(from, { ...emptyState(), departures: [...left.departures, { at, to, id }], settings: left.settings })
  const place = locate(store, to, at)
  addState(place.state, left)
  touch(place.state, at)
  if (!place.state.id || later({ at, id }, place.state.id)) place.state.id = { at, id }
  store.set(place.path, place.state)
  return { paths: [from, place.path], moved: { from, to: place.path, id } }
}

function foldSettings(store: StateStore, record: RootRecord): FoldEffect {
  const at = atOf(record)
  const state = store.get('') ?? emptyState()
  for (const [name, value] of Object.entries(record.settings)) {
    const known = state.settings.get(name)
    if (!known || later({ at, value }, known)) state.settings.set(name, { at, value })
  }
  store.set('', state)
  return { paths: [], settings: Object.fromEntries([...state.settings].map(([name, { value }]) => [name, value])) }
}
