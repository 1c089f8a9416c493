/** What a person's Ctrl-C does: the first ends the command politely, a second one at once. */

/** Both the terminal and npm's wrapper pass one key press on to us; signals this close together are one. */
const SAME_PRESS_MS = 400

type Target = {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  exit(code: number): void
}

/** Ends at the first signal to stop; from then on the next one ends the process with code 130. */
export function interruptSignal(target: Target, now: () => number = Date.now): AbortSignal {
  const controller = new AbortController()
  let first: number | undefined
  const interrupt = () => {
    if (first === undefined) {
      first = now()
      controller.abort()
    } else if (now() - first > SAME_PRESS_MS) target.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) target.on(signal, interrupt)
  return controller.signal
}
