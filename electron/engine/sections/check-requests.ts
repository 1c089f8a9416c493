/** The door every edit comes through: keys, values and tags by the rules of semantics.md §2–3, with the reason shown. */
import type { Client } from '../../../shared/contract/index.ts'
import { checkKey } from '../../../shared/domain/key.ts'
import type { ValueText } from '../../../shared/domain/layer.ts'
import type { EditRequest } from '../../../shared/domain/operation.ts'
import { checkTag } from '../../../shared/domain/tag.ts'
import { isValueText } from '../../../shared/domain/value.ts'
import { EngineError } from '../failure.ts'

type Requests = Parameters<Client['edits']['apply']>[0]['requests']

export function checkRequests(requests: Requests): EditRequest[] {
  const seen = new Set<string>()
  return requests.map((request) => {
    const checked = check(request)
    const subject = 'key' in checked ? `key ${checked.key}` : `tag ${checked.tag.toLowerCase()}`
    if (seen.has(subject)) {
      throw new EngineError(
        'REQUEST_INVALID',
        `The same ${subject.split(' ')[0]} is changed twice in one edit. Give it once.`,
      )
    }
    seen.add(subject)
    return checked
  })
}

function check(request: Requests[number]): EditRequest {
  switch (request.kind) {
    case 'set':
      legalKey(request.key)
      return { kind: 'set', key: request.key, to: legalValue(request.key, request.value) }
    case 'unset':
      legalKey(request.key)
      return request
    default:
      return { kind: request.kind, tag: legalTag(request.tag) }
  }
}

function legalKey(key: string): void {
  const checked = checkKey(key)
  if (checked.ok) return
  const { reason, suggestion } = checked
  throw new EngineError('KEY_INVALID', reason, suggestion === undefined ? undefined : { suggestion })
}

function legalTag(text: string): string {
  const checked = checkTag(text)
  if (checked.ok) return checked.tag
  throw new EngineError('TAG_INVALID', checked.reason)
}

/** The same value without blanks between its parts: value texts have none. */
function legalValue(key: string, text: string): ValueText {
  const value = isJson(text) ? text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1') : text
  if (isValueText(value)) return value
  const message = `The value of "${key}" is not a text, number, true, false, or a list of these.`
  throw new EngineError('VALUE_INVALID', message)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
