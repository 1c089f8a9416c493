/** What an open library takes of memory once it has been asked a few things and is idle. */
import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHost } from '../../../electron/hosts/node.ts'
import { CONDITIONS, queryOf } from '../conditions.ts'

const MB = 1e6

/** Resident megabytes of the whole process with its threads; `plainMb` before the collection of garbage. */
export async function memory({ library }: { library: string }) {
  const host = await openHost({ directory: library, isLive: false, isServing: false })
  const { client } = host
  for (const { clauses } of CONDITIONS) {
    const { resultId } = await client.query.open({ text: queryOf(clauses(0)) })
    await client.query.page({ resultId, offset: 0, limit: 200 })
  }
  await client.query.complete({ text: 'metadata.', at: 9 })
  await sleep(3000)
  const plain = process.memoryUsage.rss()
  await collectGarbage()
  await sleep(500)
  const after = process.memoryUsage.rss()
  const answer = {
    mb: after / MB,
    plainMb: plain / MB,
    peakMb: (process.resourceUsage().maxRSS * 1024) / MB,
    mappedMb: mappedBytes() / MB,
  }
  await host.close()
  return answer
}

/** In this thread and in all others. */
async function collectGarbage(): Promise<void> {
  const session = new Session()
  session.connect()
  const threads: string[] = []
  session.on('NodeWorker.attachedToWorker', ({ params }) => void threads.push(params.sessionId))
  await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  await session.post('HeapProfiler.collectGarbage')
  for (const sessionId of threads) {
    const message = JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })
    const done = new Promise<void>((resolve) => {
      session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
        if (params.sessionId === sessionId) resolve()
      })
    })
    await session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
    await done
  }
  await session.post('NodeWorker.disable')
  session.disconnect()
}

/** Resident pages of files (the database, the program), which the system may take back; 0 where it cannot be told. */
function mappedBytes(): number {
  try {
    return Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
