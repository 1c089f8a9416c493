import type { Command } from '../command.ts'
import { runEdit } from '../edit.ts'
import { DRY_RUN, looksLikeId, looksLikeImage, pathsOption, readTarget } from '../target.ts'
import { refuseBadKey } from './set.ts'

const isKey = (word: string) => !looksLikeImage(word) && !looksLikeId(word)

export const unset: Command = {
  name: 'unset',
  usage: ["unset 'Q' KEY… [--dry-run]", 'unset --paths P… KEY… [--dry-run]'],
  summary: 'remove metadata keys of all images that match, or of single ones',
  details: [
    "A query says what to change and is never left out: '*' is every image. After --paths, words that end like an image file, and ids, are images; the first other word is a KEY.",
  ],
  examples: ["unset 'metadata.tmp:*' tmp --dry-run", 'unset --paths a.jpg b.jpg note capture.temperature'],
  options: [pathsOption(isKey, 'KEY'), DRY_RUN],
  takes: { min: 0, max: Infinity },

  async run(context) {
    const target = readTarget(context.args, 'KEY')
    for (const key of target.changes) refuseBadKey(key)
    const requests = [...new Set(target.changes)].map((key) => ({ kind: 'unset' as const, key }))
    return runEdit(context, { target, requests })
  },
}
