/** Words that are parts of addresses of the HTTP API (interchange.md 3.2). */
const RESERVED = new Set([
  'dataset',
  'images',
  'search',
  'asynctasks',
  'batches',
  'jobs',
  'upload',
  'projects',
  'health',
  'source',
])
const CAP = 64

/** URL-safe name of a root: lower case without marks, other characters become `-`, `-2` … where taken. */
export function slugFor(name: string, taken: readonly string[]): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, CAP)
  const base = plain === '' ? 'folder' : RESERVED.has(plain) ? `${plain}-folder` : plain
  for (let n = 1; ; n += 1) {
    const slug = n === 1 ? base : `${base.slice(0, CAP - 5)}-${n}`
    if (!taken.includes(slug)) return slug
  }
}
