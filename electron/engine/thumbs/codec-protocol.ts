/** The tiny private language between engine and codec process: one task at a time, each gets exactly one answer. */
import type { ImageFacts } from '../db/index.ts'

export type CodecTask =
  | { readonly task: number; readonly kind: 'measure'; readonly file: string }
  | {
      readonly task: number
      readonly kind: 'thumbnail'
      readonly file: string
      readonly edge: 256 | 512
      readonly out: string
    }
  | { readonly task: number; readonly kind: 'paint'; readonly scene: unknown; readonly out: string }

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
      readonly code: 'unreadable' | 'unsupported' | 'too-large' | 'missing' | 'timeout'
      readonly reason: string
    }
