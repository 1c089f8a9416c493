/** Changing metadata and tags: look first, then apply as one batch. */
import { z } from 'zod'
import { procedure } from './procedure.ts'
import { idempotencyKeySchema, targetSchema } from './schemas.ts'

const key = z.string().min(1).max(4096)
const tag = z.string().max(4096)

/** `value` is a JSON text of a scalar or a flat list, so that numbers keep their spelling. */
const requestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('set'), key, value: z.string().max(262_144) }),
  z.object({ kind: z.literal('unset'), key }),
  z.object({ kind: z.literal('tag'), tag }),
  z.object({ kind: z.literal('untag'), tag }),
])

const failure = z.object({ path: z.string(), root: z.string(), reason: z.string() })
const requests = z.array(requestSchema).min(1).max(1000)

const editSummarySchema = z.object({
  batch: z.string().nullable(),
  images: z.number().int(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  failed: z.array(failure),
  /** Acknowledged and safe in the journal, but not in the sidecar yet, and why. */
  unwritten: z.array(failure),
})

export const edits = {
  preview: procedure
    .input(z.object({ target: targetSchema, requests, limit: z.number().int().min(0).max(1_000_000).optional() }))
    .output(
      z.object({
        images: z.number().int(),
        changed: z.number().int(),
        unchanged: z.number().int(),
        failed: z.array(failure),
        /** JSON texts of the keys and tags that change. */
        samples: z.array(z.object({ path: z.string(), root: z.string(), before: z.string(), after: z.string() })),
      }),
    ),
  /** Answers when the batch is forced to disk; with `wait`, also only after write-back to the sidecars was tried. */
  apply: procedure
    .input(z.object({ target: targetSchema, requests, wait: z.boolean().optional(), key: idempotencyKeySchema }))
    .output(editSummarySchema),
}
