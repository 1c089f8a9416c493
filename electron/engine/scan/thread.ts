/** Entry of an I/O thread: synchronous file work, one call at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import type { RootId } from '../../../shared/domain/ids.ts'
import { serve, type Table } from '../../../shared/lib/call.ts'
import { openReader, type Reader } from '../db/index.ts'
import { checkSidecarEdits, planSidecarBatch, writeSidecarBatch } from '../sidecar/batch.ts'
import { quickHash, rootPresence, type FolderIdentity } from './identity.ts'
import { findGuards } from './guard.ts'
import { readFolders, readPiece, type ReadFolders } from './read-folders.ts'

const { directory } = workerData as { directory: string }
let reader: Reader | undefined
const read = () => (reader ??= openReader({ directory, isMapped: false }))

const table = {
  readFolders: (input: ReadFolders) => readFolders(input, read()),
  readPiece,
  findGuards,
  presence: ({ path, known }: { path: string; known: FolderIdentity | null }) => rootPresence(path, known),
  counts: ({ rootIds }: { rootIds: readonly RootId[] }) => rootIds.map((rootId) => read().counts(rootId)),
  checkSidecarEdits,
  planSidecarBatch,
  writeSidecarBatch,
  hash: ({ file }: { file: string }) => quickHash(file),
} satisfies Table

if (parentPort === null) throw new Error('This file runs as a worker thread only.')
serve(parentPort, table)
