/**
 * Starts codec processes on plain Node (architecture.md §2.3): an IPC channel, low priority, and next to nothing of
 * our environment, because a decoder that has been taken over should find nothing there.
 */
import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { CodecLauncher } from '../engine/platform.ts'

const CODEC = fileURLToPath(new URL('../engine/thumbs/codec.ts', import.meta.url))
const KEPT = ['TZ', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR']
const NICE = 10

type LaunchOptions = {
  /** What a codec writes to stderr; dropped if not given. */
  readonly onStderr?: (text: string) => void
}

/** A launcher of codec processes that run the same Node as this one. */
export function createCodecLauncher({ onStderr }: LaunchOptions = {}): CodecLauncher {
  return () => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CODEC], {
      stdio: ['ignore', 'ignore', onStderr ? 'pipe' : 'ignore', 'ipc'],
      env: Object.fromEntries(KEPT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
      windowsHide: true,
    })
    if (onStderr) child.stderr?.setEncoding('utf8').on('data', onStderr)
    lowerPriority(child.pid)
    return {
      pid: child.pid,
      send: (message) => void child.send(message as object, ignoreGone),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => onceGone(child, listener),
      kill: () => void child.kill('SIGKILL'),
    }
  }
}

/** Starts a codec that says nothing on stderr. */
export const launchCodec: CodecLauncher = createCodecLauncher()

// `error` without a process (spawn refused) is an end as well; whichever comes first counts.
function onceGone(child: ReturnType<typeof spawn>, listener: (reason: string) => void): void {
  let isTold = false
  const tell = (reason: string) => {
    if (!isTold) listener(reason)
    isTold = true
  }
  child.once('error', (error) => child.pid === undefined && tell(error.message))
  child.once('exit', (code, signal) => tell(signal ?? `exit code ${code}`))
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE)
  } catch {
    // Not allowed here: then codecs run like everything else.
  }
}

function ignoreGone(): void {
  // The process ended before it took the message; its exit is what counts.
}
