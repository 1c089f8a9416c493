/**
 * Failures as the command line tells them: a code, a plain sentence, where in the query, what would be right, and
 * the exit code (cli.md). Wrong usage and a lost connection are made here; everything else comes from the engine.
 */
import { ERRORS, exitCodeOf } from '../../shared/contract/errors.ts'
import { displayWidth, escapeText } from './escape.ts'

export type FailureFacts = {
  /** The query text the position is in. */
  readonly text?: string
  /** UTF-16 positions in `text`. */
  readonly from?: number
  readonly to?: number
  /** What would be right in that place, or a command to try. */
  readonly suggestion?: string
}

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string
  readonly facts: FailureFacts
  constructor(code: string, message: string, facts: FailureFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }
}

/** Wrong usage: exit code 2. */
export function usageError(message: string, suggestion?: string): Failure {
  return new Failure('REQUEST_INVALID', message, suggestion === undefined ? {} : { suggestion })
}

/** Raised when the person interrupts: exit code 130. */
export function interruption(message = 'Interrupted.'): Failure {
  return new Failure('CANCELLED', message)
}

/** Adds the query text to a failure of a call about it, so that the place can be shown. */
export async function aboutText<T>(text: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const failure = toFailure(error)
    throw failure.code === 'QUERY_SYNTAX'
      ? new Failure(failure.code, failure.message, { ...failure.facts, text })
      : error
  }
}

/** Anything thrown, as a failure; what is no expected failure becomes INTERNAL. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const { code, message, data, name } = Object(error) as Record<string, unknown>
  if (code === 'BAD_REQUEST') return new Failure('REQUEST_INVALID', `The request is not valid${firstIssue(data)}.`)
  if (typeof code === 'string' && Object.hasOwn(ERRORS, code)) return new Failure(code, String(message), factsOf(data))
  if (name === 'AbortError') return interruption()
  return new Failure('INTERNAL', `Something went wrong inside Gleaner: ${String(message ?? error)}`)
}

export function exitCodeOfFailure({ code }: Failure): number {
  return exitCodeOf(code)
}

/** The error document of `--json` (cli.md). */
export function failureToJson({ code, message, facts: { from, suggestion } }: Failure): string {
  return JSON.stringify({
    error: {
      code,
      message,
      ...(from !== undefined && { position: from }),
      ...(suggestion !== undefined && { suggestion }),
    },
  })
}

/** Lines for stderr: message, the query with a mark under the place, and the suggestion. */
export function failureToLines({ message, facts }: Failure): string[] {
  const lines = [message]
  if (facts.text !== undefined && facts.from !== undefined) lines.push(...markPlace(facts.text, facts.from, facts.to))
  if (facts.suggestion !== undefined && facts.suggestion !== '') lines.push(`Try: ${facts.suggestion}`)
  return lines
}

/** The text and a line of `^` under [from, to); at least one. Long texts are cut to the surroundings of the place. */
export function markPlace(text: string, from: number, to = from + 1): string[] {
  const start = Math.min(Math.max(from, 0), text.length)
  const end = Math.min(Math.max(to, start), text.length)
  const windowStart = start > 100 ? start - 60 : 0
  const before = (windowStart > 0 ? '…' : '') + escapeText(text.slice(windowStart, start))
  const place = escapeText(text.slice(start, Math.min(end, start + 60)))
  const after = escapeText(text.slice(Math.min(end, start + 60), start + 160))
  const marks = '^'.repeat(Math.max(1, displayWidth(place)))
  return [`  ${before}${place}${after}`, `  ${' '.repeat(displayWidth(before))}${marks}`]
}

function factsOf(data: unknown): FailureFacts {
  const { from, to, suggestion } = Object(data) as Record<string, unknown>
  return {
    ...(typeof from === 'number' && { from }),
    ...(typeof to === 'number' && { to }),
    ...(typeof suggestion === 'string' && { suggestion }),
  }
}

function firstIssue(data: unknown): string {
  const { issues } = Object(data) as { issues?: unknown }
  const issue = Array.isArray(issues) ? (issues[0] as { message?: unknown; path?: unknown } | undefined) : undefined
  if (issue === undefined) return ''
  const place = Array.isArray(issue.path) ? issue.path.map(String).join('.') : ''
  return `: ${place === '' ? '' : `${place}: `}${String(issue.message)}`
}
