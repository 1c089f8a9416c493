/**
 * Scanned folders on their way from the I/O threads to the index thread, as bytes that the loop passes on unread.
 *
 * By column and not by image, because writing the names of fifteen members once per image costs more than the image;
 * sidecar facts are in the form in which they are stored.
 */
import { deserialize, serialize } from 'node:v8'
import type { Problem } from '../../../shared/domain/problem.ts'
import { packSidecars } from './sidecar-facts.ts'
import type { ScannedFolder, ScannedImage } from './types.ts'

/** An image whose sidecar facts are packed already. */
export type UnpackedImage = Omit<ScannedImage, 'sidecars'> & { readonly sidecars: string }
export type UnpackedFolder = Omit<ScannedFolder, 'images'> & { readonly images: readonly UnpackedImage[] }

type PackedFolder = Omit<ScannedFolder, 'images'> & {
  readonly names: readonly string[]
  readonly sizes: Float64Array
  readonly modified: Float64Array
  readonly signatures: readonly string[]
  readonly bits: Uint8Array
  readonly metadata: readonly string[]
  readonly tags: readonly string[]
  readonly sidecars: readonly string[]
  /** Few images have any. */
  readonly imageProblems: readonly (readonly [number, readonly Problem[]])[]
}

const FILE_CHANGED = 1
const HAS_SIDECAR = 2
const HAS_LAYER = 4

/** The bytes own their buffer, so that it can be moved to another thread. */
export function packFolders(folders: readonly ScannedFolder[]): Uint8Array {
  // Subtle: `serialize` answers with a part of a larger buffer.
  return new Uint8Array(serialize(folders.map(packFolder)))
}

export function unpackFolders(bytes: Uint8Array): UnpackedFolder[] {
  return (deserialize(bytes) as PackedFolder[]).map(unpackFolder)
}

function packFolder({ images, ...folder }: ScannedFolder): PackedFolder {
  return {
    ...folder,
    names: images.map(({ name }) => name),
    sizes: Float64Array.from(images, ({ size }) => size),
    modified: Float64Array.from(images, ({ modifiedMs }) => modifiedMs),
    signatures: images.map(({ signature }) => signature),
    bits: Uint8Array.from(images, bitsOf),
    metadata: images.map(({ layer }) => layer?.metadata ?? ''),
    tags: images.map(({ layer }) => layer?.tags ?? ''),
    sidecars: images.map(({ sidecars }) => packSidecars(sidecars)),
    imageProblems: images.flatMap(({ problems }, at) => (problems.length > 0 ? [[at, problems] as const] : [])),
  }
}

function bitsOf({ isFileChanged, hasSidecar, layer }: ScannedImage): number {
  return (isFileChanged ? FILE_CHANGED : 0) | (hasSidecar ? HAS_SIDECAR : 0) | (layer ? HAS_LAYER : 0)
}

function unpackFolder(packed: PackedFolder): UnpackedFolder {
  const { names, sizes, modified, signatures, bits, metadata, tags, sidecars, imageProblems, ...folder } = packed
  const problems = new Map(imageProblems)
  return {
    ...folder,
    images: names.map((name, at): UnpackedImage => {
      const bit = bits[at] ?? 0
      return {
        name,
        size: sizes[at] ?? 0,
        modifiedMs: modified[at] ?? 0,
        signature: signatures[at] ?? '',
        isFileChanged: (bit & FILE_CHANGED) !== 0,
        layer: (bit & HAS_LAYER) === 0 ? null : { metadata: metadata[at] ?? '{}', tags: tags[at] ?? '' },
        hasSidecar: (bit & HAS_SIDECAR) !== 0,
        sidecars: sidecars[at] ?? '',
        problems: problems.get(at) ?? [],
      }
    }),
  }
}
