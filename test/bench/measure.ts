/** Times, medians, and processes of our own to measure in. */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Children } from './child.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

export const median = (values: readonly number[]): number => percentile(values, 0.5)
export const p95 = (values: readonly number[]): number => percentile(values, 0.95)

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * part
  const low = sorted[Math.floor(at)] ?? Number.NaN
  return low + ((sorted[Math.ceil(at)] ?? low) - low) * (at % 1)
}

/** Milliseconds until the work is done. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Runs the work one after the other; the answers in order. */
export async function repeat<T>(times: number, work: (run: number) => T | Promise<T>): Promise<T[]> {
  const answers: T[] = []
  for (let run = 0; run < times; run += 1) answers.push(await work(run))
  return answers
}

/** Runs one piece of the suite (child.ts) in a fresh process and gives its answer. */
export async function inChild<K extends keyof Children>(
  name: K,
  input: Parameters<Children[K]>[0],
  signal: AbortSignal,
): Promise<Awaited<ReturnType<Children[K]>>> {
  const args = ['--disable-warning=ExperimentalWarning', CHILD, name, JSON.stringify(input)]
  return JSON.parse(await outputOf(process.execPath, args, signal)) as Awaited<ReturnType<Children[K]>>
}

/** The last line a program prints; rejects if it fails. */
export function outputOf(file: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], signal })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(text.trimEnd().split('\n').at(-1) ?? '')
      else reject(new Error(`${file} ${args.join(' ')} ended with code ${code}.`))
    })
  })
}

/** Until files just written are old enough to be trusted by their times (2 s). */
export const settle = (): Promise<void> => sleep(2100)
