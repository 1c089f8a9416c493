/** Shapes that several sections of the contract share. */
import { z } from 'zod'
import { EDIT_MODES, STRATEGIES } from '../domain/root.ts'

export const strategySchema = z.enum(STRATEGIES)
export const editModeSchema = z.enum(EDIT_MODES)

/** A root named by id, name, slug or absolute path. */
export const rootNameSchema = z.string().min(1).max(4096)

export const rootSchema = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  path: z.string(),
  strategy: strategySchema,
  edits: editModeSchema,
  isOffline: z.boolean(),
  isReadOnly: z.boolean(),
  /** The annotation format that makes Gleaner keep edits beside the data, or null. */
  guard: z.object({ format: z.string(), file: z.string() }).nullable(),
  images: z.number().int(),
})
export type RootView = z.infer<typeof rootSchema>

/**
 * One image in a list. `metadata` is the text of a JSON object, not the object: a client that prints or stores it keeps
 * every number as the file spells it (shared/domain/scalar.ts reads it).
 */
export const imageSchema = z.object({
  id: z.string(),
  /** Below the root, with `/`. */
  path: z.string(),
  root: z.string(),
  rootId: z.string(),
  metadata: z.string(),
  tags: z.array(z.string()),
  width: z.number().nullable(),
  height: z.number().nullable(),
  size: z.number(),
  format: z.string().nullable(),
  split: z.enum(['train', 'valid', 'test']).nullable(),
  /** Epoch ms. */
  taken: z.number().nullable(),
  modified: z.number(),
  edited: z.number().nullable(),
  isOffline: z.boolean(),
  isUnwritten: z.boolean(),
  /** Kinds of problems this image has. */
  problems: z.array(z.string()),
})
export type ImageView = z.infer<typeof imageSchema>

export const problemSchema = z.object({
  kind: z.string(),
  root: z.string(),
  file: z.string(),
  reason: z.string(),
  key: z.string().optional(),
})
export type ProblemView = z.infer<typeof problemSchema>

/** What an edit acts on: everything a query matches, or images by id or path. */
export const targetSchema = z.union([
  z.object({ query: z.string() }),
  z.object({ images: z.array(z.string().min(1)).min(1).max(100_000) }),
])
export type Target = z.infer<typeof targetSchema>

/** Repeating a call with the same key does nothing twice. */
export const idempotencyKeySchema = z.string().min(8).max(64)
