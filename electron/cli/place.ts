/**
 * From what people type to what the engine takes. A folder is named by name, id or path, an image by path or id
 * (cli.md); shells complete paths from the folder one stands in, so a relative path means that file where it exists.
 */
import { existsSync, realpathSync } from 'node:fs'
import { isAbsolute, join, resolve, sep } from 'node:path'
import type { Client, RootView } from '../../shared/contract/index.ts'
import { usageError } from './failure.ts'

/** The engine's name for a root typed as name, slug, id or path; what fits none is left for the engine to refuse. Throws where it fits several. */
export async function readRoots(client: Client, words: readonly string[], base: string): Promise<string[]> {
  const roots = await client.library.roots()
  return words.map((word) => readRoot(roots, word, base))
}

function readRoot(roots: readonly RootView[], word: string, base: string): string {
  const named = roots.filter(({ id, name, slug, path }) => [id, name, slug, path].includes(word))
  if (named.length > 1) {
    const paths = named.map(({ path }) => path).join(', ')
    throw usageError(`Several folders are named "${word}". Use a path or an id: ${paths}.`)
  }
  if (named[0]) return named[0].id
  const path = resolve(base, word)
  const real = realPath(path)
  const placed = roots.find((root) => root.path === path || root.path === real || realPath(root.path) === real)
  if (placed) return placed.id
  return word.includes('/') || word.includes(sep) || word === '.' || word === '..' ? path : word
}

/** The engine's name for an image typed as path or id. Throws where a relative path means two files. */
export function readImage(roots: readonly RootView[], word: string, base: string): string {
  if (isAbsolute(word)) return isInside(roots, word) ? word : realPath(word)
  const fromBase = resolve(base, word)
  const isHere = /^\.\.?[\\/]/.test(word) || (existsSync(fromBase) && isInside(roots, realPath(fromBase)))
  if (!isHere) return word
  const here = isInside(roots, fromBase) ? fromBase : realPath(fromBase)
  const other = roots.map((root) => join(root.path, word)).find((path) => realPath(path) !== realPath(here))
  const isTwice = !word.startsWith('.') && other !== undefined && existsSync(other)
  if (isTwice) throw usageError(`"${word}" means two files: ${here} and ${other}. Write one of these.`)
  return here
}

function isInside(roots: readonly RootView[], path: string): boolean {
  return roots.some((root) => path.startsWith(root.path.endsWith(sep) ? root.path : root.path + sep))
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
