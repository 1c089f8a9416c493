/** An image of the index in the contract's form. */
import type { ImageView } from '../../../shared/contract/index.ts'
import { PROBLEM_KINDS } from '../../../shared/domain/problem.ts'
import { FLAGS, type IndexedImage, type Reader, type StoredRoot } from '../db/index.ts'

export function toImageView(image: IndexedImage, root: StoredRoot | undefined, reader: Reader): ImageView {
  return {
    id: reader.imageId(image),
    path: pathOf(image),
    root: root?.name ?? '',
    rootId: root?.id ?? '',
    metadata: image.metadata,
    tags: image.tags === '' ? [] : (JSON.parse(image.tags) as string[]),
    width: image.width,
    height: image.height,
    size: image.size,
    format: image.format,
    split: image.split,
    taken: image.takenMs,
    modified: image.modifiedMs,
    edited: image.editedMs,
    isOffline: root?.isOffline ?? true,
    isUnwritten: (image.flags & FLAGS.unwritten) !== 0,
    problems: PROBLEM_KINDS.filter((_, bit) => (image.problems & (1 << bit)) !== 0),
  }
}

/** Path of an image below its root. */
export function pathOf({ dir, name }: Pick<IndexedImage, 'dir' | 'name'>): string {
  return dir === '' ? name : `${dir}/${name}`
}
