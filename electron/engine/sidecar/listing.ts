/**
 * What pairs with what in a folder, for work that comes in many small pieces: the last folder's answer is kept.
 *
 * It holds while the folder is unchanged, and a moment longer, as our own writes change the folder all the time. Within
 * that moment another program's new file counts as having come after ours; nothing more depends on it, because each
 * write reads its files again.
 */
import { kindOfName } from '../scan/names.ts'
import type { Fs } from '../platform.ts'
import { pairFolder, type Pair } from './pair.ts'
import { sweepTemps } from './sweep.ts'

const MOMENT_MS = 300
/** A folder that changed this shortly before it was listed may change again without showing it. */
const RACY_MS = 2000

type Listing = {
  readonly fs: Fs
  readonly directory: string
  readonly changedMs: number
  readonly listedMs: number
  readonly pairs: ReadonlyMap<string, Pair>
}

let last: Listing | null = null

/** Pairs of all images of the folder, with these among them if they are there; null if it cannot be read. */
export function listPairs(fs: Fs, directory: string, images: readonly string[]): ReadonlyMap<string, Pair> | null {
  try {
    const changedMs = fs.statSync(directory).mtimeMs
    if (last && isGood(last, { fs, directory, changedMs }) && images.every((image) => last?.pairs.has(image))) {
      return last.pairs
    }
    const listedMs = Date.now()
    const names = new Map<string, string[]>()
    let hasLeftovers = false
    for (const name of fs.readdirSync(directory)) {
      hasLeftovers ||= name.startsWith('.gleaner-')
      const kind = kindOfName(name)
      if (kind === 'image' || kind === 'json') add(names, kind, name)
    }
    // What a crash left lies where it was writing, and there we come again.
    if (hasLeftovers) sweepTemps({ fs, directory, nowMs: listedMs })
    const { pairs } = pairFolder(names.get('image') ?? [], names.get('json') ?? [])
    last = { fs, directory, changedMs, listedMs, pairs }
    return pairs
  } catch {
    return null
  }
}

function isGood(listing: Listing, now: Pick<Listing, 'fs' | 'directory' | 'changedMs'>): boolean {
  if (listing.fs !== now.fs || listing.directory !== now.directory) return false
  const isSame = listing.changedMs === now.changedMs && listing.listedMs - listing.changedMs > RACY_MS
  return isSame || Math.abs(Date.now() - listing.listedMs) < MOMENT_MS
}

function add(names: Map<string, string[]>, kind: string, name: string): void {
  const list = names.get(kind)
  if (list) list.push(name)
  else names.set(kind, [name])
}
