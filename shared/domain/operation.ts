import type { BatchId, DeviceId, ImageId, LayerHash, QuickHash } from './ids.ts'
import type { LayerText, ValueText } from './layer.ts'
import type { RootSettings } from './root.ts'

/**
 * What a journal holds (reliability.md 2.2): one record a line, written by one device, never changed.
 * `at` of an operation is its place in the order of all devices: `hlc`, then `dev`, then `seq`, then its index.
 */
export type JournalRecord = EditRecord | WrittenRecord | SeenRecord | ConflictRecord | MovedRecord | RootRecord

type Head = {
  readonly v: 1
  readonly dev: DeviceId
  /** 1, 2, 3 … per device and root. */
  readonly seq: number
  /** Hybrid logical clock, fixed width so that text order is time order (clock.ts). */
  readonly hlc: string
}

/** A part of a batch; the last part of a batch has `end`. A batch without its end counts as never made. */
export type EditRecord = Head & {
  readonly kind: 'edit'
  readonly batch: BatchId
  /** 1, 2 … for the parts after the first, so that a batch with a damaged part is told from a whole one. */
  readonly part?: number
  readonly end?: true
  readonly ops: readonly Operation[]
}

/** Our write-back replaced a sidecar: content before and after, so that our own writes overtake nothing. */
type WrittenRecord = Head & {
  readonly kind: 'written'
  readonly image: ImageRef
  /** Name of the sidecar file below the root. */
  readonly file: string
  readonly sha256: string
  readonly base: LayerHash
  readonly layer: LayerHash
}

/** Under `append`: the sidecar values that were in force before a foreign change was taken in. */
export type SeenRecord = Head & { readonly kind: 'seen'; readonly image: ImageRef; readonly layer: LayerText }

/** The same key was changed by us and by another program; both values are kept. */
type ConflictRecord = Head & {
  readonly kind: 'conflict'
  readonly image: ImageRef
  readonly key: string
  readonly ours: ValueText | null
  readonly theirs: ValueText | null
}

export type MovedRecord = Head & {
  readonly kind: 'moved'
  readonly image: ImageRef
  readonly to: string
  readonly id: ImageId
}

export type RootRecord = Head & { readonly kind: 'root'; readonly settings: Partial<RootSettings> }

type ImageRef = { readonly path: string; readonly contentHash: QuickHash | null }

/** A place in the order of all operations: `<hlc>/<dev>/<seq>/<index>`, compared with compareAt (clock.ts). */
export type At = string

/** One change of one image. `base` is the layerHash of the sidecar layer the person was looking at. */
export type Operation = MetadataOperation | TagOperation

export type MetadataOperation = {
  readonly image: ImageRef
  readonly base: LayerHash
  readonly key: string
  /** The user layer's entry this one replaces: null = there was none; without `to` = it had been undone. */
  readonly from: { readonly at: At; readonly to?: ValueText | null } | null
  /** The value's text in the sidecar layer, null = not there. */
  readonly was: ValueText | null
  /**
   * The new value's text; null = removed (a tombstone). Together with `clear` it is what the sidecar is to hold again
   * (null = not the key), for as long as no foreign change comes; absent = whatever it holds.
   */
  readonly to?: ValueText | null
  /** Undo of the first edit of a key: the user layer has no entry any more. */
  readonly clear?: true
  /** Under `untilFirstChange`: the sidecar layer frozen by this first edit, and how often it was thawed before. */
  readonly frozen?: Frozen
}

type TagOperation = {
  readonly image: ImageRef
  readonly base: LayerHash
  readonly tag: string
  /** `add`, `remove` (also hides the sidecar's tag), or `clear`: forget the named operations (undo). */
  readonly change: 'add' | 'remove' | 'clear'
  /** Places of the operations on this tag seen by this one: from now on this one counts instead of them. */
  readonly saw: readonly At[]
  readonly frozen?: Frozen
}

export type Frozen = { readonly layer: LayerText; readonly epoch: number }

/** What a person asks for, before it is turned into operations on single images. */
export type EditRequest =
  | { readonly kind: 'set'; readonly key: string; readonly to: ValueText }
  | { readonly kind: 'unset'; readonly key: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'untag'; readonly tag: string }
