/**
 * The journals of all roots: one writer a root for this device, and everything others wrote folded into the index.
 *
 * While a root cannot be written its records go to `<library>/overlay/<id>/journal`; once it can be, they are moved
 * over. A crash between copying and removing leaves equal lines twice, and those count once.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { LogicalClock } from '../../../shared/domain/clock.ts'
import type { RootId } from '../../../shared/domain/ids.ts'
import type { JournalRecord } from '../../../shared/domain/operation.ts'
import type { Problem } from '../../../shared/domain/problem.ts'
import type { Remote } from '../../../shared/lib/call.ts'
import type { IndexApi, JournalOffset, Saved, StoredRoot } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import { createJournal, type Journal } from '../journal/append.ts'
import type { Apply } from '../journal/feed.ts'
import { loadJournals } from '../journal/load.ts'
import { lastSeqIn, moveJournals } from '../journal/overlay.ts'
import type { Draft } from '../journal/record.ts'
import type { Platform } from '../platform.ts'
import type { Device } from './device.ts'
import { journalDirectory, type RootSet } from './root-set.ts'

export type Journals = {
  /** This device's journal of the root, where it is to be written now. */
  of(rootId: RootId): Journal
  /** Appends records and folds them in; resolves when they are on disk and in the index. */
  record(rootId: RootId, drafts: readonly Draft[]): Promise<void>
  /** Folds in what is new in the root's journals, whoever wrote it and whichever way it arrived. */
  sync(rootId: RootId): Promise<void>
  /** Forgets how far the journals were read: after the index was made anew. */
  restart(): void
  close(): Promise<void>
}

export type JournalsParts = {
  /** The library folder. */
  readonly directory: string
  readonly index: Remote<IndexApi>
  readonly roots: RootSet
  readonly device: Device
  readonly clock: LogicalClock
  readonly platform: Platform
  readonly offsets: readonly JournalOffset[]
}

export function createJournals(parts: JournalsParts): Journals {
  const syncing = new Map<RootId, Promise<void>>()
  const offsets = new Map<string, JournalOffset>()
  const remember = (offset: JournalOffset) => offsets.set(`${offset.rootId} ${offset.file}`, offset)
  parts.offsets.forEach(remember)

  const apply = async (
    rootId: RootId,
    records: readonly JournalRecord[],
    offset: JournalOffset | null,
  ): Promise<Saved> => {
    const saved = await parts.index.applyRecords({ rootId, records, offset })
    if (saved.refold) foldAnew(rootId)
    else if (offset) remember(offset)
    return saved
  }

  // Subtle: one at a time per root, or two readers would fold the same records and race for the offset.
  const sync = (rootId: RootId): Promise<void> => {
    const next = (syncing.get(rootId) ?? Promise.resolve())
      .catch(() => {})
      // Subtle: nothing may be on its way into the overlay when its journals are moved, or it would be lost.
      .then(() => writers.settled(rootId))
      .then(() => syncRoot(parts, rootId, offsets))
    syncing.set(rootId, next)
    return next
  }

  const foldAnew = (rootId: RootId): void => {
    sync(rootId).catch((error: unknown) =>
      parts.platform.log.error('journals were not folded again', { rootId, error: String(error) }),
    )
  }

  const writers = createWriters(parts, apply)
  return {
    of: writers.of,
    sync,
    async record(rootId, drafts) {
      if (drafts.length === 0) return
      const { records, saved } = await writers.of(rootId).append(drafts)
      await saved
      if (records.some(({ kind }) => kind === 'root')) parts.roots.refresh()
    },
    restart: () => offsets.clear(),
    async close() {
      await Promise.allSettled(syncing.values())
      await writers.close()
    },
  }
}

type ApplyTo = (rootId: RootId, ...input: Parameters<Apply>) => Promise<Saved>

/** The open journals of this device, each where its root's records go now. */
function createWriters(parts: JournalsParts, apply: ApplyTo) {
  const open = new Map<RootId, { directory: string; journal: Journal; ready: Promise<unknown> }>()
  const of = (rootId: RootId): Journal => {
    const root = rootOf(parts, rootId)
    const directory = journalDirectory(root, parts.directory)
    const known = open.get(rootId)
    if (known?.directory === directory) return known.journal
    const ready = known?.journal.close()
    const start = () => openJournal(parts, root, directory, (records, offset) => apply(rootId, records, offset))
    const journal = ready ? inSuccession(ready, start) : start()
    open.set(rootId, { directory, journal, ready: ready ?? Promise.resolve() })
    return journal
  }
  return {
    of,
    /** Resolves when nothing is written any more where the root's records went before. */
    async settled(rootId: RootId): Promise<void> {
      if (open.has(rootId)) of(rootId)
      await open.get(rootId)?.ready
    },
    async close(): Promise<void> {
      await Promise.all([...open.values()].map(({ journal }) => journal.close()))
      open.clear()
    },
  }
}

