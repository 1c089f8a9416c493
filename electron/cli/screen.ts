/**
 * Where a command prints: results on stdout, everything else on stderr. All text is escaped here, so that no command
 * can forget it; only JSON goes out as it is.
 */
import { cutToWidth, escapeText } from './escape.ts'

export type Screen = {
  /** Lines of text on stdout, escaped. */
  say(lines: readonly string[]): Promise<void>
  /** JSON texts on stdout, a line each. */
  emit(lines: readonly string[]): Promise<void>
  /** A part of a JSON document on stdout. */
  write(text: string): Promise<void>
  /** A line on stderr that --quiet leaves out. */
  note(text: string): void
  /** A line on stderr. */
  complain(text: string): void
  /** The progress line at the bottom of a terminal; null takes it away. */
  bar(text: string | null): void
  readonly isQuiet: boolean
  /** Whether stderr is a terminal, which gets a bar instead of lines. */
  readonly hasBar: boolean
  hasWritten(): boolean
}

export type Stream = {
  write(text: string, done: (error?: Error | null) => void): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

type ScreenOptions = { readonly stdout: Stream; readonly stderr: Stream; readonly isQuiet: boolean }

export function createScreen({ stdout, stderr, isQuiet }: ScreenOptions): Screen {
  const hasBar = stderr.isTTY === true && !isQuiet
  let bar: string | null = null
  let hasWritten = false
  // Subtle: a reader of stderr that went away is no reason to stop.
  const toStderr = (text: string) => void stderr.write(text, () => {})
  const wipe = () => {
    if (bar !== null) toStderr('\r\u001b[2K')
    bar = null
  }
  const write = (text: string) => {
    if (text === '') return Promise.resolve()
    wipe()
    hasWritten = true
    return new Promise<void>((resolve, reject) => {
      stdout.write(text, (error) => (error ? reject(error) : resolve()))
    })
  }
  const complain = (text: string) => {
    wipe()
    toStderr(`${escapeText(text)}\n`)
  }
  return {
    say: (lines) => write(lines.map((line) => `${escapeText(line)}\n`).join('')),
    emit: (lines) => write(lines.map((line) => `${line}\n`).join('')),
    write,
    note: (text) => (isQuiet ? undefined : complain(text)),
    complain,
    bar(text) {
      if (!hasBar || (text === null && bar === null)) return
      wipe()
      bar = text
      if (text !== null) toStderr(cutToWidth(escapeText(text), (stderr.columns || 80) - 1))
    },
    isQuiet,
    hasBar,
    hasWritten: () => hasWritten,
  }
}

/** Whether this is the error of a reader that closed its end, as `head` does. */
export function isClosedPipe(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown }
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}
