/** A client that answers from memory. Sections are typed as the contract's; what a test does not give throws by name. */
import type { Client, ImageDetailView, ImageView, RootView } from '../../../shared/contract/index.ts'

export type FakeAnswers = { [S in keyof Client]?: Partial<Client[S]> }

const SECTIONS = ['library', 'query', 'images', 'edits', 'schema', 'jobs', 'events'] as const

/** Every call is noted as [name, input]. */
export type Call = readonly [name: string, input: unknown]

export function fakeClient(answers: FakeAnswers): { client: Client; calls: Call[] } {
  const calls: Call[] = []
  const section = (name: (typeof SECTIONS)[number]) =>
    new Proxy(
      {},
      {
        get: (_, procedure) => async (input: unknown, options: unknown) => {
          const given = (answers[name] ?? {}) as Record<string, (input: unknown, options: unknown) => unknown>
          const answer = given[String(procedure)] ?? DEFAULTS[`${name}.${String(procedure)}`]
          if (!answer) throw new Error(`The test gives no answer for ${name}.${String(procedure)}.`)
          if (name !== 'events') calls.push([`${name}.${String(procedure)}`, input])
          return answer(input, options)
        },
      },
    )
  return { client: Object.fromEntries(SECTIONS.map((name) => [name, section(name)])) as unknown as Client, calls }
}

const DEFAULTS: Record<string, (input: unknown, options: unknown) => unknown> = {
  'events.watch': async function* watch(_: unknown, options: unknown) {
    const { signal } = options as { signal: AbortSignal }
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    yield* []
  },
  'query.close': () => ({}),
  'library.measure': () => ({ measured: 0, ms: 0 }),
}

export function root(changes: Partial<RootView> = {}): RootView {
  return {
    id: 'a'.repeat(32),
    name: 'captures',
    slug: 'captures',
    path: '/data/captures',
    strategy: 'mergeBucketWins',
    edits: 'sidecars',
    isOffline: false,
    isReadOnly: false,
    guard: null,
    images: 2,
    ...changes,
  }
}

export function image(changes: Partial<ImageView> = {}): ImageView {
  return {
    id: 'AAAAAAAAAAAAAAAAAAAA',
    path: 'a.jpg',
    root: 'captures',
    rootId: 'a'.repeat(32),
    metadata: '{}',
    tags: [],
    width: null,
    height: null,
    size: 1000,
    format: null,
    split: null,
    taken: null,
    modified: Date.UTC(2026, 4, 3, 10, 0, 0),
    edited: null,
    isOffline: false,
    isUnwritten: false,
    problems: [],
    ...changes,
  }
}

export function detail(changes: Partial<ImageDetailView> = {}): ImageDetailView {
  return {
    ...image(),
    absolutePath: '/data/captures/a.jpg',
    sidecars: ['a.json'],
    values: [],
    tagSources: [],
    exif: {},
    details: [],
    isStale: false,
    unwrittenReason: null,
    ...changes,
  }
}

/** `query.open` and `query.page` over fixed images. */
export function result(images: readonly ImageView[]): Pick<Client['query'], 'open' | 'page'> {
  return {
    open: async () => ({ resultId: 7, total: images.length, revision: 1, unmeasured: 0, warnings: [], ms: 1 }),
    page: async ({ offset, limit }) => ({ images: images.slice(offset, offset + limit), revision: 1, isStale: false }),
  }
}
