/**
 * A disk in memory that can lose power (reliability.md 6.4): an `Fs` with a volatile and a durable layer.
 *
 * A file's bytes are durable once the file was synced, a folder's entries once the folder was. At a power cut every
 * change of an entry that was not synced may or may not have reached the disk, each on its own and in any order; bytes
 * that were not synced may be there, cut short, all zero, or missing. `crashes()` lists these states.
 * Calls can be watched (`onCall`), failed (`fail`) or joined by another program (in `onCall`).
 */
import { constants } from 'node:fs'
import { posix } from 'node:path'
import type { FileStat, Fs } from '../../electron/engine/platform.ts'

type Entry = { readonly name: string; readonly node: Node | null }
type Node = {
  readonly ino: number
  readonly kind: 'file' | 'dir' | 'link'
  mode: number
  uid: number
  gid: number
  bytes: Buffer
  /** Null = never synced. */
  durable: Buffer | null
  readonly entries: Map<string, Node>
  readonly durableEntries: Map<string, Node>
  /** Changes since the folder was synced; those of one rename belong together. */
  pending: Entry[][]
}

export type DiskModel = Fs & {
  /** Called before each call of the port. */
  onCall: ((call: string, path: string) => void) | null
  /** Puts a file there as if it had always been: durable. */
  put(path: string, content: string | Uint8Array, mode?: number): void
  putLink(path: string, target: string): void
  /** Another program writes into the file in place. */
  scribble(path: string, content: string): void
  /** Null = not there. */
  text(path: string): string | null
  names(directory: string): string[]
  /** Every state that a power cut at this moment may leave. */
  crashes(): DiskModel[]
}

export function createDisk(): DiskModel {
  const root = makeNode('dir', 0o755)
  return diskOf(root)
}

/** An error as the system raises it. */
export function systemError(code: string, path = ''): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

let nextIno = 1

function makeNode(kind: Node['kind'], mode: number): Node {
  const bytes = Buffer.alloc(0)
  const [entries, durableEntries] = [new Map<string, Node>(), new Map<string, Node>()]
  return {
    ino: nextIno++,
    kind,
    mode,
    uid: 1000,
    gid: 1000,
    bytes,
    durable: null,
    entries,
    durableEntries,
    pending: [],
  }
}

