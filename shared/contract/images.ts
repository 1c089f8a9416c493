/** One image with the source of each value. */
import { z } from 'zod'
import { procedure } from './procedure.ts'
import { imageSchema, problemSchema } from './schemas.ts'

const sourceSchema = z.object({
  key: z.string(),
  /** JSON text; null = removed by an edit. */
  value: z.string().nullable(),
  source: z.enum(['sidecar', 'user']),
  /** For a user's value: which device, and when (epoch ms, for display only). */
  device: z.string().optional(),
  time: z.number().optional(),
  /** The value of the other source, where it differs. */
  other: z.string().nullable().optional(),
  isInFile: z.boolean(),
})

const imageDetailSchema = imageSchema.extend({
  absolutePath: z.string(),
  sidecars: z.array(z.string()),
  values: z.array(sourceSchema),
  tagSources: z.array(z.object({ tag: z.string(), source: z.enum(['sidecar', 'user']), isInFile: z.boolean() })),
  exif: z.record(z.string(), z.union([z.string(), z.number()])),
  details: z.array(problemSchema),
  isStale: z.boolean(),
  /** Why edits are not in the file yet, or null. */
  unwrittenReason: z.string().nullable(),
})
export type ImageDetailView = z.infer<typeof imageDetailSchema>

export const images = {
  /** By id, absolute path, or path below a root; `root` narrows a path that several roots have. */
  get: procedure
    .input(z.object({ image: z.string().min(1).max(8192), root: z.string().optional() }))
    .output(imageDetailSchema),
}
