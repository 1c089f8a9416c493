/**
 * Tells annotation files from metadata sidecars by their shape (interchange.md 1.2, rows 1, 2 and 9). An annotation
 * file is never flattened, never written and has no size limit, so this looks at the outer two levels only: it goes
 * through the text once, keeps nothing and does not care whether the rest is valid.
 */
export type AnnotationFormat = 'COCO' | 'CreateML' | 'LabelMe'

/** The annotation format a JSON text has, or null for everything else. */
export function annotationFormat(text: string): AnnotationFormat | null {
  // Subtle: a plain substring search costs nothing on the small files that nearly all sidecars are.
  if (!text.includes('"annotations"') && !text.includes('"shapes"')) return null
  const { opener, members } = readOutline(text)
  const isList = (name: string): boolean => members.get(name) === '['
  if (opener === '[') return members.has('image') && isList('annotations') ? 'CreateML' : null
  if (opener !== '{') return null
  if (isList('images') && isList('annotations')) return 'COCO'
  return isList('shapes') && members.has('imagePath') ? 'LabelMe' : null
}

type Outline = {
  readonly opener: string
  /** Names at the level of interest → first character of the value: of the object, or of the first object in a list. */
  readonly members: ReadonlyMap<string, string>
}

function readOutline(text: string): Outline {
  const members = new Map<string, string>()
  const opener = /^\uFEFF?\s*([{[])/.exec(text)?.[1] ?? ''
  const level = opener === '[' ? 2 : 1
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    depth += levelsAt(code)
    // In a list the first object decides.
    if (depth < level && members.size > 0) break
    if (code !== 34) continue
    const end = endOfString(text, at)
    if (depth === level) addMember(text, at, end, members)
    at = end - 1
  }
  return { opener, members }
}

function levelsAt(code: number): number {
  if (code === 123 || code === 91) return 1
  return code === 125 || code === 93 ? -1 : 0
}

/** Subtle: no regular expression, as an embedded picture is a text of megabytes, more than their stack holds. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === 92) escapes += 1
    if (escapes % 2 === 0) return at + 1
  }
  return text.length
}

function addMember(text: string, start: number, end: number, members: Map<string, string>): void {
  const rest = /^\s*:\s*(\S)/.exec(text.slice(end, end + 100))
  if (rest) members.set(text.slice(start + 1, end - 1), rest[1]!)
}
