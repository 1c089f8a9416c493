/** The index and the query thread as the engine starts them, for what the contract is too coarse to measure. */
import { startIndexThread } from '../../../electron/engine/db/index.ts'
import type { Log } from '../../../electron/engine/platform.ts'
import { createQueryThread } from '../../../electron/engine/query-thread.ts'
import type { OpenedQuery, QueryApi } from '../../../electron/engine/query/types.ts'
import type { Remote } from '../../../shared/lib/call.ts'

const LOG: Log = {
  info() {},
  warn() {},
  error: (message, facts) => void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
}

export type Query = Remote<QueryApi>

export async function openThreads(directory: string) {
  const thread = startIndexThread()
  await thread.remote.open({ directory })
  const queryThread = createQueryThread({ directory, log: LOG, feedChanges: thread.feedChanges })
  return {
    index: thread.remote,
    query: queryThread.remote,
    async close() {
      await queryThread.close()
      await thread.close()
    },
  }
}

/** Asks; throws where the query cannot be read. */
export async function ask(query: Query, text: string, sort: readonly string[] = []): Promise<OpenedQuery> {
  const answer = await query.open({ text, sort, now: Date.now() })
  if ('error' in answer) throw new Error(`${text}: ${answer.error.message}`)
  return answer
}
