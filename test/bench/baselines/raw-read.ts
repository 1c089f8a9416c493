/** The floor under any ingest: four workers that only read every sidecar and parse it. */
import { readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { sidecarsBelow } from './files.ts'

const WORKERS = 4

export async function rawRead(folder: string): Promise<number> {
  const start = performance.now()
  const files = [...sidecarsBelow(folder)]
  const size = Math.ceil(files.length / WORKERS)
  await Promise.all(
    Array.from({ length: WORKERS }, (_, n) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: files.slice(n * size, (n + 1) * size) })
      return new Promise<void>((resolve, reject) => {
        worker.once('message', () => void worker.terminate().then(() => resolve()))
        worker.once('error', reject)
      })
    }),
  )
  return performance.now() - start
}

if (!isMainThread) {
  let keys = 0
  for (const file of workerData as string[])
    keys += Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object).length
  parentPort?.postMessage(keys)
}
