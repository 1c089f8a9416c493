/**
 * What a host supplies to the engine: clock, log, file access, and how to start codec processes. Tests stop the
 * clock and lose the disk through these; everything else is called directly.
 */
export type Clock = { now(): number }

export type Log = {
  info(message: string, facts?: Record<string, unknown>): void
  warn(message: string, facts?: Record<string, unknown>): void
  error(message: string, facts?: Record<string, unknown>): void
}

/**
 * The synchronous file calls that the journal and the sidecar writer use; node's own `fs` fits. A narrow port, so
 * that a model of the disk can drop what was not forced down (reliability.md 6.4).
 */
export type Fs = {
  openSync(path: string, flags: string | number, mode?: number): number
  closeSync(fd: number): void
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position?: number | null): number
  fsyncSync(fd: number): void
  fdatasyncSync(fd: number): void
  fstatSync(fd: number): FileStat
  statSync(path: string): FileStat
  lstatSync(path: string): FileStat
  fchmodSync(fd: number, mode: number): void
  fchownSync(fd: number, uid: number, gid: number): void
  ftruncateSync(fd: number, length: number): void
  readFileSync(path: string): Uint8Array
  readdirSync(path: string): string[]
  realpathSync(path: string): string
  linkSync(existing: string, path: string): void
  renameSync(from: string, to: string): void
  unlinkSync(path: string): void
  mkdirSync(path: string, options?: { recursive?: boolean; mode?: number }): unknown
}

export type FileStat = {
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly nlink: number
  readonly ino: number
  readonly dev: number
  readonly mtimeMs: number
  /** When its content, names or rights changed last; a new name (hard link) counts. */
  readonly ctimeMs?: number
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** A codec process: takes tasks and gives answers (thumbs/codec-protocol.ts); `exited` fires once, whatever the reason. */
export type CodecProcess = {
  readonly pid: number | undefined
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (reason: string) => void): void
  kill(): void
}
export type CodecLauncher = () => CodecProcess

export type Platform = {
  readonly clock: Clock
  readonly log: Log
  readonly fs: Fs
  readonly launchCodec: CodecLauncher
  /** Random bytes as lower-case hex; tests fix them. */
  randomHex(bytes: number): string
}
