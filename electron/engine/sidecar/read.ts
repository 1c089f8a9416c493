/**
 * Reads the sidecars of one image from disk into its sidecar layer.
 *
 * A file that cannot be used gives `layer: null`: the caller keeps the last good layer and marks it stale. A file that
 * is gone when we come to read it is simply absent. Annotation files are no sidecars, whatever their name.
 */
import { hash } from 'node:crypto'
import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { flatten, type FlatFile } from '../../../shared/domain/flatten.ts'
import { EMPTY_LAYER_TEXT, printLayer, type LayerText } from '../../../shared/domain/layer.ts'
import type { Problem, ProblemKind } from '../../../shared/domain/problem.ts'
import type { Fs } from '../platform.ts'
import { annotationFormat, type AnnotationFormat } from './annotation.ts'
import { MAX_SIDECAR_BYTES, decode, lookInto, readBytes } from './bytes.ts'
import { mergeFlat } from './merge.ts'
import type { Pair } from './pair.ts'

export type ReadSidecars = {
  /** Null = a file cannot be used; the empty layer where there is no sidecar. */
  readonly layer: LayerText | null
  readonly hasSidecar: boolean
  /** Every file that is there, annotation files too; sha256 is '' for one whose bytes could not be had. */
  readonly facts: readonly { readonly name: string; readonly sha256: string }[]
  /** `file` is a name in this folder: the caller puts the folder's path before it. */
  readonly problems: readonly Problem[]
  /** True if a file may be half-written: read again shortly before reporting it. */
  readonly isTransient: boolean
  /** Set where a file paired with the image is an annotation file. */
  readonly annotation: AnnotationFormat | null
}

export type SidecarPlace = {
  readonly fs?: Fs
  /** Absolute path of the folder, already known to be inside the root. */
  readonly directory: string
  /** Real path of the root: links are followed only to files inside it. */
  readonly rootReal: string
}

/** Reads and merges an image's base-name and full-name sidecars; never throws for what is on the disk. */
export function readSidecars(input: SidecarPlace & { readonly pair: Pick<Pair, 'base' | 'full'> }): ReadSidecars {
  const { base, full } = input.pair
  if (base === undefined && full === undefined) return NONE
  const files: SidecarFile[] = []
  for (const name of [base, full]) {
    const file = name === undefined ? null : readSidecarFile(input, name)
    if (file && file.kind !== 'absent') files.push(file)
  }
  const metadata = files.filter((file) => file.kind !== 'annotation')
  return {
    layer: layerOf(metadata),
    hasSidecar: metadata.length > 0,
    facts: files.map(({ name, sha256 }) => ({ name, sha256 })),
    problems: metadata.flatMap(problemsOf),
    isTransient: metadata.some((file) => file.kind === 'refused' && file.isIncomplete),
    annotation: files.find((file) => file.kind === 'annotation')?.format ?? null,
  }
}

const NONE: ReadSidecars = {
  layer: EMPTY_LAYER_TEXT,
  hasSidecar: false,
  facts: [],
  problems: [],
  isTransient: false,
  annotation: null,
}

export type SidecarFile = { readonly name: string; readonly sha256: string } & (
  | { readonly kind: 'absent' }
  | { readonly kind: 'annotation'; readonly format: AnnotationFormat }
  | { readonly kind: 'good'; readonly text: string; readonly flat: FlatFile }
  | {
      readonly kind: 'refused'
      readonly problem: ProblemKind
      readonly reason: string
      readonly isIncomplete: boolean
    }
)

/** Reads one sidecar file: its text and what is in it, or why it cannot be used. */
export function readSidecarFile({ fs = nodeFs, directory, rootReal }: SidecarPlace, name: string): SidecarFile {
  const path = join(directory, name)
  const read = readBytes(fs, path, rootReal)
  if (read.kind === 'absent') return { kind: 'absent', name, sha256: '' }
  if (read.kind === 'unreadable') return refuse({ name, sha256: '', problem: 'access', reason: read.reason })
  if (read.kind === 'oversize') {
    const format = annotationFormat(lookInto(fs, path, rootReal) ?? '')
    return format === null
      ? refuse({ name, sha256: '', ...OVERSIZE })
      : { kind: 'annotation', name, sha256: '', format }
  }
  const { bytes } = read
  const sha256 = hash('sha256', bytes, 'hex')
  const decoded = decode(bytes)
  if (!decoded.ok) return { kind: 'refused', name, sha256, problem: 'encoding', ...decoded }
  const format = annotationFormat(decoded.text)
  if (format !== null) return { kind: 'annotation', name, sha256, format }
  const flat = flatten(decoded.text)
  if (flat.ok) return { kind: 'good', name, sha256, text: decoded.text, flat }
  return { kind: 'refused', name, sha256, problem: flat.kind, reason: flat.reason, isIncomplete: flat.isIncomplete }
}

const OVERSIZE = {
  problem: 'size' as const,
  reason: `The file is larger than ${MAX_SIDECAR_BYTES.toLocaleString('en')} bytes, so it is not used.`,
}

function refuse(refusal: { name: string; sha256: string; problem: ProblemKind; reason: string }): SidecarFile {
  return { kind: 'refused', isIncomplete: false, ...refusal }
}

/** The merged layer of the given files, base-name first; null where one is refused. */
function layerOf(files: readonly SidecarFile[]): LayerText | null {
  const [first, second] = files
  if (first === undefined) return EMPTY_LAYER_TEXT
  if (first.kind !== 'good') return null
  if (second === undefined) return printLayer(first.flat)
  return second.kind === 'good' ? printLayer(mergeFlat(first.flat, second.flat)) : null
}

function problemsOf(file: SidecarFile): Problem[] {
  if (file.kind === 'refused') return [{ kind: file.problem, file: file.name, reason: file.reason }]
  if (file.kind !== 'good') return []
  return file.flat.findings.map((finding) => ({ ...finding, file: file.name }))
}