function diskOf(root: Node): DiskModel {
  const files = new Map<number, { node: Node; at: number; isAppending: boolean; path: string }>()
  let nextFd = 3

  const find = (path: string, follow = true, depth = 0): Node | null => {
    let node: Node = root
    const parts = path.split('/').filter(Boolean)
    for (const [index, part] of parts.entries()) {
      if (node.kind !== 'dir') throw systemError('ENOTDIR', path)
      const next = node.entries.get(part)
      if (!next) return null
      const isLast = index === parts.length - 1
      if (next.kind === 'link' && (follow || !isLast)) {
        if (depth > 20) throw systemError('ELOOP', path)
        const rest = [next.bytes.toString(), ...parts.slice(index + 1)].join('/')
        const base = `/${parts.slice(0, index).join('/')}`
        return find(posix.resolve(base, rest), follow, depth + 1)
      }
      node = next
    }
    return node
  }
  const need = (path: string, follow = true): Node => {
    const node = find(path, follow)
    if (!node) throw systemError('ENOENT', path)
    return node
  }
  const parentOf = (path: string): Node => need(posix.dirname(path))
  const change = (directory: Node, entries: Entry[]): void => {
    for (const { name, node } of entries) {
      if (node) directory.entries.set(name, node)
      else directory.entries.delete(name)
    }
    directory.pending.push(entries)
  }
  const nameOf = (path: string): string => {
    const name = posix.basename(path)
    if (Buffer.byteLength(name) > 255) throw systemError('ENAMETOOLONG', path)
    return name
  }
  const fileOf = (fd: number) => {
    const file = files.get(fd)
    if (!file) throw systemError('EBADF')
    return file
  }
  const linksTo = (node: Node, directory = root): number =>
    [...directory.entries.values()].reduce(
      (count, entry) => count + (entry === node ? 1 : 0) + (entry.kind === 'dir' ? linksTo(node, entry) : 0),
      0,
    )
  const statOf = (node: Node): FileStat => ({
    size: node.bytes.length,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    nlink: linksTo(node),
    ino: node.ino,
    dev: 1,
    mtimeMs: 0,
    isFile: () => node.kind === 'file',
    isDirectory: () => node.kind === 'dir',
    isSymbolicLink: () => node.kind === 'link',
  })
  const seen = (call: string, path: string): void => disk.onCall?.(call, path)

  const disk: DiskModel = {
    onCall: null,
    openSync(path, flags, mode = 0o666) {
      seen('open', path)
      const how = readFlags(flags)
      const existing = find(path, !how.isNoFollow)
      if (existing?.kind === 'link') throw systemError('ELOOP', path)
      if (existing && how.isExclusive) throw systemError('EEXIST', path)
      if (existing?.kind === 'dir' && how.isWriting) throw systemError('EISDIR', path)
      if (!existing && !how.isCreating) throw systemError('ENOENT', path)
      const node = existing ?? makeNode('file', mode)
      if (!existing) change(parentOf(path), [{ name: nameOf(path), node }])
      if (how.isTruncating) node.bytes = Buffer.alloc(0)
      files.set(nextFd, { node, at: 0, isAppending: how.isAppending, path })
      return nextFd++
    },
    closeSync(fd) {
      seen('close', fileOf(fd).path)
      files.delete(fd)
    },
    readSync: (...[fd, buffer, offset, length, position]) => {
      const file = fileOf(fd)
      seen('read', file.path)
      if (file.node.kind === 'dir') throw systemError('EISDIR', file.path)
      const from = position ?? file.at
      const part = file.node.bytes.subarray(from, from + length)
      buffer.set(part, offset)
      if (position === null) file.at += part.length
      return part.length
    },
    writeSync: (...[fd, buffer, offset, length, position]) => {
      const file = fileOf(fd)
      seen('write', file.path)
      const from = file.isAppending ? file.node.bytes.length : (position ?? file.at)
      const grown = Buffer.alloc(Math.max(file.node.bytes.length, from + length))
      file.node.bytes.copy(grown)
      grown.set(buffer.subarray(offset, offset + length), from)
      file.node.bytes = grown
      file.at = from + length
      return length
    },
    fsyncSync(fd) {
      const { node, path } = fileOf(fd)
      seen('fsync', path)
      sync(node)
    },
    fdatasyncSync(fd) {
      const { node, path } = fileOf(fd)
      seen('fdatasync', path)
      sync(node)
    },
    fstatSync(fd) {
      const { node, path } = fileOf(fd)
      seen('fstat', path)
      return statOf(node)
    },
    statSync(path) {
      seen('stat', path)
      return statOf(need(path))
    },
    lstatSync(path) {
      seen('lstat', path)
      return statOf(need(path, false))
    },
    fchmodSync(fd, mode) {
      seen('fchmod', fileOf(fd).path)
      fileOf(fd).node.mode = mode
    },
    fchownSync(fd, uid, gid) {
      seen('fchown', fileOf(fd).path)
      Object.assign(fileOf(fd).node, { uid, gid })
    },
    ftruncateSync(fd, length) {
      seen('ftruncate', fileOf(fd).path)
      const { node } = fileOf(fd)
      node.bytes = Buffer.concat([node.bytes.subarray(0, length)], length)
    },
    readFileSync(path) {
      seen('readFile', path)
      const node = need(path)
      if (node.kind === 'dir') throw systemError('EISDIR', path)
      return Buffer.from(node.bytes)
    },
    readdirSync(path) {
      seen('readdir', path)
      return [...need(path).entries.keys()]
    },
    realpathSync(path) {
      seen('realpath', path)
      return realpath(path)
    },
    linkSync(existing, path) {
      seen('link', path)
      const node = need(existing, false)
      if (find(path, false)) throw systemError('EEXIST', path)
      change(parentOf(path), [{ name: nameOf(path), node }])
    },
    renameSync(from, to) {
      seen('rename', to)
      const node = need(from, false)
      const [source, target] = [parentOf(from), parentOf(to)]
      if (source !== target) throw new Error('The model renames within one folder only.')
      const entries = [
        { name: nameOf(to), node },
        { name: nameOf(from), node: null },
      ]
      change(source, entries)
    },
    unlinkSync(path) {
      seen('unlink', path)
      need(path, false)
      change(parentOf(path), [{ name: nameOf(path), node: null }])
    },
    mkdirSync(path) {
      seen('mkdir', path)
      if (find(path)) throw systemError('EEXIST', path)
      change(parentOf(path), [{ name: nameOf(path), node: makeNode('dir', 0o755) }])
    },
    put(path, content, mode = 0o644) {
      const node = makeNode('file', mode)
      node.bytes = Buffer.from(content)
      node.durable = node.bytes
      place(path, node)
    },
    putLink(path, target) {
      const node = makeNode('link', 0o777)
      node.bytes = Buffer.from(target)
      node.durable = node.bytes
      place(path, node)
    },
    scribble(path, content) {
      need(path).bytes = Buffer.from(content)
    },
    text: (path) => find(path)?.bytes.toString() ?? null,
    names: (directory) => [...need(directory).entries.keys()].sort(),
    crashes: () => crashedRoots(root).map(diskOf),
  }
  return disk

  function realpath(path: string): string {
    let real = '/'
    for (const part of path.split('/').filter(Boolean)) {
      const next = posix.join(real, part)
      const node = need(next, false)
      real = node.kind === 'link' ? realpath(posix.resolve(real, node.bytes.toString())) : next
    }
    return real
  }
  function place(path: string, node: Node): void {
    let directory = root
    for (const part of posix.dirname(path).split('/').filter(Boolean)) {
      const next = directory.entries.get(part) ?? makeNode('dir', 0o755)
      directory.entries.set(part, next)
      directory.durableEntries.set(part, next)
      directory = next
    }
    directory.entries.set(posix.basename(path), node)
    directory.durableEntries.set(posix.basename(path), node)
  }
}

