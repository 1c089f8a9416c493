/** The I/O threads' table of calls: everything of the engine that reads or writes user files synchronously. */
import type { QuickHash, RootId } from '../../../shared/domain/ids.ts'
import type { RootCounts } from '../db/index.ts'
import type { BatchResult, FolderBatch, PlannedWrite } from '../sidecar/batch.ts'
import type { FolderIdentity, Presence } from './identity.ts'
import type { FindGuards, FoundGuard } from './guard.ts'
import type { FoldersRead, PieceRead, ReadFolders, ReadPiece } from './read-folders.ts'

export type IoApi = {
  readFolders(input: ReadFolders): FoldersRead
  readPiece(input: ReadPiece): PieceRead
  findGuards(input: FindGuards): readonly FoundGuard[]
  /** Whether the root's folder is there (identity.ts); asked here because a hung network drive would block the loop. */
  presence(input: { path: string; known: FolderIdentity | null }): Presence
  /** Numbers about roots, in their order. */
  counts(input: { rootIds: readonly RootId[] }): readonly RootCounts[]
  checkSidecarEdits(input: FolderBatch): readonly (string | null)[]
  planSidecarBatch(input: FolderBatch): readonly (PlannedWrite | null)[]
  writeSidecarBatch(input: FolderBatch): readonly BatchResult[]
  hash(input: { file: string }): QuickHash
}
