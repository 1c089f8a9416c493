/**
 * Ids of images: computed from the root's id and the first known path, so they survive a rebuild without being stored.
 * A moved image keeps its id (table `kept_ids`); a newcomer at its old path takes the next counter.
 */
import { hash } from 'node:crypto'
import type { ImageId, RootId, RootPath } from '../../../shared/domain/ids.ts'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LONG = 62 ** 8
const SHORT = 62 ** 4

/** The id of the image first seen at this path; `counter` is 0 unless a moved image holds the lower ones. */
export function imageIdOf(rootId: RootId, path: RootPath, counter: number): ImageId {
  const tail = counter === 0 ? '' : `\0${counter}`
  const digest = hash('sha256', `${rootId}\0${path}${tail}`, 'buffer')
  const parts = [digest.readUIntBE(0, 6) % LONG, digest.readUIntBE(6, 6) % LONG, digest.readUIntBE(12, 4) % SHORT]
  return spell(parts[0] ?? 0, 8) + spell(parts[1] ?? 0, 8) + spell(parts[2] ?? 0, 4)
}

/** What `image_keys` is sorted by: the first eight characters as a number below 2^48. */
export function keyOfId(id: ImageId): number {
  let key = 0
  for (let i = 0; i < 8; i += 1) key = key * 62 + DIGITS.indexOf(id.charAt(i))
  return key
}

function spell(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 62)) text = DIGITS.charAt(rest % 62) + text
  return text
}
