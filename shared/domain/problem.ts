/** Something in the user's folders that Gleaner could not use as it stands, and why. Names are those of query.md §2. */
export const PROBLEM_KINDS = [
  'json',
  'size',
  'encoding',
  'key',
  'array',
  'orphan',
  'image',
  'annotation',
  'conflict-copy',
  // Beyond query.md's list, found by `problem:*` and by their own names:
  'value', // a value kept in another form (1e400, duplicate keys, a list called tags with numbers in it)
  'pair', // two candidates for one image's sidecar, or a sidecar shared by two images
  'access', // a file or folder that cannot be read
  'journal', // a journal line that cannot be used
] as const

export type ProblemKind = (typeof PROBLEM_KINDS)[number]

export type Problem = {
  readonly kind: ProblemKind
  /** Path of the file the problem is in, below the root. */
  readonly file: string
  /** One plain sentence: what is wrong, and what it means for the file. No path in it. */
  readonly reason: string
  /** The metadata key, where the problem concerns one. */
  readonly key?: string
}
