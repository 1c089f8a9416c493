import { checkTag, sameTag } from '../../../shared/domain/tag.ts'
import type { Command } from '../command.ts'
import { runEdit } from '../edit.ts'
import { Failure, usageError } from '../failure.ts'
import { DRY_RUN, pathsOption, readTarget } from '../target.ts'

const isChange = (word: string) => word.startsWith('+') || word.startsWith('-')

export const tag: Command = {
  name: 'tag',
  usage: ["tag 'Q' [+TAG|-TAG]… [--dry-run]", 'tag --paths P… [+TAG|-TAG]… [--dry-run]'],
  summary: 'add and remove tags of all images that match, or of single ones',
  details: [
    '+TAG adds and -TAG removes; the tag is whatever follows the sign. A tag has 1 to 256 characters; letter case is kept, but makes no difference.',
    "A query says what to change and is never left out: '*' is every image.",
  ],
  examples: ["tag 'metadata.quality_score<20' +blurry -reviewed", 'tag --paths a.jpg b.jpg "+needs a look"'],
  options: [pathsOption(isChange, '+TAG or -TAG'), DRY_RUN],
  takes: { min: 0, max: Infinity },

  async run(context) {
    const target = readTarget(context.args, '+TAG or -TAG')
    if (target.query !== undefined) refuseForgottenQuery(target.query)
    return runEdit(context, { target, requests: readTags(target.changes) })
  },
}

/** `tag +a -b` would tag whatever the text "+a" finds, and `tag -a -b` almost everything. */
function refuseForgottenQuery(query: string): void {
  if (!/^[+-][^\s:=<>!()"]+$/.test(query)) return
  const asQuery = query.startsWith('-') ? `NOT ${query.slice(1)}` : `"${query}"`
  throw usageError(
    `"${query}" stands where the query is expected. Put a query first; for every image write '*'. If it is the query, write '${asQuery}'.`,
  )
}

function readTags(words: readonly string[]) {
  const requests: { kind: 'tag' | 'untag'; tag: string }[] = []
  for (const word of words) {
    if (!isChange(word)) throw usageError(`"${word}" is neither +TAG nor -TAG.`, `+${word}`)
    const kind = word.startsWith('+') ? 'tag' : 'untag'
    const check = checkTag(word.slice(1))
    if (!check.ok) throw new Failure('TAG_INVALID', `The tag in "${word}" is not valid. ${check.reason}`)
    const same = requests.find((request) => sameTag(request.tag, check.tag))
    if (same && same.kind !== kind) throw usageError(`The tag "${check.tag}" is both added and removed.`)
    if (!same) requests.push({ kind, tag: check.tag })
  }
  return requests
}
