/**
 * The laws of semantics.md §5: each strategy equals a small reference model that replays the same edits and sidecar
 * changes, and an index rebuilt from the truth shows the same; both ways of keeping edits.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LayerText, parseLayer, printLayer } from '../../../../shared/domain/layer.ts'
import type { EditRequest } from '../../../../shared/domain/operation.ts'
import { type EditMode, EDIT_MODES, STRATEGIES, type Strategy } from '../../../../shared/domain/root.ts'
import { createWorld } from './world.ts'

type Values = Record<string, string>
type Content = { values: Values; tags: string[] | null }
/** One edit of a key or tag: what it wants (null = gone), the content it was made upon, and our writes since. */
type Edit = { to: string | null; base: string; writes: [string, string][] }

type Model = {
  sidecar: Content
  keys: Record<string, Edit>
  tags: Record<string, Edit>
  /** Under untilFirstChange: the values and tags as the first edit found them. */
  frozen: Values | null
  frozenTags: string[] | null
  /** Under append: what the image has had from its sidecars, first come first kept. */
  had: Values
  hadTags: string[]
  /** Our write-backs so far: content before and after. */
  writes: [string, string][]
}

const textOf = ({ values, tags }: Content) =>
  JSON.stringify([printLayer({ values: new Map(Object.entries(values)), tags: null }), tags])

function isOvertaken({ sidecar }: Model, { base, writes }: Edit): boolean {
  if (Object.keys(sidecar.values).length === 0 && sidecar.tags === null) return false
  const ours = new Set([base])
  for (const _ of writes) for (const [before, after] of writes) if (ours.has(before)) ours.add(after)
  return !ours.has(textOf(sidecar))
}

/** The five strategies as plainly as they can be said. */
const KEYS: Record<Strategy, (model: Model) => [Values, (key: string, edit: Edit) => boolean]> = {
  mergeBucketWins: (m) => [
    m.sidecar.values,
    (key, edit) => !isOvertaken(m, edit) || (edit.to !== null && !(key in m.sidecar.values)),
  ],
  mergeUserWins: (m) => [m.sidecar.values, () => true],
  overwrite: (m) => [m.sidecar.values, (_, edit) => !isOvertaken(m, edit)],
  untilFirstChange: (m) => [m.frozen ?? m.sidecar.values, () => true],
  append: (m) => [{ ...m.sidecar.values, ...m.had }, () => true],
}
const TAGS: Record<Strategy, (model: Model) => [string[], (edit: Edit) => boolean]> = {
  mergeBucketWins: (m) => [m.sidecar.tags ?? [], (edit) => edit.to !== null || !isOvertaken(m, edit)],
  mergeUserWins: (m) => [m.sidecar.tags ?? [], () => true],
  overwrite: (m) => [
    m.sidecar.tags ?? [],
    (edit) => !isOvertaken(m, edit) || (edit.to !== null && m.sidecar.tags === null),
  ],
  untilFirstChange: (m) => [m.frozenTags ?? m.sidecar.tags ?? [], () => true],
  append: (m) => [[...new Set([...(m.sidecar.tags ?? []), ...m.hadTags])], () => true],
}

function overlay<T>(base: [string, T][], edits: [string, T | null][]): Map<string, T> {
  const all = new Map<string, T>(base)
  for (const [name, to] of edits) {
    if (to === null) all.delete(name)
    else all.set(name, to)
  }
  return all
}

function edits(model: Model, strategy: Strategy): { keys: [string, string | null][]; tags: [string, string | null][] } {
  const [, keyApplies] = KEYS[strategy](model)
  const [, tagApplies] = TAGS[strategy](model)
  return {
    keys: Object.entries(model.keys)
      .filter(([key, edit]) => keyApplies(key, edit))
      .map(([key, { to }]) => [key, to]),
    tags: Object.entries(model.tags)
      .filter(([, edit]) => tagApplies(edit))
      .map(([tag, { to }]) => [tag, to]),
  }
}

function effective(model: Model, strategy: Strategy): { values: Map<string, string>; tags: string[] } {
  const inForce = edits(model, strategy)
  const tags = TAGS[strategy](model)[0].map((tag): [string, string] => [tag, tag])
  return {
    values: overlay(Object.entries(KEYS[strategy](model)[0]), inForce.keys),
    tags: [...overlay(tags, inForce.tags).keys()].sort(),
  }
}

function modelEdit(model: Model, strategy: Strategy, request: EditRequest): void {
  const now = effective(model, strategy)
  const base = textOf(model.sidecar)
  // A write may have been under way when the edit was made, so one from its base counts whenever it was (docs/adr/0002).
  const edit = (to: string | null): Edit => ({ to, base, writes: model.writes.filter(([before]) => before === base) })
  if ('key' in request) {
    const to = request.kind === 'set' ? request.to : null
    if ((now.values.get(request.key) ?? null) === to) return
    model.frozen ??= model.sidecar.values
    model.keys[request.key] = edit(to)
  } else {
    const isWanted = request.kind === 'tag'
    if (now.tags.includes(request.tag) === isWanted) return
    model.frozenTags ??= model.sidecar.tags ?? []
    model.tags[request.tag] = edit(isWanted ? request.tag : null)
  }
}

function modelForeign(model: Model, next: Content): void {
  model.had = { ...model.sidecar.values, ...model.had }
  model.hadTags = [...new Set([...model.hadTags, ...(model.sidecar.tags ?? [])])]
  model.sidecar = next
}

