import { createCodecPool, type CodecPool } from '../../electron/engine/thumbs/codec-pool.ts'
import type { CodecLimits } from '../../electron/engine/thumbs/codec-child.ts'
import type { CodecProcess, Log } from '../../electron/engine/platform.ts'
import { createCodecLauncher } from '../../electron/hosts/launch-codec.ts'

export const SILENT: Log = { info() {}, warn() {}, error() {} }

export type TestCodecs = AsyncDisposable & {
  readonly pool: CodecPool
  /** Everything the codec processes wrote to stderr. */
  stderr(): string
  /** Processes now running, oldest first. */
  readonly processes: readonly CodecProcess[]
}

/** Real codec processes, ended when the test is over. */
export function testCodecs({
  size = 2,
  limits = {},
}: { size?: number; limits?: Partial<CodecLimits> } = {}): TestCodecs {
  let text = ''
  const processes: CodecProcess[] = []
  const launch = createCodecLauncher({
    onStderr: (more) => {
      text += more
    },
  })
  const pool = createCodecPool({
    size,
    limits,
    clock: { now: () => performance.now() },
    log: SILENT,
    launch() {
      const child = launch()
      processes.push(child)
      child.onExit(() => processes.splice(processes.indexOf(child), 1))
      return child
    },
  })
  return { pool, processes, stderr: () => text, [Symbol.asyncDispose]: () => pool.close() }
}
