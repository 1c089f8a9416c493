/** The real entry of the command line as a child process. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const ENTRY = fileURLToPath(new URL('../../../electron/cli/index.ts', import.meta.url))

const LINE_LIMIT_MS = 25_000

type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

export type Child = {
  readonly ended: Promise<Ended>
  interrupt(): void
  /** Waits for the first line on stdout that holds this text, from the start. */
  line(part: string): Promise<string>
}

/** Starts `gleaner WORDS`; killed at the end of the test if it still runs. */
export function start(words: readonly string[], options: { library: string; cwd?: string }): Child {
  const { npm_lifecycle_event: _, ...env } = process.env
  const child = spawn(process.execPath, [ENTRY, ...words], {
    env: { ...env, GLEANER_LIBRARY: options.library },
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  let onOutput = () => {}
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    onOutput()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const search = (part: string) =>
    out
      .split('\n')
      .slice(0, -1)
      .find((line) => line.includes(part))
  return {
    ended,
    interrupt: () => void child.kill('SIGINT'),
    line: (part) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = search(part)
          if (found !== undefined) resolve(found)
        }
        onOutput = look
        look()
        const fail = (what: string) => reject(new Error(`${what} before "${part}":\n${out}\n${err}`))
        const timer = setTimeout(() => fail('Too late'), LINE_LIMIT_MS)
        void ended.finally(() => clearTimeout(timer)).then(({ code }) => fail(`Ended with ${code}`))
      }),
  }
}