function modelWrite(model: Model, strategy: Strategy): void {
  const inForce = edits(model, strategy)
  const { values, tags } = model.sidecar
  const nextTags = [
    ...overlay(
      (tags ?? []).map((tag) => [tag, tag]),
      inForce.tags,
    ).keys(),
  ]
  const next = {
    values: Object.fromEntries(overlay(Object.entries(values), inForce.keys)),
    tags: tags === null && nextTags.length === 0 ? null : nextTags,
  }
  const [before, after] = [textOf(model.sidecar), textOf(next)]
  if (before === after) return
  for (const edit of [...Object.values(model.keys), ...Object.values(model.tags)]) edit.writes.push([before, after])
  model.writes.push([before, after])
  model.sidecar = next
}

const toLayer = ({ values, tags }: Content): LayerText => printLayer({ values: new Map(Object.entries(values)), tags })

type Step = { kind: 'edit'; requests: EditRequest[]; isWritten: boolean } | { kind: 'foreign'; content: Content | null }

const key = fc.constantFrom('a', 'b', 'c')
const value = fc.constantFrom('1', '2', '"x"')
const tag = fc.constantFrom('x', 'y')
const request: fc.Arbitrary<EditRequest> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, to: value }),
  fc.record({ kind: fc.constant('unset' as const), key }),
  fc.record({ kind: fc.constantFrom('tag' as const, 'untag' as const), tag }),
)
const content: fc.Arbitrary<Content> = fc.record({
  values: fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true }),
  tags: fc.constantFrom(null, [], ['x'], ['x', 'y'], ['y']),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('edit' as const),
    requests: fc.array(request, { minLength: 1, maxLength: 1 }),
    isWritten: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('foreign' as const), content: fc.option(content, { freq: 6 }) }),
)

function replay(strategy: Strategy, mode: EditMode, { start, steps, order }: Case): void {
  const world = createWorld(strategy)
  const none = { values: {}, tags: null }
  const model: Model = {
    sidecar: none,
    keys: {},
    tags: {},
    frozen: null,
    frozenTags: null,
    had: {},
    hadTags: [],
    writes: [],
  }
  const all: Step[] = [{ kind: 'foreign', content: start }, ...steps]
  for (const step of all) {
    if (step.kind === 'foreign') {
      modelForeign(model, step.content ?? none)
      world.foreign(step.content && toLayer(step.content))
    } else {
      for (const request of step.requests) modelEdit(model, strategy, request)
      world.edit(step.requests)
      if (mode === 'sidecars' && step.isWritten) {
        modelWrite(model, strategy)
        world.write()
      }
    }
    const { values, tags, ...facts } = world.effective()
    expect({ values, tags }).toEqual(effective(model, strategy))
    expect(normal(world.layer())).toEqual(normal(toLayer(model.sidecar)))
    expect(world.rebuilt((records) => [...records].sort(by(order)))).toEqual({ values, tags, ...facts })
  }
}

type Case = { start: Content | null; steps: Step[]; order: number }

/** The order in which tags stand in a file is not at stake here. */
function normal(text: LayerText): unknown {
  const { values, tags } = parseLayer(text)
  return { values, tags: tags && [...tags].sort() }
}

function by(seed: number) {
  const rank = (seq: number) => Math.imul(seq ^ seed, 2_654_435_761) >>> 0
  return (a: { seq: number }, b: { seq: number }) => rank(a.seq) - rank(b.seq)
}

describe.each(STRATEGIES)('%s', (strategy) => {
  test.each(EDIT_MODES)('equals its reference model, edits kept %s', (mode) => {
    const cases = fc.record({ start: fc.option(content), steps: fc.array(step, { maxLength: 14 }), order: fc.nat() })
    fc.assert(
      fc.property(cases, (sequence) => replay(strategy, mode, sequence)),
      { numRuns: 1000 },
    )
  })
})

const BEFORE = { location: '"B"', note: '"x"', temp: '1' }
const AFTER: Record<Strategy, Values> = {
  mergeBucketWins: { lens: '"50mm"', location: '"C"', note: '"x"', temp: '2' },
  mergeUserWins: { lens: '"50mm"', location: '"B"', note: '"x"', temp: '2' },
  overwrite: { lens: '"50mm"', location: '"C"', temp: '2' },
  untilFirstChange: { location: '"B"', note: '"x"', temp: '1' },
  append: { lens: '"50mm"', location: '"B"', note: '"x"', temp: '1' },
}

describe.each(STRATEGIES)('the worked example under %s', (strategy) => {
  test.each(EDIT_MODES)('edits kept %s', (mode) => {
    const world = createWorld(strategy)
    const write = () => mode === 'sidecars' && world.write()
    world.foreign(toLayer({ values: { location: '"A"', temp: '1' }, tags: null }))
    world.edit([
      { kind: 'set', key: 'location', to: '"B"' },
      { kind: 'set', key: 'note', to: '"x"' },
    ])
    write()
    expect(Object.fromEntries(world.effective().values)).toEqual(BEFORE)
    world.foreign(toLayer({ values: { location: '"C"', temp: '2', lens: '"50mm"' }, tags: null }))
    expect(Object.fromEntries(world.effective().values)).toEqual(AFTER[strategy])
    expect(world.rebuilt((records) => [...records].reverse())).toEqual(world.effective())
  })
})