function sync(node: Node): void {
  if (node.kind !== 'dir') node.durable = node.bytes
  node.pending = []
  node.durableEntries.clear()
  for (const [name, entry] of node.entries) node.durableEntries.set(name, entry)
}

function readFlags(flags: string | number) {
  const number = typeof flags === 'number' ? flags : NAMED_FLAGS[flags]
  if (number === undefined) throw new Error(`The model knows no flag ${flags}.`)
  return {
    isWriting: (number & (constants.O_WRONLY | constants.O_RDWR)) !== 0,
    isCreating: (number & constants.O_CREAT) !== 0,
    isExclusive: (number & constants.O_EXCL) !== 0,
    isTruncating: (number & constants.O_TRUNC) !== 0,
    isAppending: (number & constants.O_APPEND) !== 0,
    isNoFollow: (number & constants.O_NOFOLLOW) !== 0,
  }
}

const { O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_APPEND } = constants
const NAMED_FLAGS: Record<string, number> = {
  r: 0,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
  ax: O_WRONLY | O_CREAT | O_EXCL | O_APPEND,
}

/** How bytes that were not synced may be found again. */
const FATES = ['lost', 'kept', 'cut', 'zeroed'] as const

/** All combinations of unsynced changes of entries, each with every fate of unsynced bytes. */
function crashedRoots(root: Node): Node[] {
  const pending: { directory: Node; entries: Entry[] }[] = []
  collect(root, pending)
  if (pending.length > 10) throw new Error('Too many unsynced changes to go through all their combinations.')
  const roots: Node[] = []
  for (let mask = 0; mask < 2 ** pending.length; mask += 1) {
    const kept = pending.filter((_, index) => (mask & (1 << index)) !== 0)
    for (const fate of FATES) roots.push(copyDurable(root, kept, fate, new Map()))
  }
  return roots
}

function collect(directory: Node, pending: { directory: Node; entries: Entry[] }[]): void {
  for (const entries of directory.pending) pending.push({ directory, entries })
  const below = new Set([...directory.entries.values(), ...directory.durableEntries.values()])
  for (const node of below) if (node.kind === 'dir') collect(node, pending)
}

function copyDurable(
  node: Node,
  kept: readonly { directory: Node; entries: Entry[] }[],
  fate: (typeof FATES)[number],
  copies: Map<Node, Node>,
): Node {
  const known = copies.get(node)
  if (known) return known
  const copy = makeNode(node.kind, node.mode)
  copies.set(node, copy)
  copy.bytes = node.durable === node.bytes ? node.bytes : bytesAfter(node, fate)
  copy.durable = copy.bytes
  const entries = new Map(node.durableEntries)
  for (const { directory, entries: changes } of kept) {
    if (directory !== node) continue
    for (const { name, node: entry } of changes) {
      if (entry) entries.set(name, entry)
      else entries.delete(name)
    }
  }
  for (const [name, entry] of entries) {
    const entryCopy = copyDurable(entry, kept, fate, copies)
    copy.entries.set(name, entryCopy)
    copy.durableEntries.set(name, entryCopy)
  }
  return copy
}

function bytesAfter({ bytes, durable }: Node, fate: (typeof FATES)[number]): Buffer {
  if (fate === 'kept') return bytes
  if (fate === 'lost') return durable ?? Buffer.alloc(0)
  // What was synced before the file grew is safe.
  const isGrown = durable !== null && bytes.subarray(0, durable.length).equals(durable)
  const [head, tail] = isGrown ? [durable, bytes.subarray(durable.length)] : [Buffer.alloc(0), bytes]
  return Buffer.concat([head, fate === 'cut' ? tail.subarray(0, tail.length >> 1) : Buffer.alloc(tail.length)])
}
