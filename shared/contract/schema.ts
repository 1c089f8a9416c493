/** Keys, tags and problems as seen in the data. */
import { z } from 'zod'
import { procedure } from './procedure.ts'
import { problemSchema } from './schemas.ts'

const count = z.number().int()

export const schema = {
  keys: procedure.output(
    z.array(
      z.object({
        key: z.string(),
        images: count,
        types: z.object({
          string: count.optional(),
          number: count.optional(),
          boolean: count.optional(),
          list: count.optional(),
        }),
        /** JSON texts of frequent values. */
        examples: z.array(z.string()),
      }),
    ),
  ),
  tags: procedure.output(z.array(z.object({ tag: z.string(), images: count }))),
  problems: procedure
    .input(
      z.object({
        root: z.string().optional(),
        offset: count.min(0).optional(),
        limit: count.min(1).max(10_000).optional(),
      }),
    )
    .output(z.object({ total: count, problems: z.array(problemSchema) })),
}
