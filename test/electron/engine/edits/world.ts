/** One image of one device, edited and rewritten by others, through the real planner, fold and strategies. */
import { createClock } from '../../../../shared/domain/clock.ts'
import { foldRecord, readState, writeState, type UserState } from '../../../../shared/domain/fold.ts'
import { EMPTY_LAYER_TEXT, type LayerText, parseLayer, printLayer } from '../../../../shared/domain/layer.ts'
import type { EditRequest, JournalRecord } from '../../../../shared/domain/operation.ts'
import type { Strategy } from '../../../../shared/domain/root.ts'
import { combine, type Combined, isEmptyPending, pendingForFile } from '../../../../shared/domain/strategy.ts'
import { foldText } from '../../../../shared/lib/text.ts'
import type { EditSubject } from '../../../../electron/engine/db/index.ts'
import { planImage, toWishes } from '../../../../electron/engine/edits/plan-image.ts'

export type World = {
  readonly records: JournalRecord[]
  edit(requests: readonly EditRequest[]): boolean
  /** Another program writes the sidecar, or removes it (null). */
  foreign(layer: LayerText | null): void
  /** Our own write-back of everything in force that the file lacks. */
  write(): void
  effective(): Combined
  layer(): LayerText
  state(): UserState
  /** What an index built from the truth alone shows, whatever the order in which journals are read. */
  rebuilt(order: (records: readonly JournalRecord[]) => readonly JournalRecord[]): Combined
}

type Draft = Record<string, unknown>

export function createWorld(strategy: Strategy, device = 'device-a'): World {
  let time = 1_700_000_000_000
  const clock = createClock({ now: () => (time += 1000) })
  const records: JournalRecord[] = []
  let text = ''
  let layer: LayerText = EMPTY_LAYER_TEXT
  let hasSidecar = false

  const image = { path: 'p.jpg', contentHash: null }
  const hashOf = (layer: LayerText) => `${layer.metadata}|${layer.tags}`
  const store = {
    get: () => (text === '' ? null : readState(text)),
    set: (_: string, state: UserState) => void (text = writeState(state)),
    delete: () => void (text = ''),
  }
  const add = (draft: Draft): void => {
    const head = { v: 1, dev: device, seq: records.length + 1, hlc: clock.tick() }
    const record = { ...head, ...draft } as unknown as JournalRecord
    records.push(record)
    foldRecord(store, record)
  }
  const sources = (state: UserState | null) => ({
    strategy,
    state,
    layer: parseLayer(layer),
    layerHash: hashOf(layer),
    hasSidecar,
  })
  const subject = (): EditSubject => {
    const { values, tags } = combine(sources(store.get()))
    const effective = printLayer({ values, tags })
    return {
      row: 1,
      id: 'id',
      rootId: 'root',
      path: image.path,
      quickHash: null,
      hasSidecar,
      isStale: false,
      sidecars: [],
      layer,
      layerHash: hashOf(layer),
      state: text,
      ...effective,
    }
  }

  return {
    records,
    edit(requests) {
      const plan = planImage(subject(), toWishes(requests), strategy)
      if (plan) add({ kind: 'edit', batch: 'b', end: true, ops: plan.ops })
      return plan !== null
    },
    foreign(next) {
      const after = next ?? EMPTY_LAYER_TEXT
      if (strategy === 'append' && hashOf(after) !== hashOf(layer)) add({ kind: 'seen', image, layer })
      layer = after
      hasSidecar = next !== null
    },
    write() {
      const pending = pendingForFile({ ...sources(store.get()), device })
      if (isEmptyPending(pending)) return
      const { values, tags } = parseLayer(layer)
      const next = new Map([...values, ...pending.set])
      for (const key of pending.unset) next.delete(key)
      const removed = new Set(pending.removeTags.map(foldText))
      const kept = (tags ?? []).filter((tag) => !removed.has(foldText(tag)))
      const hasTags = tags !== null || pending.addTags.length > 0
      const after = printLayer({ values: next, tags: hasTags ? [...kept, ...pending.addTags] : null })
      const before = hashOf(layer)
      layer = after
      hasSidecar = true
      add({ kind: 'written', image, file: 'p.json', sha256: 's', base: before, layer: hashOf(after) })
    },
    effective: () => combine(sources(store.get())),
    layer: () => layer,
    state: () => store.get() ?? readState(''),
    rebuilt(order) {
      let fresh = ''
      for (const record of order(records)) {
        foldRecord(
          { ...store, get: () => readState(fresh), set: (_, state) => void (fresh = writeState(state)) },
          record,
        )
      }
      return combine(sources(fresh === '' ? null : readState(fresh)))
    },
  }
}
