/**
 * What the router may call: one small service per section of the contract. The composition root builds them
 * (engine.ts); their answers are the contract's.
 */
import type { Client } from '../../shared/contract/index.ts'
import type { Bus } from './events/bus.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Thumbs } from './thumbs/service.ts'

/** A section of the contract as plain functions: same input, same answer, no transport. */
type Section<T> = {
  [K in keyof T]: T[K] extends (...input: infer I) => Promise<infer R>
    ? (...input: I extends [infer First, ...unknown[]] ? [First] : []) => Promise<R> | R
    : never
}

export type Services = {
  readonly library: Section<Client['library']>
  readonly query: Section<Client['query']>
  readonly images: Section<Client['images']>
  readonly edits: Section<Client['edits']>
  readonly schema: Section<Client['schema']>
  /** Pixels never go through the contract: hosts serve them by URL from here. */
  readonly thumbs: () => Thumbs
  readonly jobs: Jobs
  readonly bus: Bus
}
