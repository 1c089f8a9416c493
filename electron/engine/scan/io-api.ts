/** The I/O threads' table of calls: everything of the engine that reads or writes user files synchronously. */
import type { QuickHash, RootPath } from '../../../shared/domain/ids.ts'
import type { FoundGuard } from './guard.ts'
import type { FoldersRead, PieceRead, ReadFolders, ReadPiece } from './read-folders.ts'

export type IoApi = {
  readFolders(input: ReadFolders): FoldersRead
  readPiece(input: ReadPiece): PieceRead
  /** What these folders show of annotation formats, whether they changed or not. */
  findGuards(input: { rootPath: string; dirs: readonly RootPath[] }): readonly FoundGuard[]
  hash(input: { file: string }): QuickHash
}
