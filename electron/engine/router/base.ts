/** What all procedures share: context, and the one place where failures become the contract's errors. */
import { randomUUID } from 'node:crypto'
import { implement, ORPCError } from '@orpc/server'
import { contract, ERRORS, type ErrorCode } from '../../../shared/contract/index.ts'
import type { Log } from '../platform.ts'
import type { Services } from '../services.ts'

export type RouterContext = { readonly services: Services; readonly log: Log; readonly clientId: string }

export const base = implement(contract)
  .$context<RouterContext>()
  .use(async ({ context, next, path }) => {
    try {
      return await next()
    } catch (error) {
      throw toContractError(error, path.join('.'), context.log)
    }
  })

function toContractError(error: unknown, procedure: string, log: Log): ORPCError<string, unknown> {
  if (error instanceof ORPCError) return error
  const { code, data, message } = error as { code?: unknown; data?: unknown; message?: unknown }
  if (typeof code === 'string' && Object.hasOwn(ERRORS, code) && code !== 'INTERNAL') {
    return new ORPCError(code, {
      status: ERRORS[code as ErrorCode].status,
      message: String(message),
      data,
      defined: true,
    })
  }
  const id = randomUUID().slice(0, 8)
  log.error('unexpected failure', { id, procedure, stack: error instanceof Error ? error.stack : String(error) })
  const { status, message: plain } = ERRORS.INTERNAL
  return new ORPCError('INTERNAL', { status, message: `${plain} It was logged as ${id}.`, data: { id }, defined: true })
}
