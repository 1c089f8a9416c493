/** The library and its roots: status, add, change, forget, scan, verify. */
import { z } from 'zod'
import { procedure } from './procedure.ts'
import { editModeSchema, rootNameSchema, rootSchema, strategySchema } from './schemas.ts'

const settings = {
  name: z.string().trim().min(1).max(200).optional(),
  strategy: strategySchema.optional(),
  edits: editModeSchema.optional(),
}

const scanSummarySchema = z.object({
  added: z.number().int(),
  changed: z.number().int(),
  removed: z.number().int(),
  problems: z.number().int(),
  /** Roots that could not be reached and were left as they are. */
  offline: z.array(z.string()),
  ms: z.number(),
})

export const library = {
  status: procedure.output(
    z.object({
      version: z.string(),
      directory: z.string(),
      revision: z.number().int(),
      images: z.number().int(),
      unmeasured: z.number().int(),
      unwritten: z.number().int(),
      /** Why an earlier index was put aside at opening, or null. */
      setAside: z.string().nullable(),
    }),
  ),
  roots: procedure.output(z.array(rootSchema)),
  add: procedure
    .input(
      z.object({
        /** Absolute path of the folder. */
        path: z.string().min(1).max(4096),
        ...settings,
        /** Answer to "the same folder, moved, or a copy?" where the folder's id is known at another place. */
        as: z.enum(['same', 'copy']).optional(),
      }),
    )
    .output(
      z.object({ root: rootSchema, images: z.number(), sidecars: z.number(), problems: z.number(), ms: z.number() }),
    ),
  remove: procedure
    .input(z.object({ root: rootNameSchema }))
    .output(z.object({ root: rootSchema, images: z.number() })),
  set: procedure.input(z.object({ root: rootNameSchema, ...settings })).output(rootSchema),
  scan: procedure
    .input(z.object({ roots: z.array(rootNameSchema).optional(), full: z.boolean().optional() }))
    .output(scanSummarySchema),
  /** Waits until every image known now has been measured (dimensions, capture time, EXIF, hash). */
  measure: procedure.output(z.object({ measured: z.number().int(), ms: z.number() })),
  verify: procedure.input(z.object({ rebuild: z.boolean().optional() })).output(
    z.object({
      images: z.number().int(),
      differences: z.array(z.object({ path: z.string(), root: z.string(), what: z.string() })),
      ms: z.number(),
    }),
  ),
}
