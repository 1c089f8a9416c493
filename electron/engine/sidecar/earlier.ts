/**
 * Remembers what sidecars held before our writes, so that undo gives back every byte, also where a textual edit alone
 * cannot know them: the place of a removed member, the spelling of a list, that the file was not there at all.
 *
 * Kept in a file of the library, because undo may come after a restart. It is a convenience, not truth: what it says is
 * used only where the sidecar still has the hash it speaks of and the text holds just the wanted values; without it
 * undo restores the values. So it is appended without being forced to disk, and a damaged line is passed over.
 */
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises'
import { setImmediate as pause } from 'node:timers/promises'
import type { Before } from './plan.ts'

/** Characters kept altogether, some 20,000 ordinary sidecars; the oldest go first. */
const MAX_TOTAL = 8_000_000
/** Of a larger file only the edited values are worth it. */
const MAX_TEXT = 65_536

export type Earlier = {
  /** Reads what was saved, the first time it is called. */
  load(): Promise<void>
  /** `file` names root and path; `text` = null: the file was not there. */
  remember(file: string, written: Before): void
  /** What stood in the file before the write that left it with this hash. */
  recall(file: string, sha256: string): Before | null
  /** Saves what was remembered since. */
  save(): Promise<void>
}

/** `file` null = in memory only. */
export function createEarlier(file: string | null): Earlier {
  const texts = new Map<string, string | null>()
  let total = 0
  let unsaved = ''
  let savedSize = 0
  let loading: Promise<void> | null = null

  const keep = (key: string, text: string | null): boolean => {
    // Subtle: the first one stays. What undo itself leads back from must not hide what came before that.
    if (texts.has(key) || (text?.length ?? 0) > MAX_TEXT) return false
    texts.set(key, text)
    total += sizeOf(key, text)
    for (const [oldest, gone] of texts) {
      if (total <= MAX_TOTAL) break
      texts.delete(oldest)
      total -= sizeOf(oldest, gone)
    }
    return true
  }

  const load = async (): Promise<void> => {
    const saved = file === null ? '' : await readFile(file, 'utf8').catch(() => '')
    savedSize = saved.length
    for (const [index, line] of saved.split('\n').entries()) {
      if (index % 1000 === 999) await pause()
      const entry = readLine(line)
      if (entry) keep(entry[0], entry[1])
    }
  }

  return {
    load: () => (loading ??= load()),
    remember(path, { sha256, text }) {
      const key = `${sha256}/${path}`
      if (keep(key, text) && file !== null) unsaved += `${JSON.stringify([key, text])}\n`
    },
    recall(path, sha256) {
      const text = texts.get(`${sha256}/${path}`)
      return text === undefined ? null : { sha256, text }
    },
    async save() {
      if (file === null || unsaved === '') return
      const lines = unsaved
      unsaved = ''
      savedSize += lines.length
      if (savedSize < MAX_TOTAL * 2) return appendFile(file, lines, { mode: 0o600 })
      const all = [...texts].map((entry) => JSON.stringify(entry)).join('\n')
      savedSize = all.length
      await writeFile(`${file}.new`, `${all}\n`, { mode: 0o600 })
      await rename(`${file}.new`, file)
    },
  }
}

function sizeOf(key: string, text: string | null): number {
  return key.length + (text?.length ?? 0)
}

function readLine(line: string): [string, string | null] | null {
  try {
    const [key, text] = JSON.parse(line) as unknown[]
    return typeof key === 'string' && (typeof text === 'string' || text === null) ? [key, text] : null
  } catch {
    return null
  }
}
