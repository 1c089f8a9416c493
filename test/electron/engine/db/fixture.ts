/** An index in a temp folder without a thread around it, and short ways to write scanned folders and journal records. */
import { hash } from 'node:crypto'
import { createIndexApi } from '../../../../electron/engine/db/index-api.ts'
import {
  FLAGS,
  type IndexApi,
  type IndexChange,
  type IndexedImage,
  openReader,
  type ScannedFolder,
  type ScannedImage,
  type StoredRoot,
} from '../../../../electron/engine/db/index.ts'
import { planImage, toWishes } from '../../../../electron/engine/edits/plan-image.ts'
import type { EditRecord, EditRequest, JournalRecord } from '../../../../shared/domain/operation.ts'
import type { Strategy } from '../../../../shared/domain/root.ts'
import type { Problem } from '../../../../shared/domain/problem.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

export const ROOT = 'a'.repeat(32)
export const OTHER_ROOT = 'b'.repeat(32)

export type TestIndex = {
  readonly api: IndexApi
  readonly directory: string
  readonly changes: IndexChange[]
  readonly strategy: Strategy
  fillKeys(): void
} & Disposable

/** An open index with the root ROOT in it. */
export function openIndexIn(directory: string, root: Partial<StoredRoot> = {}): TestIndex {
  const changes: IndexChange[] = []
  const { api, fillKeys } = createIndexApi({
    hasListeners: () => true,
    post: (change) => void changes.push(structuredClone(change)),
  })
  api.open({ directory })
  api.putRoot(rootWith(root))
  return {
    api,
    directory,
    changes,
    strategy: root.strategy ?? 'mergeBucketWins',
    fillKeys() {
      while (fillKeys());
    },
    [Symbol.dispose]: () => api.close(),
  }
}

/** The same in a folder of its own that goes with it. */
export function testIndex(root: Partial<StoredRoot> = {}): TestIndex {
  const folder = tempFolder()
  const index = openIndexIn(folder.path, root)
  return {
    ...index,
    [Symbol.dispose]() {
      index[Symbol.dispose]()
      folder[Symbol.dispose]()
    },
  }
}

export function rootWith(root: Partial<StoredRoot> = {}): Omit<StoredRoot, 'row'> {
  return {
    id: ROOT,
    slug: 'field',
    name: 'Field',
    path: '/field',
    strategy: 'mergeBucketWins',
    edits: 'sidecars',
    isOffline: false,
    isReadOnly: false,
    guard: null,
    ...root,
  }
}

export function folder(dir: string, images: readonly ScannedImage[], rest: Partial<ScannedFolder> = {}): ScannedFolder {
  const digest = hash('sha256', JSON.stringify(images))
  return { rootId: ROOT, dir, digest, images, gone: [], problems: [], folders: [], ...rest }
}

/** An image whose sidecar holds `values` and `tags`; undefined = no sidecar, null = one that cannot be read. */
export function image(
  name: string,
  values?: Record<string, unknown> | null,
  { tags, ...rest }: Partial<ScannedImage> & { tags?: string[] } = {},
): ScannedImage {
  const metadata = canonical(values ?? {})
  const hasSidecar = values !== undefined || tags !== undefined
  return {
    name,
    size: 1000,
    modifiedMs: 1_700_000_000_000,
    signature: `1.1000.1.${name}`,
    isFileChanged: true,
    layer: values === null ? null : { metadata, tags: tags ? JSON.stringify(tags) : '' },
    hasSidecar,
    sidecars: hasSidecar
      ? [{ name: `${name}.json`, signature: hash('sha256', metadata).slice(0, 8), sha256: hash('sha256', metadata) }]
      : [],
    problems: [],
    ...rest,
  }
}

export function canonical(values: Record<string, unknown>): string {
  const keys = Object.keys(values).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(values[key])}`).join(',')}}`
}

export function problem(file: string, kind: Problem['kind'] = 'json', reason = 'It is not valid JSON.'): Problem {
  return { kind, file, reason }
}

/** Writes the journal of one device: numbers and moments go up by one a record. */
export function createScribe(dev = 'd'.repeat(32)) {
  let seq = 0
  const head = (moment = seq + 1) => {
    seq += 1
    return { v: 1 as const, dev, seq, hlc: `${moment.toString(16).padStart(12, '0')}0000` }
  }
  return {
    head,
    /** The edit as the edits service would plan it; null if it changes nothing. */
    edit(
      { api, strategy }: Pick<TestIndex, 'api' | 'strategy'>,
      row: number,
      requests: readonly EditRequest[],
      moment?: number,
    ): EditRecord | null {
      const [subject] = api.editSubjects({ rows: [row] })
      if (!subject) return null
      const planned = planImage(subject, toWishes(requests), strategy)
      if (!planned) return null
      return {
        ...head(moment),
        kind: 'edit',
        batch: hash('sha256', String(seq)).slice(0, 32),
        ops: planned.ops,
        end: true,
      }
    },
    set(index: Pick<TestIndex, 'api' | 'strategy'>, row: number, values: Record<string, unknown>): EditRecord {
      const requests = Object.entries(values).map(([key, value]) =>
        value === null ? ({ kind: 'unset', key } as const) : ({ kind: 'set', key, to: JSON.stringify(value) } as const),
      )
      return this.edit(index, row, requests)!
    },
  }
}

export function apply({ api }: Pick<TestIndex, 'api'>, ...records: JournalRecord[]) {
  return api.applyRecords({ rootId: ROOT, records, offset: null })
}

/** Path → what anybody can see of the image, without the index's own numbers. */
export function contentOf(directory: string): Record<string, IndexedImage> {
  const reader = openReader({ directory })
  try {
    const rows = reader.scan(0, 100_000).toSorted((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))
    return Object.fromEntries(rows.map((found) => [pathOf(found), { ...found, row: 0, root: 0 }]))
  } finally {
    reader.close()
  }
}

function pathOf({ dir, name }: IndexedImage): string {
  return dir === '' ? name : `${dir}/${name}`
}

export function rowOf(directory: string, path: string): number {
  const reader = openReader({ directory })
  try {
    return reader.findPath(ROOT, path)!
  } finally {
    reader.close()
  }
}

/** Names of the flags that are set. */
export function flagNames(flags: number): string[] {
  return Object.entries(FLAGS)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
}
