export const STRATEGIES = ['mergeBucketWins', 'mergeUserWins', 'overwrite', 'untilFirstChange', 'append'] as const
export type Strategy = (typeof STRATEGIES)[number]

/** Where edits are kept: written into the sidecars, or in the journal beside the data only (semantics.md §6). */
export const EDIT_MODES = ['sidecars', 'beside'] as const
export type EditMode = (typeof EDIT_MODES)[number]

/** What about a root can change; journalled, the latest wins. */
export type RootSettings = { readonly name: string; readonly strategy: Strategy; readonly edits: EditMode }

/** Why a root's sidecars must not be written, or null: the annotation format found (interchange.md 1.2). */
export type Guard = { readonly format: string; readonly file: string } | null
