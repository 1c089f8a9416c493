/** The contract, implemented: one file per section. */
import { base } from './base.ts'
import { edits } from './edits.ts'
import { events } from './events.ts'
import { images } from './images.ts'
import { jobs } from './jobs.ts'
import { library } from './library.ts'
import { query } from './query.ts'
import { schema } from './schema.ts'

export const router = base.router({ library, query, images, edits, schema, jobs, events })

export type { RouterContext } from './base.ts'
