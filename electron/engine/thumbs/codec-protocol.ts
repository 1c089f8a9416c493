/** The tiny private language between engine and codec process: one task at a time, each gets exactly one answer. */
import type { ImageFacts } from '../db/index.ts'

export type CodecTask =
  | { readonly task: number; readonly kind: 'measure'; readonly file: string }
  | {
      readonly task: number
      readonly kind: 'thumbnail'
      readonly file: string
      readonly edge: 256 | 512
      /** A temp file that must not exist yet; whoever asked reads or renames it, and removes it. */
      readonly out: string
      /** Use the small preview inside the file, which needs no decoding of the picture; fails where there is none. */
      readonly isPreview?: boolean
    }
  | {
      readonly task: number
      readonly kind: 'paint'
      /** Pictures with the same backdrop, which is then painted once; each `out` as above. */
      readonly pictures: readonly { readonly scene: unknown; readonly out: string }[]
    }

export type CodecAnswer =
  | {
      readonly task: number
      readonly ok: true
      readonly kind: 'measure'
      readonly quickHash: string
      readonly facts: ImageFacts
      readonly problem: string | null
    }
  | {
      readonly task: number
      readonly ok: true
      readonly kind: 'thumbnail'
      readonly width: number
      readonly height: number
      readonly isDamaged: boolean
    }
  | { readonly task: number; readonly ok: true; readonly kind: 'paint' }
  | {
      readonly task: number
      readonly ok: false
      /** `unavailable` blames no file: codec processes do not start. */
      readonly code: 'unreadable' | 'unsupported' | 'too-large' | 'missing' | 'timeout' | 'unavailable'
      readonly reason: string
    }

export type CodecFailure = Extract<CodecAnswer, { ok: false }>

/** The reason of an `unavailable` answer when the temp file could not be written for want of space. */
export const DISK_FULL = 'The disk is full.'

/** Sent once, before any answer: the decoders are loaded. A process that ends without it blames no file. */
export type CodecReady = { readonly kind: 'ready' }
