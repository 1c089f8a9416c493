/** Edits through the contract: one by one, and on everything a query matches. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openHost } from '../../../electron/hosts/node.ts'
import { plainWriteBack } from '../baselines/write-back.ts'
import { repeat, timed } from '../measure.ts'

type Place = { readonly library: string }

/** Takes two folders into the library: edits of the first stay beside the data, those of the second go into sidecars. */
export async function prepareEdits({ library, beside, sidecars }: Place & { beside: string; sidecars: string }) {
  const host = await openHost({ directory: library, isLive: false, isServing: false })
  await host.client.library.add({ path: beside, name: 'bench-beside', edits: 'beside' })
  await host.client.library.add({ path: sidecars, name: 'bench-sidecars', edits: 'sidecars' })
  await host.close()
  return {}
}

/** One value on one image, again and again: ms each until it is acknowledged. */
export async function editOnes({ library, edits }: Place & { edits: number }) {
  const { client, close } = await openHost({ directory: library, isLive: false, isServing: false })
  const { resultId, total } = await client.query.open({ text: 'root:bench-sidecars' })
  const { images } = await client.query.page({ resultId, offset: 0, limit: Math.min(total, 10_000) })
  const step = Math.max(1, Math.floor(images.length / edits))
  const ms = await repeat(edits, async (n) => {
    const { id } = images[(n * step) % images.length]!
    return timed(() => change(client, { images: [id] }, { value: String(n), isWaiting: false }))
  })
  await written(client)
  await close()
  return { ms }
}

/** Everything in each of the two folders, `runs` times, beside the plain way to write the same files of a third. */
export async function editMany({ library, plain, runs }: Place & { plain: string; runs: number }) {
  const { client, close } = await openHost({ directory: library, isLive: false, isServing: false })
  await client.query.count({ text: '' })
  const besideMs = await repeat(runs, (n) => untilCounted(client, 'bench-beside', `1${n}`))
  const countedMs = await repeat(runs, async (n) => {
    const ms = await untilCounted(client, 'bench-sidecars', `2${n}`)
    await written(client)
    return ms
  })
  const writtenMs: number[] = []
  const plainMs: number[] = []
  let longestPauseMs = 0
  for (let n = 0; n < runs; n += 1) {
    // A new one each time: one that is stopped and goes on takes the time between for a pause.
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    writtenMs.push(
      await timed(() => change(client, { query: 'root:bench-sidecars' }, { value: `3${n}`, isWaiting: true })),
    )
    delay.disable()
    longestPauseMs = Math.max(longestPauseMs, delay.max / 1e6)
    plainMs.push(plainWriteBack(plain, n))
  }
  await close()
  return { besideMs, countedMs, writtenMs, plainMs, longestPauseMs }
}

type Client = Awaited<ReturnType<typeof openHost>>['client']
type Change = { readonly value: string; readonly isWaiting: boolean }

async function change(client: Client, target: { query: string } | { images: string[] }, { value, isWaiting }: Change) {
  const { failed, unwritten } = await client.edits.apply({
    target,
    requests: [{ kind: 'set', key: 'bench_mark', value }],
    wait: isWaiting,
    key: `bench-${crypto.randomUUID()}`,
  })
  const [first] = [...failed, ...unwritten]
  if (first) throw new Error(`${first.path} was not edited: ${first.reason}`)
}

/** From the request until a query over the new value has counted every image. */
async function untilCounted(client: Client, root: string, value: string): Promise<number> {
  const { count: images } = await client.query.count({ text: `root:${root}` })
  const start = performance.now()
  await change(client, { query: `root:${root}` }, { value, isWaiting: false })
  const { count } = await client.query.count({ text: `root:${root} metadata.bench_mark:${value}` })
  const ms = performance.now() - start
  if (count !== images) throw new Error(`${images} images were edited, ${count} are found.`)
  return ms
}

/** Until write-back has tried everything that was waiting. */
async function written(client: Client): Promise<void> {
  await client.library.set({ root: 'bench-sidecars' })
}
