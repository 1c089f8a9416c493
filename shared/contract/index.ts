/** The engine contract: everything a client can ask, the same over every transport. */
import type { ContractRouterClient } from '@orpc/contract'
import { edits } from './edits.ts'
import { events } from './events.ts'
import { images } from './images.ts'
import { jobs } from './jobs.ts'
import { library } from './library.ts'
import { query } from './query.ts'
import { schema } from './schema.ts'

export const contract = { library, query, images, edits, schema, jobs, events }

/** The contract as a client calls it. */
export type Client = ContractRouterClient<typeof contract>

export { ERRORS, type ErrorCode } from './errors.ts'
export type { Event, Job } from './events.ts'
export type { ImageDetailView } from './images.ts'
export type { ImageView, ProblemView, RootView, Target } from './schemas.ts'
