/**
 * Reads the sidecars of images that differ from the index.
 *
 * A sidecar that is not JSON and changed less than 2 s ago is taken for half-written: the image is `held`, so the
 * index keeps its last good values and the folder is looked at again. Only what is stable is reported as broken.
 */
import { join } from 'node:path'
import type { RootPath } from '../../../shared/domain/ids.ts'
import type { ScannedImage, SidecarFact } from '../db/index.ts'
import { readSidecars } from '../sidecar/read.ts'
import type { ImageWork } from './folder.ts'
import type { FoundGuard } from './guard.ts'
import { below } from './walk.ts'

export type ImagesTask = {
  /** Real path of the root. */
  readonly rootReal: string
  readonly dir: RootPath
  readonly attempt: number
}

export type ReadImages = {
  readonly images: readonly ScannedImage[]
  readonly held: number
  readonly guards: readonly FoundGuard[]
}

/** Waits before a half-written sidecar is read again. */
export const RETRY_MS = [50, 200, 1000]

/** Reads the sidecars of these images of one folder; never throws for what is on the disk. */
export function readImages({ rootReal, dir, attempt }: ImagesTask, work: readonly ImageWork[]): ReadImages {
  const directory = join(rootReal, dir)
  const images: ScannedImage[] = []
  const guards: FoundGuard[] = []
  let held = 0
  for (const item of work) {
    const read = readSidecars({ directory, rootReal, pair: item.pair })
    const isYoung = Object.values(item.signatures).includes('')
    // An image nobody has seen yet is shown after the last retry, whatever its sidecar does.
    if (read.isTransient && isYoung && (item.isKnown || attempt < RETRY_MS.length)) {
      held += 1
      continue
    }
    if (read.annotation !== null) guards.push(...annotationsOf(dir, item, read.annotation))
    const sidecars = read.facts.map((fact) => ({ ...fact, signature: item.signatures[fact.name] ?? '' }))
    if (item.hashed !== null && hasSameContent(item.hashed, sidecars, read.layer === null)) continue
    images.push({
      name: item.name,
      size: item.size,
      modifiedMs: item.modifiedMs,
      signature: item.signature,
      isFileChanged: item.isFileChanged,
      layer: read.layer,
      hasSidecar: read.hasSidecar,
      sidecars,
      problems: read.problems.map((problem) => ({ ...problem, file: below(dir, problem.file) })),
    })
  }
  return { images, held, guards }
}

function annotationsOf(dir: RootPath, { pair }: ImageWork, format: string): FoundGuard[] {
  const name = pair.base ?? pair.full
  return name === undefined ? [] : [{ format, file: below(dir, name) }]
}

/** Content that cannot be read is the same as long as it cannot be read. */
function hasSameContent(before: readonly SidecarFact[], now: readonly SidecarFact[], isUnreadable: boolean): boolean {
  if (before.length !== now.length) return false
  const isSame = (fact: SidecarFact) => now.some(({ name, sha256 }) => fact.name === name && fact.sha256 === sha256)
  return before.every((fact) => isSame(fact) && (fact.sha256 !== '' || isUnreadable))
}
