/**
 * The one subscription. Events carry coalesced state, never data and never commands: a value is safe to see twice and
 * safe to lose to a newer one.
 */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { procedure } from './procedure.ts'

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(['scan', 'measure', 'write', 'verify', 'rebuild']),
  title: z.string(),
  done: z.number().int(),
  /** Null while it is not known. */
  total: z.number().int().nullable(),
})
export type Job = z.infer<typeof jobSchema>

const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('index'), revision: z.number().int() }),
  z.object({ kind: z.literal('roots'), revision: z.number().int() }),
  z.object({ kind: z.literal('jobs'), jobs: z.array(jobSchema) }),
  z.object({ kind: z.literal('notice'), text: z.string() }),
])
export type Event = z.infer<typeof eventSchema>

export const events = { watch: procedure.output(eventIterator(eventSchema)) }
