/** Shows the engine's long work on stderr: a bar on a terminal, otherwise a line when it starts and every few seconds. */
import type { Client, Event, Job } from '../../shared/contract/index.ts'
import { formatCount } from './table.ts'
import type { Screen } from './screen.ts'

const LINE_EVERY_MS = 5000
const BAR_WIDTH = 24

export type Progress = { stop(): Promise<void> }

/** Follows the jobs and notices of the engine until stopped. */
export function startProgress(client: Client, screen: Screen, now: () => number = Date.now): Progress {
  if (screen.isQuiet) return { stop: async () => {} }
  const controller = new AbortController()
  const show = screen.hasBar ? createBar(screen) : createLines(screen, now)
  const following = follow(client, controller.signal, (event) => {
    if (event.kind === 'jobs') show(event.jobs)
    else if (event.kind === 'notice') screen.note(event.text)
  })
  return {
    async stop() {
      controller.abort()
      await following
      screen.bar(null)
    },
  }
}

/** `Scanning captures [######------] 41,200/100,000`. */
export function formatBar({ title, done, total }: Job): string {
  if (total === null || total <= 0) return `${title} ${done > 0 ? formatCount(done) : '…'}`
  const filled = Math.min(BAR_WIDTH, Math.floor((done / total) * BAR_WIDTH))
  const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled)
  return `${title} [${bar}] ${formatCount(done)}/${formatCount(total)}`
}

async function follow(client: Client, signal: AbortSignal, show: (event: Event) => void): Promise<void> {
  try {
    for await (const event of await client.events.watch(undefined, { signal })) {
      if (signal.aborted) return
      show(event)
    }
  } catch {
    // Progress is a courtesy: the call it is about reports what went wrong.
  }
}

function createBar(screen: Screen): (jobs: readonly Job[]) => void {
  return (jobs) => {
    const job = jobs.at(-1)
    screen.bar(job ? formatBar(job) : null)
  }
}

function createLines(screen: Screen, now: () => number): (jobs: readonly Job[]) => void {
  const seen = new Map<string, number>()
  return (jobs) => {
    for (const job of jobs) {
      const last = seen.get(job.id)
      if (last !== undefined && now() - last < LINE_EVERY_MS) continue
      seen.set(job.id, now())
      screen.note(last === undefined ? `${job.title} …` : formatLine(job))
    }
  }
}

function formatLine({ title, done, total }: Job): string {
  return `${title}: ${formatCount(done)}${total === null ? '' : ` of ${formatCount(total)}`}`
}
