/** Asking: open a result, page through it, count, complete a half-typed text. */
import { z } from 'zod'
import { diagnosticSchema } from './errors.ts'
import { procedure } from './procedure.ts'
import { imageSchema } from './schemas.ts'

/** Longer texts are refused by the checker with its own words; this only bounds what is looked at. */
const text = z.string().max(1_000_000)
const sort = z.array(z.string().max(1000)).max(16).optional()
const warnings = z.array(diagnosticSchema)

export const query = {
  open: procedure.input(z.object({ text, sort })).output(
    z.object({
      resultId: z.number().int(),
      total: z.number().int(),
      revision: z.number().int(),
      /** Images whose dimensions or EXIF the query needs and which are not measured yet. */
      unmeasured: z.number().int(),
      warnings,
      ms: z.number(),
    }),
  ),
  page: procedure
    .input(
      z.object({
        resultId: z.number().int(),
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(10_000),
      }),
    )
    .output(z.object({ images: z.array(imageSchema), revision: z.number().int(), isStale: z.boolean() })),
  close: procedure.input(z.object({ resultId: z.number().int() })).output(z.object({})),
  count: procedure
    .input(z.object({ text }))
    .output(z.object({ count: z.number().int(), unmeasured: z.number().int(), warnings, ms: z.number() })),
  complete: procedure.input(z.object({ text, at: z.number().int().min(0) })).output(
    z.array(
      z.object({
        text: z.string(),
        kind: z.enum(['field', 'key', 'operator', 'value', 'tag']),
        count: z.number().optional(),
        from: z.number().int(),
        to: z.number().int(),
      }),
    ),
  ),
}
