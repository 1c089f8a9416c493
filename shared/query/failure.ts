import type { Diagnostic } from './diagnostic.ts'

/** Carries the first error of a query up to parseQuery or checkQuery; never leaves this folder. */
class QueryFailure extends Error {
  override readonly name = 'QueryFailure'
  readonly diagnostic: Diagnostic
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message)
    this.diagnostic = diagnostic
  }
}

/** Ends the reading of a query with an error at a position. */
export function fail(span: { from: number; to: number }, message: string, suggestion?: string): never {
  const { from, to } = span
  throw new QueryFailure({ severity: 'error', message, from, to, ...(suggestion !== undefined && { suggestion }) })
}

/** Runs a reading; gives its result or the diagnostic it failed with. */
export function attempt<T>(read: () => T): { ok: true; value: T } | { ok: false; error: Diagnostic } {
  try {
    return { ok: true, value: read() }
  } catch (error) {
    if (error instanceof QueryFailure) return { ok: false, error: error.diagnostic }
    throw error
  }
}
