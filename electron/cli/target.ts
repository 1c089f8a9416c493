/**
 * What an edit acts on: `'Q'` first, or `--paths P…`.
 *
 * An edit must never reach more than was meant, so everything that could be read in two ways is refused: an empty
 * query, a query together with --paths, and after --paths a word that may be a path or a change.
 */
import type { Client, Target } from '../../shared/contract/index.ts'
import type { Arguments, OptionSpec } from './args.ts'
import { usageError } from './failure.ts'
import { readImage } from './place.ts'

export const DRY_RUN: OptionSpec = { name: 'dry-run', help: 'print before → after and change nothing' }

export type EditTarget = {
  /** The words after the target. */
  readonly changes: readonly string[]
  /** The query, for showing where it is wrong. */
  readonly query: string | undefined
  resolve(client: Client, base: string): Promise<Target>
}

/**
 * The option `--paths`: takes words up to the first that `isChange`. A word that could be both is refused, unless it
 * begins like a path (`./`, `../`, `/`).
 */
export function pathsOption(isChange: (word: string) => boolean, changes: string): OptionSpec {
  return {
    name: 'paths',
    value: 'P',
    help: `these images: the words up to the first ${changes}, the next option or a lone --`,
    isRepeatable: true,
    takes(word) {
      if (/^(\.{0,2}[\\/]|[A-Za-z]:[\\/])/.test(word)) return true
      if (!isChange(word)) return true
      if (looksLikeImage(word)) {
        throw usageError(
          `After --paths, "${word}" may be a path or a change. Write a path as ./${word}, or end the paths with a lone -- before the changes.`,
        )
      }
      return false
    },
  }
}

/** Reads the target and what follows it; throws wrong usage. */
export function readTarget(args: Arguments, changesName: string): EditTarget {
  const paths = args.values('paths')
  if (args.has('paths')) {
    if (args.wordsBefore('paths') > 0 && args.wordsBefore('paths') < args.words.length) {
      throw usageError('Give either a query or --paths, not both.')
    }
    if (args.words.length === 0) throw usageError(`Say what to change: ${changesName} after the paths.`)
    return {
      changes: args.words,
      query: undefined,
      async resolve(client, base) {
        const roots = await client.library.roots()
        return { images: [...new Set(paths.map((path) => readImage(roots, path, base)))] }
      },
    }
  }
  const [query, ...changes] = args.words
  if (query === undefined) throw usageError(`Say what to change: a query or --paths, then ${changesName}.`)
  if (query.trim() === '') throw usageError("The query is empty. To change every image, write '*'.")
  if (changes.length === 0) throw usageError(`Say what to change: ${changesName} after the query.`)
  return { changes, query, resolve: async () => ({ query }) }
}

const IMAGE_NAME = /\.(jpe?g|png|webp|avif|gif|tiff?|bmp|hei[cf]|dng|cr[23]|nef|arw|raf|orf|rw2)$/i

/** Whether a word ends like the name of an image file. */
export function looksLikeImage(word: string): boolean {
  return IMAGE_NAME.test(word)
}

/** Whether a word has the form of an image id. */
export function looksLikeId(word: string): boolean {
  return /^[0-9A-Za-z]{20}$/.test(word)
}
