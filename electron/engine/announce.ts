/** Tells the bus whenever an answer of the index thread carries a revision that nobody has been told of. */
import type { Remote } from '../../shared/lib/call.ts'
import type { IndexApi } from './db/index.ts'
import type { Bus } from './events/bus.ts'

export function announcing(index: Remote<IndexApi>, bus: Bus): Remote<IndexApi> {
  let told = 0
  const call = async (name: keyof IndexApi, input: never) => {
    const answer: unknown = await index[name](input)
    const revision = revisionOf(answer)
    if (revision > told) {
      told = revision
      bus.publish({ kind: 'index', revision })
    }
    return answer
  }
  return new Proxy(index, {
    get: (target, name: keyof IndexApi) =>
      typeof target[name] === 'function' ? (input: never) => call(name, input) : undefined,
  })
}

function revisionOf(answer: unknown): number {
  const { revision } = (answer ?? {}) as { revision?: unknown }
  return typeof revision === 'number' ? revision : 0
}
