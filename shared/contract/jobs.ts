/** Long work: see it and stop it. */
import { z } from 'zod'
import { jobSchema } from './events.ts'
import { procedure } from './procedure.ts'

export const jobs = {
  list: procedure.output(z.array(jobSchema)),
  cancel: procedure.input(z.object({ id: z.string() })).output(z.object({ isCancelled: z.boolean() })),
}