function rootOf({ roots }: JournalsParts, rootId: RootId): StoredRoot {
  const root = roots.get(rootId)
  if (root) return root
  throw new EngineError('ROOT_UNKNOWN', 'This folder is not in the library any more.')
}

function openJournal(parts: JournalsParts, root: StoredRoot, directory: string, apply: Apply): Journal {
  const { fs, clock: wallClock } = parts.platform
  const device = parts.device.id
  if (root.isReadOnly) mkdirSync(dirname(directory), { recursive: true })
  // Subtle: numbers must go on from wherever this device wrote last, or two records would have the same.
  const other = root.isReadOnly ? inFolder(root) : overlayOf(parts, root.id)
  const afterSeq = lastSeqIn(fs, other, device)
  const place = { fs, directory, rootId: root.id, device }
  return createJournal({ ...place, clock: parts.clock, wallClock, apply, afterSeq })
}

/** A journal that follows another one: opened when that one has written what it had taken, and is closed. */
function inSuccession(earlier: Promise<void>, open: () => Journal): Journal {
  const opened = earlier.then(open)
  opened.catch(() => undefined)
  return {
    append: async (drafts) => (await opened).append(drafts),
    close: async () => (await opened).close(),
  }
}

async function syncRoot(parts: JournalsParts, rootId: RootId, offsets: Map<string, JournalOffset>): Promise<void> {
  const root = rootOf(parts, rootId)
  try {
    await foldRoot(parts, root, offsets)
  } catch (error) {
    if (!isOfFiles(error)) throw error
    // One folder whose journals cannot be read must not take the library with it; its edits are shown once they can be.
    const { code } = error as { code: string }
    parts.platform.log.warn('journals cannot be read', { rootId, code })
    const problem: Problem = { kind: 'journal', file: '.gleaner/journal', reason: UNREADABLE(code) }
    await parts.index.setProblems({ rootId, scope: 'journal', problems: [problem] })
  }
  parts.roots.refresh()
}

const UNREADABLE = (code: string) =>
  `The edits kept in this folder cannot be read or moved (${code}), so some may not be shown. Check the folder and scan it again.`

/** What the system says of a file or a folder, not an error of our own. */
function isOfFiles(error: unknown): boolean {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  return typeof code === 'string' && typeof syscall === 'string'
}

async function foldRoot(parts: JournalsParts, root: StoredRoot, offsets: Map<string, JournalOffset>): Promise<void> {
  const rootId = root.id
  if (!root.isReadOnly && !root.isOffline) {
    const { fs } = parts.platform
    moveJournals({ fs, from: overlayOf(parts, rootId), to: inFolder(root), device: parts.device.id })
  }
  if ((await load(parts, root, offsets)) === 'refold') {
    for (const [key, offset] of offsets) if (offset.rootId === rootId) offsets.delete(key)
    await parts.index.resetRecords({ rootId })
    if ((await load(parts, root, offsets)) === 'refold') {
      parts.platform.log.error('journals cannot be folded in order', { rootId })
    }
  }
}

async function load(
  parts: JournalsParts,
  root: StoredRoot,
  offsets: Map<string, JournalOffset>,
): Promise<'done' | 'refold'> {
  const { index, clock, platform } = parts
  const rootId = root.id
  const problems: Problem[] = []
  for (const directory of [inFolder(root), overlayOf(parts, rootId)]) {
    const options = { fs: platform.fs, directory, rootId, offsets: [...offsets.values()], clock }
    for await (const { records, offset } of loadJournals({ ...options, onProblem: (found) => problems.push(found) })) {
      const { refold } = await index.applyRecords({ rootId, records, offset })
      if (refold) return 'refold'
      if (offset) offsets.set(`${rootId} ${offset.file}`, offset)
    }
  }
  await index.setProblems({ rootId, scope: 'journal', problems })
  return 'done'
}

function inFolder({ path }: StoredRoot): string {
  return join(path, '.gleaner', 'journal')
}

function overlayOf({ directory }: JournalsParts, rootId: RootId): string {
  return join(directory, 'overlay', rootId, 'journal')
}
