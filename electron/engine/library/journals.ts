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
  const open = new Map<RootId, { directory: string; journal: Journal }>()
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
    if (saved.refold) void sync(rootId)
    else if (offset) remember(offset)
    return saved
  }

  // Subtle: one at a time per root, or two readers would fold the same records and race for the offset.
  const sync = (rootId: RootId): Promise<void> => {
    const next = (syncing.get(rootId) ?? Promise.resolve()).catch(() => {}).then(() => syncRoot(parts, rootId, offsets))
    syncing.set(rootId, next)
    return next
  }

  const of = (rootId: RootId): Journal => {
    const root = rootOf(parts, rootId)
    const directory = journalDirectory(root, parts.directory)
    const known = open.get(rootId)
    if (known?.directory === directory) return known.journal
    void known?.journal.close()
    const journal = openJournal(parts, root, directory, (records, offset) => apply(rootId, records, offset))
    open.set(rootId, { directory, journal })
    return journal
  }

  return {
    of,
    sync,
    async record(rootId, drafts) {
      if (drafts.length === 0) return
      const { records, saved } = await of(rootId).append(drafts)
      await saved
      if (records.some(({ kind }) => kind === 'root')) parts.roots.refresh()
    },
    restart: () => offsets.clear(),
    async close() {
      await Promise.allSettled(syncing.values())
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
  if (root.isReadOnly) mkdirSync(dirname(directory), { recursive: true })
  const afterSeq = root.isReadOnly ? lastSeqIn(fs, inFolder(root), parts.device.id) : 0
  const place = { fs, directory, rootId: root.id, device: parts.device.id }
  return createJournal({ ...place, clock: parts.clock, wallClock, apply, afterSeq })
}

async function syncRoot(parts: JournalsParts, rootId: RootId, offsets: Map<string, JournalOffset>): Promise<void> {
  const root = rootOf(parts, rootId)
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
  parts.roots.refresh()
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
