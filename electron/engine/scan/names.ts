/** What a file or folder is to a scan, by its name alone (semantics.md §1; the other formats: interchange.md 1.2). */

/** `label` = one of a kind that annotation formats use; `table` = one such file that speaks of many images. */
export type NameKind = 'image' | 'json' | 'table' | 'label' | 'conflict-copy' | 'other'

const IMAGES = 'jpg jpeg png webp avif gif tif tiff bmp heic heif dng cr2 cr3 nef arw raf orf rw2'
const KINDS = new Map<string, NameKind>([
  ...IMAGES.split(' ').map((extension) => [extension, 'image'] as const),
  ['json', 'json'],
  ...'csv jsonl yaml yml labels names'.split(' ').map((extension) => [extension, 'table'] as const),
  ['txt', 'label'],
  ['xml', 'label'],
])
/** Folders that other programs leave behind: Synology's thumbnails, and what Windows keeps on a removable drive. */
const FOREIGN_FOLDERS = new Set(['@eaDir', '$RECYCLE.BIN', 'System Volume Information'])
const CONFLICT_COPY = /\.sync-conflict-|conflicted copy/i

/** Sorts a file by its name; dot files (our own among them) are `other`. */
export function kindOfName(name: string): NameKind {
  const dot = name.lastIndexOf('.')
  if (dot <= 0 || name.startsWith('.')) return 'other'
  const kind = KINDS.get(name.slice(dot + 1).toLowerCase()) ?? 'other'
  if ((kind === 'image' || kind === 'json') && CONFLICT_COPY.test(name)) return 'conflict-copy'
  return kind
}

/** True for folders whose content is not part of the library. */
export function isIgnoredFolder(name: string): boolean {
  return name.startsWith('.') || FOREIGN_FOLDERS.has(name)
}
