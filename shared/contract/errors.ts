/**
 * Every failure a client can be told, in one closed table: code → HTTP status, CLI exit code, and what its data holds.
 * Anything else that goes wrong is a bug and reaches the client as INTERNAL with the id under which it was logged.
 */
import { z } from 'zod'

/** Position of a fault in a query text, in UTF-16 units, and a text that would be right in its place. */
export const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  suggestion: z.string().optional(),
})

const suggestion = z.object({ suggestion: z.string().optional() }).optional()

export const ERRORS = {
  QUERY_SYNTAX: { status: 400, message: 'The query cannot be read.', data: diagnosticSchema },
  KEY_INVALID: { status: 400, message: 'The key is not valid.', data: suggestion },
  VALUE_INVALID: { status: 400, message: 'The value is not valid.', data: suggestion },
  TAG_INVALID: { status: 400, message: 'The tag is not valid.', data: suggestion },
  REQUEST_INVALID: { status: 400, message: 'The request is not valid.', data: suggestion },
  ROOT_UNKNOWN: { status: 404, message: 'No such folder in the library.', data: suggestion },
  IMAGE_UNKNOWN: { status: 404, message: 'No such image in the library.', data: suggestion },
  RESULT_GONE: { status: 410, message: 'The result is not kept any more; ask again.' },
  FOLDER_UNUSABLE: { status: 409, message: 'The folder cannot be added.' },
  ROOT_COPY: { status: 409, message: 'The folder is known already at another place.' },
  ROOT_OFFLINE: { status: 409, message: 'The folder is not reachable now.' },
  READ_ONLY: { status: 409, message: 'Nothing can be written there.' },
  DISK_FULL: { status: 507, message: 'The disk is full.' },
  NOT_CONFIRMED: { status: 500, message: 'The disk did not confirm the edit.' },
  LIBRARY_LOCKED: { status: 423, message: 'Another program holds this library.' },
  LIBRARY_UNUSABLE: { status: 409, message: 'The library folder cannot be used.' },
  CANCELLED: { status: 499, message: 'Cancelled.' },
  INTERNAL: { status: 500, message: 'Something went wrong inside Gleaner.', data: z.object({ id: z.string() }) },
} as const

export type ErrorCode = keyof typeof ERRORS

const USAGE = new Set<string>([
  'QUERY_SYNTAX',
  'KEY_INVALID',
  'VALUE_INVALID',
  'TAG_INVALID',
  'REQUEST_INVALID',
  'ROOT_UNKNOWN',
])

/** Exit code of the command line for an error (cli.md): 2 wrong usage, 4 library held, 130 interrupted, else 1. */
export function exitCodeOf(code: string): number {
  if (USAGE.has(code)) return 2
  if (code === 'LIBRARY_LOCKED') return 4
  return code === 'CANCELLED' ? 130 : 1
}
