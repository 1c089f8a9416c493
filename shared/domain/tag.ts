/** The tag rule of semantics.md §3: case is kept, comparison ignores it. */
import { foldText } from '../lib/text.ts'

const MAX_TAG_LENGTH = 256

export type TagCheck = { readonly ok: true; readonly tag: string } | { readonly ok: false; readonly reason: string }

/** Brings a typed tag into the form in which it is kept (trimmed, NFC), or says why it is no tag. */
export function checkTag(text: string): TagCheck {
  const tag = text.normalize('NFC').trim()
  if (tag === '') return { ok: false, reason: 'A tag needs at least one character.' }
  if (tag.length > MAX_TAG_LENGTH) return { ok: false, reason: `A tag has at most ${MAX_TAG_LENGTH} characters.` }
  if (/\p{Cc}/u.test(tag))
    return { ok: false, reason: 'A tag cannot hold control characters such as line breaks or tabs.' }
  if (!tag.isWellFormed()) return { ok: false, reason: 'The tag holds half of a character.' }
  return { ok: true, tag }
}

/** True if two tags are the same one, letter case aside. */
export function sameTag(a: string, b: string): boolean {
  return a === b || foldText(a) === foldText(b)
}
