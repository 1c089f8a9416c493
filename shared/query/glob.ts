/**
 * Patterns: `*` and `?` in texts, and globs over paths below a root.
 *
 * In paths `*` and `?` stop at `/`, `**` does not. `**` between slashes stands for any number of folders, none
 * included; a trailing `/` means everything below. A path without wildcard and trailing slash (`2026/site-3`) is one
 * whole file path, never a folder; check.ts warns when no image can have it. Leading and doubled slashes count as none.
 *
 * Texts and literal parts are folded by the caller. Both matchers need at most text length × pattern length steps.
 */
import { foldText } from '../lib/text.ts'
import type { PathGlob, PathSegment } from './predicate.ts'

type Part = string | null | 1
type PathPart = Part | 2

const SLASH = 47

/** Whether a folded text fits the parts from start to end: null = any run, 1 = any one character. */
export function matchParts(parts: readonly Part[], foldedText: string): boolean {
  let part = 0
  let at = 0
  // The part after the last `*` passed, and where in the text it was last tried.
  let retryPart = -1
  let retryAt = 0
  for (;;) {
    const current = parts[part]
    if (current === null) {
      retryPart = part += 1
      retryAt = at
      if (part === parts.length) return true
      continue
    }
    const next = current === undefined ? (at === foldedText.length ? at : -1) : take(current, foldedText, at)
    if (next >= 0) {
      if (current === undefined) return true
      part += 1
      at = next
      continue
    }
    if (retryPart < 0) return false
    retryAt = nextTry(parts[retryPart], foldedText, retryAt + 1)
    if (retryAt < 0 || retryAt > foldedText.length) return false
    at = retryAt
    part = retryPart
  }
}

// Subtle: an empty part would be found at the text's end again and again.
function nextTry(first: Part | undefined, foldedText: string, from: number): number {
  return typeof first === 'string' && first !== '' ? foldedText.indexOf(first, from) : from
}

/** Whether a folded path below the root fits the glob. */
export function matchGlob(glob: PathGlob, foldedPath: string): boolean {
  let steps = compiled.get(glob)
  if (!steps) compiled.set(glob, (steps = compile(glob)))
  let positions: readonly number[] = [0]
  for (const step of steps) {
    positions = advance(step, foldedPath, positions)
    if (positions.length === 0) return false
  }
  return positions.at(-1) === foldedPath.length
}

/** Reads a raw word of a query (`\` escapes) as a path glob; its literal parts are folded. */
export function parsePathGlob(raw: string): PathGlob {
  const segments: PathSegment[] = []
  const texts = splitSegments(raw)
  const isFolder = texts.length > 0 && texts.at(-1) === ''
  for (const text of texts) {
    if (/^\*{2,}$/.test(text)) {
      if (segments.at(-1) !== 'any-depth') segments.push('any-depth')
    } else if (text !== '') segments.push(readSegment(text))
  }
  if (isFolder && segments.at(-1) !== 'any-depth') segments.push('any-depth')
  if (segments.at(-1) === 'any-depth') segments.push([null])
  return { segments }
}

/** Steps of a compiled glob: its parts, and 3 = any number of whole folders. */
type Step = PathPart | 3

const compiled = new WeakMap<PathGlob, readonly Step[]>()

function compile({ segments }: PathGlob): Step[] {
  const steps: Step[] = []
  segments.forEach((segment, index) => {
    if (segment === 'any-depth') steps.push(3)
    else steps.push(...segment, ...(index < segments.length - 1 ? ['/'] : []))
  })
  return steps.reduce<Step[]>((merged, step) => {
    const last = merged.at(-1)
    if (typeof step === 'string' && typeof last === 'string') merged[merged.length - 1] = last + step
    else merged.push(step)
    return merged
  }, [])
}

/** All places in the path that one step reaches from the given ones; ascending, without repeats. */
function advance(step: Step, path: string, positions: readonly number[]): number[] {
  if (step === null) return advanceInName(path, positions)
  if (step === 2)
    return Array.from({ length: path.length + 1 - (positions[0] ?? 0) }, (_, i) => i + (positions[0] ?? 0))
  if (step === 3) return advanceByFolders(path, positions)
  const reached: number[] = []
  for (const from of positions) {
    const to = step === 1 && path.charCodeAt(from) === SLASH ? -1 : take(step, path, from)
    if (to >= 0 && to !== reached.at(-1)) reached.push(to)
  }
  return reached
}

function advanceInName(path: string, positions: readonly number[]): number[] {
  const reached: number[] = []
  let covered = -1
  for (const from of positions) {
    // Subtle: a place already covered lies in the same folder name, so its run ends where that one ended.
    if (from <= covered) continue
    const slash = path.indexOf('/', from)
    covered = slash < 0 ? path.length : slash
    for (let at = from; at <= covered; at += 1) reached.push(at)
  }
  return reached
}

function advanceByFolders(path: string, positions: readonly number[]): number[] {
  const reached = new Set(positions)
  let slash = path.indexOf('/', positions[0])
  while (slash >= 0) {
    reached.add(slash + 1)
    slash = path.indexOf('/', slash + 1)
  }
  return [...reached].sort((a, b) => a - b)
}

/** The place after one literal or one character, or -1. */
function take(part: string | 1, text: string, at: number): number {
  if (part !== 1) return text.startsWith(part, at) ? at + part.length : -1
  const code = text.codePointAt(at)
  return code === undefined ? -1 : at + (code > 0xffff ? 2 : 1)
}

function splitSegments(raw: string): string[] {
  const texts: string[] = []
  let text = ''
  for (let i = 0; i < raw.length; i += 1) {
    const escaped = raw[i] === '\\' && i + 1 < raw.length
    if (raw[i] === '/' || (escaped && raw[i + 1] === '/')) {
      texts.push(text)
      text = ''
    } else text += escaped ? raw.slice(i, i + 2) : raw[i]
    if (escaped) i += 1
  }
  return [...texts, text]
}

function readSegment(text: string): PathPart[] {
  return Array.from(text.matchAll(/\\([\s\S])|\*+|\?|(?:[^\\*?])+|\\/g), ([token, escaped]) => {
    if (escaped !== undefined) return escaped
    if (token.startsWith('*')) return token.length > 1 ? 2 : null
    return token === '?' ? 1 : token
  })
    .reduce<PathPart[]>(joinLiterals, [])
    .map((part) => (typeof part === 'string' ? foldText(part) : part))
}

function joinLiterals(parts: PathPart[], part: PathPart): PathPart[] {
  const last = parts.at(-1)
  if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
  else parts.push(part)
  return parts
}
