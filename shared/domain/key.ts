/** The key rule of semantics.md §2, and what to say to somebody who breaks it. */
const KEY = /^[A-Za-z0-9_][A-Za-z0-9_.]*$/
const MAX_KEY_BYTES = 512

export type KeyCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly suggestion?: string }

/** Tells whether a person may use this metadata key; if not, why, and where possible a key that would do. */
export function checkKey(key: string): KeyCheck {
  if (key === 'tags') return { ok: false, reason: 'tags cannot be set as a metadata key: use tags.' }
  if (key === '') return { ok: false, reason: 'A key is needed.' }
  if (!KEY.test(key)) return refuse(explain(key), key)
  // Subtle: the rule leaves only ASCII, so characters are bytes.
  if (key.length > MAX_KEY_BYTES) return refuse(`A key is at most ${MAX_KEY_BYTES} bytes long.`, key)
  return { ok: true }
}

function explain(key: string): string {
  const rule = 'Keys hold letters A to Z, digits, _ and dots, and do not begin with a dot.'
  if (key.startsWith('.')) return `A key cannot begin with a dot. ${rule}`
  if (/\s/.test(key)) return `A key cannot hold spaces. ${rule}`
  if (key.includes('/')) return `A key cannot hold "/". ${rule}`
  return rule
}

function refuse(reason: string, key: string): KeyCheck {
  const suggestion = suggest(key)
  return suggestion === null ? { ok: false, reason } : { ok: false, reason, suggestion }
}

function suggest(key: string): string | null {
  const plain = key
    .slice(0, 4096)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .trim()
    .replace(/\s*\/\s*/g, '.')
    .replace(/[^A-Za-z0-9_.]+/g, '_')
    .replace(/^\.+/, '')
    .replace(/[_.]+$/, '')
    .slice(0, MAX_KEY_BYTES)
  return KEY.test(plain) && plain !== 'tags' && /[A-Za-z0-9]/.test(plain) ? plain : null
}
