/**
 * Thumbnails for whoever looks: from the cache, else made by a codec, what is on screen first.
 *
 * A file's embedded preview is given out while the real thumbnail has to wait, and `onReady` tells when that is there.
 * What nobody looks at any more is not made. A picture that cannot be shown is remembered with its reason.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageRow, QuickHash } from '../../../shared/domain/ids.ts'
import type { ThumbKey, ThumbStore } from '../db/index.ts'
import type { CodecPool } from './codec-pool.ts'
import { DISK_FULL, type CodecFailure } from './codec-protocol.ts'
import { createMakings, type Edge, type Looked, type Making } from './makings.ts'

/** Version of how thumbnails are made; raise it when codec.ts makes them look different. */
export const THUMB_PIPELINE = 1

type ThumbSource = {
  /** Absolute path. */
  readonly file: string
  /** Null if not measured yet. */
  readonly quickHash: QuickHash | null
  readonly signature: string
}

type ThumbFailure = Pick<CodecFailure, 'ok' | 'code' | 'reason'>
type ThumbAnswer =
  | {
      readonly ok: true
      /** A JPEG, upright, without metadata. */
      readonly bytes: Uint8Array
      /** False for an embedded preview: ask again when `onReady` has told of it. */
      readonly isFinal: boolean
      readonly isDamaged: boolean
    }
  | ThumbFailure

export type Thumbs = {
  /** The thumbnail of an image, with the longer side at most `edge` px, or the reason why there is none. */
  get(row: ImageRow, edge: Edge, signal?: AbortSignal): Promise<ThumbAnswer>
  /** Says which images are on screen, or near it; replaces what was said before. */
  request(rows: readonly ImageRow[], looked: Looked, edge?: Edge): void
  close(): void
}

type ThumbsOptions = {
  readonly pool: CodecPool
  readonly store: ThumbStore
  /** A folder for temp files that is ours alone; it is emptied at start. */
  readonly tempFolder: string
  /** Where an image is now, or null if it is not there. */
  resolve(row: ImageRow): ThumbSource | null | Promise<ThumbSource | null>
  /** A final thumbnail is there now that was not before. */
  onReady(row: ImageRow, quickHash: QuickHash): void
}

type Service = ThumbsOptions & { readonly failures: Map<string, ThumbFailure>; nextTemp: number }

const GONE: ThumbFailure = { ok: false, code: 'missing', reason: 'The image is not there any more.' }
const NOT_MADE: ThumbFailure = {
  ok: false,
  code: 'unavailable',
  reason: 'The thumbnail was not made: nobody needs it now.',
}
const MAX_FAILURES = 5_000
/** Failures that are the file's own, so that another try would end the same way. */
const LASTING: ReadonlySet<string> = new Set(['unreadable', 'unsupported', 'too-large'])

/** Makes the thumbnail service. */
export function createThumbs(options: ThumbsOptions): Thumbs {
  rmSync(options.tempFolder, { recursive: true, force: true })
  mkdirSync(options.tempFolder, { recursive: true })
  const service: Service = { ...options, failures: new Map(), nextTemp: 1 }
  const makings = createMakings<ThumbAnswer>((row, edge, making) => make(service, { row, edge }, making))
  return {
    async get(row, edge, signal) {
      const making = makings.join(row, edge, signal)
      try {
        const final = making.result.then((answer) => answer ?? NOT_MADE)
        // With an empty queue the real one is as quick as the preview.
        if (options.pool.waiting === 0) return await final
        return await Promise.race([final, preview(service, row, edge).then((early) => early ?? final)])
      } finally {
        making.leave()
      }
    },
    request: (rows, looked, edge = 256) => makings.look(rows, looked, edge),
    close: () => makings.close(),
  }
}

type Wanted = { readonly row: ImageRow; readonly edge: Edge }

async function make(service: Service, { row, edge }: Wanted, making: Making): Promise<ThumbAnswer | null> {
  const { pool, store } = service
  const source = await service.resolve(row)
  if (source === null) return GONE
  const subject = `${source.file}\0${source.signature}`
  const quickHash = source.quickHash ?? (await measureHash(pool, source.file, making))
  if (quickHash === null) return making.isCancelled ? null : GONE
  if (typeof quickHash !== 'string') return quickHash
  const key = { quickHash, edge }
  const stored = store.get(key)
  if (stored) return { ok: true, ...stored, isFinal: true }
  const known = service.failures.get(nameOf(key))
  if (known) return known
  const out = tempFile(service)
  const answer = await making.run(pool, { kind: 'thumbnail', file: source.file, edge, out }, subject)
  if (answer === null) return null
  if (!answer.ok) return remember(service, key, answer)
  const thumb = { bytes: takeFile(out), isDamaged: answer.isDamaged }
  store.put(key, thumb)
  service.onReady(row, quickHash)
  return { ok: true, ...thumb, isFinal: true }
}

async function measureHash(pool: CodecPool, file: string, making: Making): Promise<QuickHash | ThumbFailure | null> {
  const answer = await making.run(pool, { kind: 'measure', file }, file)
  if (answer === null) return null
  return answer.ok ? answer.quickHash : { ok: false, code: answer.code, reason: answer.reason }
}

function remember(service: Service, key: ThumbKey, { code, reason }: CodecFailure): ThumbFailure {
  // The cache is the first thing to give up when space runs out (reliability.md R7).
  if (code === 'unavailable' && reason === DISK_FULL) service.store.drop()
  const failure: ThumbFailure = { ok: false, code, reason }
  if (!LASTING.has(code)) return failure
  if (service.failures.size >= MAX_FAILURES) service.failures.clear()
  service.failures.set(nameOf(key), failure)
  return failure
}

async function preview(service: Service, row: ImageRow, edge: Edge): Promise<ThumbAnswer | null> {
  const source = await service.resolve(row)
  if (source === null || (source.quickHash !== null && service.store.has({ quickHash: source.quickHash, edge })))
    return null
  const out = tempFile(service)
  const work = { kind: 'thumbnail', file: source.file, edge, out, isPreview: true } as const
  const answer = await service.pool.run(work, { priority: 'visible', subject: `${source.file}\0${source.signature}` })
    .answer
  if (!answer?.ok) return null
  return { ok: true, bytes: takeFile(out), isFinal: false, isDamaged: false }
}

function tempFile(service: Service): string {
  return join(service.tempFolder, `${service.nextTemp++}.tmp`)
}

function takeFile(path: string): Uint8Array {
  const bytes = readFileSync(path)
  rmSync(path, { force: true })
  return bytes
}

function nameOf({ quickHash, edge }: ThumbKey): string {
  return `${quickHash}/${edge}`
}
