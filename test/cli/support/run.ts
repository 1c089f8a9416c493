/** Runs the command line in this process against a fake client, with everything it prints kept. */
import { runProgram } from '../../../electron/cli/main.ts'
import type { Mode } from '../../../electron/cli/connect.ts'
import { type Call, type FakeAnswers, fakeClient } from './fake-client.ts'

export type Run = {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly calls: readonly Call[]
  readonly connections: readonly { directory: string; mode: Mode }[]
}

export type RunOptions = {
  readonly answers?: FakeAnswers
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly signal?: AbortSignal
  /** What the first connections answer instead. */
  readonly connectErrors?: Error[]
}

export async function run(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { answers = {}, env = {}, cwd = '/work-folder', signal = new AbortController().signal } = options
  const { client, calls } = fakeClient(answers)
  const connections: { directory: string; mode: Mode }[] = []
  const out = sink()
  const err = sink()
  const errors = [...(options.connectErrors ?? [])]
  const code = await runProgram({
    words,
    env,
    cwd,
    stdout: out,
    stderr: err,
    version: () => '1.2.3',
    connect: async ({ directory, mode }) => {
      connections.push({ directory, mode })
      const error = errors.shift()
      if (error) throw error
      return { client, close: async () => {} }
    },
    signal,
  })
  return { code, out: out.text(), err: err.text(), calls, connections }
}

export function sink() {
  let text = ''
  return {
    write(part: string, done: (error?: Error | null) => void) {
      text += part
      done()
    },
    text: () => text,
  }
}
