/**
 * Is this a record as we write them? Journals travel between computers and programs, so what they hold is checked like
 * any other file. Anything else counts as written by a newer version: kept in its file, not used.
 */
import { isHlc } from '../../../shared/domain/clock.ts'
import type { JournalRecord } from '../../../shared/domain/operation.ts'
import { EDIT_MODES, STRATEGIES } from '../../../shared/domain/root.ts'
import { isValueText } from '../../../shared/domain/value.ts'

type Members = Readonly<Record<string, unknown>>

export function isJournalRecord(value: unknown): value is JournalRecord {
  return isObject(value) && isHead(value) && (KINDS.get(String(value.kind))?.(value) ?? false)
}

const NAME = /^[0-9A-Za-z_-]{1,64}$/
const AT = /^[0-9a-f]{16}\/[0-9A-Za-z_-]{1,64}\/\d{1,15}\/\d{1,9}$/
const MAX_PATH_LENGTH = 8192
const MAX_HASH_LENGTH = 128

const KINDS = new Map<string, (record: Members) => boolean>([
  ['edit', isEdit],
  [
    'written',
    (record) =>
      isImage(record.image) && isPath(record.file) && [record.sha256, record.base, record.layer].every(isHash),
  ],
  ['seen', (record) => isImage(record.image) && isLayer(record.layer)],
  [
    'conflict',
    ({ image, key, ours, theirs }) => isImage(image) && isText(key) && isValueOrNull(ours) && isValueOrNull(theirs),
  ],
  ['moved', (record) => isImage(record.image) && isPath(record.to) && isHash(record.id)],
  ['root', (record) => isObject(record.settings) && isSettings(record.settings)],
])

function isHead({ v, dev, seq, hlc }: Members): boolean {
  return v === 1 && isText(dev) && NAME.test(dev) && Number.isSafeInteger(seq) && isText(hlc) && isHlc(hlc)
}

function isEdit({ batch, part, ops, end }: Members): boolean {
  const isPart = part === undefined || (Number.isSafeInteger(part) && (part as number) > 0)
  const isEnd = end === undefined || end === true
  return isText(batch) && NAME.test(batch) && isPart && isEnd && Array.isArray(ops) && ops.every(isOperation)
}

function isOperation(op: unknown): boolean {
  if (!isObject(op) || !isImage(op.image) || !isHash(op.base) || !isFrozen(op.frozen)) return false
  return 'tag' in op ? isTagChange(op) : isKeyChange(op)
}

function isTagChange({ tag, change, saw }: Members): boolean {
  return isText(tag) && ['add', 'remove', 'clear'].includes(String(change)) && Array.isArray(saw) && saw.every(isAt)
}

function isKeyChange({ key, from, to, was, clear }: Members): boolean {
  if (!isText(key) || !isValueOrNull(was) || (clear !== undefined && clear !== true)) return false
  if (to === undefined ? clear !== true : !isValueOrNull(to)) return false
  return from === null || (isObject(from) && isAt(from.at) && (from.to === undefined || isValueOrNull(from.to)))
}

function isFrozen(frozen: unknown): boolean {
  if (frozen === undefined) return true
  return isObject(frozen) && Number.isSafeInteger(frozen.epoch) && isLayer(frozen.layer)
}

function isLayer(layer: unknown): boolean {
  if (!isObject(layer) || !isText(layer.metadata) || !isText(layer.tags)) return false
  try {
    const values: unknown = JSON.parse(layer.metadata)
    const tags: unknown = layer.tags === '' ? [] : JSON.parse(layer.tags)
    return isObject(values) && Array.isArray(tags) && tags.every(isText)
  } catch {
    return false
  }
}

function isSettings({ name, strategy, edits }: Members): boolean {
  const isOne = (value: unknown, list: readonly string[]): boolean =>
    value === undefined || (isText(value) && list.includes(value))
  return (name === undefined || isText(name)) && isOne(strategy, STRATEGIES) && isOne(edits, EDIT_MODES)
}

function isImage(image: unknown): boolean {
  if (!isObject(image) || !isPath(image.path)) return false
  return image.contentHash === null || isHash(image.contentHash)
}

/** A path below the root: it can never lead out of it. */
function isPath(path: unknown): boolean {
  if (!isText(path) || path === '' || path.length > MAX_PATH_LENGTH || path.includes('\0')) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function isValueOrNull(value: unknown): boolean {
  return value === null || (isText(value) && isValueText(value))
}

function isAt(value: unknown): boolean {
  return isText(value) && AT.test(value)
}

function isHash(value: unknown): boolean {
  return isText(value) && value.length <= MAX_HASH_LENGTH
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
