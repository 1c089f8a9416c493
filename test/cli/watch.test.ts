import { describe, expect, it } from 'vitest'
import { Failure } from '../../electron/cli/failure.ts'
import type { Client, Event, ImageView, RootView } from '../../shared/contract/index.ts'
import { image, root } from './support/fake-client.ts'
import { run } from './support/run.ts'

type State = { revision: number; images: ImageView[]; roots: RootView[] }
const a = image({ id: 'a', path: 'a.jpg' })
const b = image({ id: 'b', path: 'b.jpg' })

/** Runs `watch` over a list of states; each step tells an event, or throws; the last one interrupts. */
async function watched(first: State, steps: { event?: Event; lost?: true; state?: State }[], words: string[] = []) {
  const controller = new AbortController()
  let state = first
  const count = { steps: 0, answers: 0 }
  let onAnswer = () => {}
  const watch = async () =>
    (async function* stream(): AsyncGenerator<Event, void, void> {
      for (;;) {
        // One step a time: the next one comes when the answer to the last one was read to its end.
        while (count.answers <= count.steps) await new Promise<void>((resolve) => (onAnswer = resolve))
        const step = steps[count.steps++]
        if (!step) {
          controller.abort()
          return
        }
        if (step.state) state = step.state
        if (step.lost) throw new Failure('OUTCOME_UNKNOWN', 'gone')
        if (step.event) yield step.event
      }
    })()
  const answers = {
    events: { watch: watch as unknown as Client['events']['watch'] },
    library: { roots: async () => state.roots },
    query: {
      count: async () => ({ count: state.images.length, unmeasured: 0, warnings: [], ms: 0 }),
      open: async () => ({
        resultId: 1,
        total: state.images.length,
        revision: state.revision,
        unmeasured: 0,
        warnings: [],
        ms: 0,
      }),
      close: async () => {
        count.answers += 1
        onAnswer()
        return {}
      },
      page: async ({ offset, limit }: { offset: number; limit: number }) => ({
        images: state.images.slice(offset, offset + limit),
        revision: state.revision,
        isStale: false,
      }),
    },
  }
  const found = await run(['watch', ...words], { answers, signal: controller.signal })
  const lines = found.out.split('\n').slice(0, -1)
  return { ...found, lines: lines.map((line) => JSON.parse(line) as unknown) }
}

const index = (revision: number): Event => ({ kind: 'index', revision })

describe('watch', () => {
  it('prints every change until interrupted', async () => {
    const changed = { ...a, tags: ['x'] }
    const { lines, code, err, connections } = await watched({ revision: 1, images: [a], roots: [root()] }, [
      { event: index(2), state: { revision: 2, images: [changed, b], roots: [root()] } },
      { event: index(2) },
      { event: index(3), state: { revision: 3, images: [b], roots: [root({ isOffline: true })] } },
    ])
    expect({ code, err, connections }).toEqual({
      code: 130,
      err: '',
      connections: [{ directory: expect.any(String), mode: 'live' }],
    })
    expect(lines).toEqual([
      { kind: 'ready', revision: 1, count: 1 },
      { kind: 'index', revision: 2, count: 2 },
      { kind: 'image', change: 'changed', id: 'a', path: 'a.jpg', root: 'captures' },
      { kind: 'image', change: 'added', id: 'b', path: 'b.jpg', root: 'captures' },
      { kind: 'root', change: 'offline', id: 'a'.repeat(32), name: 'captures', path: '/data/captures' },
      { kind: 'index', revision: 3, count: 1 },
      { kind: 'image', change: 'removed', id: 'a', path: 'a.jpg', root: 'captures' },
    ])
  })

  it('goes on from what it printed when the owner of the library ends', async () => {
    const { lines, connections, code } = await watched({ revision: 5, images: [a], roots: [root()] }, [
      { event: index(5) },
      { lost: true, state: { revision: 1, images: [a, b], roots: [root()] } },
      { event: index(1) },
    ])
    expect([code, connections.length]).toEqual([130, 2])
    expect(lines).toEqual([
      { kind: 'ready', revision: 5, count: 1 },
      { kind: 'index', revision: 1, count: 2 },
      { kind: 'image', change: 'added', id: 'b', path: 'b.jpg', root: 'captures' },
    ])
  })

  it('says what is wrong with the query', async () => {
    const count = async () => {
      throw Object.assign(new Error('A bracket is missing.'), { code: 'QUERY_SYNTAX', data: { from: 1, to: 2 } })
    }
    expect(await run(['watch', '(a'], { answers: { query: { count } } })).toMatchObject({
      code: 2,
      err: 'A bracket is missing.\n  (a\n   ^\n',
    })
  })
})
