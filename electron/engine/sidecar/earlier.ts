/**
 * Remembers what sidecars held before our writes, so that undo gives back every byte, also where a textual edit alone
 * cannot know them (the place of a removed member, the spelling of a list). Memory only: after a restart undo restores
 * the values and the rest of the bytes.
 */
import type { Before } from './plan.ts'

/** Characters kept altogether, some 30,000 ordinary sidecars; the oldest go first. */
const MAX_TOTAL = 8_000_000
/** Of a larger file only the edited values are worth it. */
const MAX_TEXT = 65_536

export type Earlier = {
  /** `file` names root and path; `text` = null: the file was not there. */
  remember(file: string, written: Before): void
  /** What stood in the file before the write that left it with this hash. */
  recall(file: string, sha256: string): Before | null
}

export function createEarlier(): Earlier {
  const texts = new Map<string, string | null>()
  let total = 0
  const sizeOf = (key: string, text: string | null): number => key.length + (text?.length ?? 0)
  return {
    remember(file, { sha256, text }) {
      const key = `${sha256}/${file}`
      // Subtle: the first one stays. What undo itself leads back from must not hide what came before that.
      if (texts.has(key) || (text?.length ?? 0) > MAX_TEXT) return
      texts.set(key, text)
      total += sizeOf(key, text)
      for (const [oldest, gone] of texts) {
        if (total <= MAX_TOTAL) break
        texts.delete(oldest)
        total -= sizeOf(oldest, gone)
      }
    },
    recall(file, sha256) {
      const text = texts.get(`${sha256}/${file}`)
      return text === undefined ? null : { sha256, text }
    },
  }
}
