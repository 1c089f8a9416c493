import { checkKey } from '../../../shared/domain/key.ts'
import { listValue, readTyped } from '../../../shared/domain/value.ts'
import type { Command } from '../command.ts'
import { runEdit } from '../edit.ts'
import { Failure, usageError } from '../failure.ts'
import { DRY_RUN, pathsOption, readTarget } from '../target.ts'

export const set: Command = {
  name: 'set',
  usage: ["set 'Q' KEY=VALUE… [--dry-run]", 'set --paths P… KEY=VALUE… [--dry-run]'],
  summary: 'set metadata of all images that match, or of single ones',
  details: [
    'VALUE is a number or true or false where it reads as one, else text; in double quotes it is always text: code=\'"007"\'. An empty text is KEY=\'""\'. Giving KEY= several times makes a list.',
    "A query says what to change and is never left out: '*' is every image. Done means saved on disk; sidecars that could not be written are listed, and the exit code is 3.",
  ],
  examples: [
    "set 'path:2026-05-03/' location=warehouse-3 --dry-run",
    "set 'metadata.defects:crak' defects=crack defects=dent",
    'set --paths a.jpg b.jpg reviewed=true',
  ],
  options: [pathsOption((word) => word.includes('='), 'KEY=VALUE'), DRY_RUN],
  takes: { min: 0, max: Infinity },

  async run(context) {
    const target = readTarget(context.args, 'KEY=VALUE')
    const requests = readAssignments(target.changes)
    for (const { key } of requests) {
      if (!key.startsWith('metadata.')) continue
      context.screen.note(`This sets the key "${key}". For the key "${key.slice(9)}" write ${key.slice(9)}=…`)
    }
    return runEdit(context, { target, requests })
  },
}

/** KEY=VALUE words as requests, in the order in which the keys first appear; a key given again makes a list. */
function readAssignments(words: readonly string[]) {
  const values = new Map<string, string[]>()
  for (const word of words) {
    const equals = word.indexOf('=')
    if (equals === -1) throw usageError(`"${word}" is not of the form KEY=VALUE.`)
    const key = word.slice(0, equals)
    refuseBadKey(key)
    const typed = readTyped(word.slice(equals + 1))
    if (!typed.ok) throw new Failure('VALUE_INVALID', `${key}: ${typed.reason}`)
    values.set(key, [...(values.get(key) ?? []), typed.value])
  }
  return [...values].map(([key, [first = '', ...more]]) => {
    const value = more.length === 0 ? first : listValue([first, ...more])
    return { kind: 'set' as const, key, value }
  })
}

/** Throws KEY_INVALID with the reason and a key that would do. */
export function refuseBadKey(key: string): void {
  const check = checkKey(key)
  if (check.ok) return
  const { reason, suggestion } = check
  throw new Failure(
    'KEY_INVALID',
    `The key "${key}" is not valid. ${reason}`,
    suggestion === undefined ? {} : { suggestion },
  )
}
