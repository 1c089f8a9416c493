/** An I/O thread that a folder named `crash` brings down when it is walked into. */
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', ({ name, input }: { name: string; input: { dirs?: string[]; budgetMs: number } }) => {
  if (name !== 'readFolders') return
  if (input.dirs?.some((dir) => dir === 'crash' || (dir === '' && input.budgetMs > 0))) process.exit(1)
})
await import('../../../../electron/engine/scan/thread.ts')
