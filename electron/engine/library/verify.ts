/**
 * Compares the index with one built from scratch in a folder of its own: folds the journals, scans the folders, and
 * goes through both image by image. Stale rows and offline roots are left out (reliability.md §1). Writes nothing into
 * the roots.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as pause } from 'node:timers/promises'
import { createClock } from '../../../shared/domain/clock.ts'
import { FLAGS, type IndexedImage, openReader, type Reader, startIndexThread, type StoredRoot } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import { loadJournals } from '../journal/load.ts'
import type { Platform } from '../platform.ts'
import { createIndexer } from '../scan/indexer.ts'
import { createIoPool } from '../scan/pool.ts'

export type Difference = { path: string; root: string; what: string }

export type VerifyParts = {
  readonly directory: string
  readonly roots: readonly StoredRoot[]
  readonly reader: Reader
  readonly platform: Platform
  readonly onProgress: (done: number, total: number | null) => void
  /** Stops the comparison, which then fails with CANCELLED. */
  readonly signal: AbortSignal
}

const FOLDER = 'verify-'

/** More differences than this are not listed. */
const LISTED = 1000
const CHUNK = 1000
/** Flags that a rebuild must find again. */
const COMPARED = FLAGS.sidecar | FLAGS.edited | FLAGS.unwritten | FLAGS.conflicted

/** Removes what a killed comparison left in the library; to be called while nobody else has the library open. */
export function sweepComparisons(directory: string): void {
  const names = readdirSync(directory).filter((name) => name.startsWith(FOLDER))
  for (const name of names) rmSync(join(directory, name), { recursive: true, force: true })
}

export async function verifyIndex(parts: VerifyParts): Promise<{ images: number; differences: Difference[] }> {
  const directory = join(parts.directory, `${FOLDER}${parts.platform.randomHex(4)}`)
  const index = startIndexThread()
  const io = createIoPool({ size: 4, directory })
  let fresh: Reader | undefined
  try {
    await index.remote.open({ directory })
    for (const root of parts.roots) await rebuild(parts, root, { remote: index.remote, io })
    fresh = openReader({ directory })
    return await compare(parts, fresh)
  } finally {
    fresh?.close()
    await io.close()
    await index.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

type Fresh = Pick<ReturnType<typeof startIndexThread>, 'remote'> & { readonly io: ReturnType<typeof createIoPool> }

async function rebuild(
  { platform, directory, onProgress, signal }: VerifyParts,
  root: StoredRoot,
  { remote, io }: Fresh,
): Promise<void> {
  const { row: _, ...rest } = root
  await remote.putRoot(rest)
  const clock = createClock({ now: () => platform.clock.now() })
  const places = [join(root.path, '.gleaner', 'journal'), join(directory, 'overlay', root.id, 'journal')]
  for (const place of places) {
    const options = { fs: platform.fs, directory: place, rootId: root.id, offsets: [], clock, onProblem: () => {} }
    for await (const { records } of loadJournals(options)) {
      throwIfStopped(signal)
      await remote.applyRecords({ rootId: root.id, records, offset: null })
    }
  }
  const indexer = createIndexer({
    index: remote,
    io,
    clock: platform.clock,
    log: platform.log,
    known: () => null,
    // A fresh index has nothing that a change could overwrite.
    onSeen: async () => {},
    onProgress: ({ done, total }) => onProgress(done, total),
  })
  await indexer.scanRoot(root, { signal })
  if (!signal.aborted) await indexer.settled()
  indexer.close()
  throwIfStopped(signal)
}

async function compare(
  { roots, reader, onProgress, signal }: VerifyParts,
  fresh: Reader,
): Promise<{ images: number; differences: Difference[] }> {
  const differences: Difference[] = []
  const note = (image: IndexedImage, root: StoredRoot, what: string) => {
    if (differences.length < LISTED) differences.push({ path: pathOf(image), root: root.name, what })
  }
  let images = 0
  for await (const { image, root } of imagesOf(fresh, fresh.roots())) {
    images += 1
    throwIfStopped(signal)
    if (images % CHUNK === 0) onProgress(images, null)
    const row = reader.findPath(root.id, pathOf(image))
    const [ours] = row === null ? [] : reader.images(Uint32Array.of(row))
    if (!ours) note(image, root, 'is missing in the index')
    else for (const what of unequal(ours, image)) note(image, root, what)
  }
  for await (const { image, root } of imagesOf(reader, roots)) {
    if (fresh.findPath(root.id, pathOf(image)) === null) note(image, root, 'is in the index, but not in the folder')
  }
  return { images, differences }
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new EngineError('CANCELLED', 'The comparison was stopped.')
}

async function* imagesOf(
  reader: Reader,
  roots: readonly StoredRoot[],
): AsyncGenerator<{ image: IndexedImage; root: StoredRoot }> {
  const byRow = new Map(roots.map((root) => [root.row, root]))
  for (let after = 0; ;) {
    const images = reader.scan(after, CHUNK)
    for (const image of images) {
      const root = byRow.get(image.root)
      if (root) yield { image, root }
    }
    const last = images.at(-1)
    if (!last) return
    after = last.row
    await pause()
  }
}

function unequal(ours: IndexedImage, fresh: IndexedImage): string[] {
  if (((ours.flags | fresh.flags) & FLAGS.stale) !== 0) return []
  return [
    ...(ours.metadata === fresh.metadata ? [] : [`has metadata ${ours.metadata} instead of ${fresh.metadata}`]),
    ...(ours.tags === fresh.tags ? [] : [`has tags ${ours.tags} instead of ${fresh.tags}`]),
    ...(ours.size === fresh.size ? [] : [`has size ${ours.size} instead of ${fresh.size}`]),
    ...(ours.split === fresh.split ? [] : [`has split ${ours.split} instead of ${fresh.split}`]),
    ...((ours.flags & COMPARED) === (fresh.flags & COMPARED)
      ? []
      : [`has state ${ours.flags & COMPARED} instead of ${fresh.flags & COMPARED}`]),
  ]
}

function pathOf({ dir, name }: IndexedImage): string {
  return dir === '' ? name : `${dir}/${name}`
}
