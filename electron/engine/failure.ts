import type { ErrorCode } from '../../shared/contract/errors.ts'

/** An expected failure that is shown to people: one of the contract's codes and a sentence that says what to do. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: ErrorCode
  readonly data: unknown
  constructor(code: ErrorCode, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}
