/** What the loop and the watcher's thread say to each other, and what the two ways of watching have in common. */
import type { RootId, RootPath } from '../../../shared/domain/ids.ts'
import type { RawEvent } from './coalesce.ts'

export type WatchRequest =
  /** `files`: about how many files the root holds, which decides how it is watched. */
  | { readonly kind: 'watch'; readonly rootId: RootId; readonly path: string; readonly files: number }
  | { readonly kind: 'unwatch'; readonly rootId: RootId }

export type WatchMessage =
  | { readonly kind: 'dirty'; readonly rootId: RootId; readonly dirs: readonly RootPath[] | 'all' }
  /** Changes are seen from now on; said again when the folder was away and is watched again. */
  | { readonly kind: 'ready'; readonly rootId: RootId }
  /** `reason` is one sentence for people. */
  | { readonly kind: 'problem'; readonly rootId: RootId; readonly reason: string }

/** Where a way of watching tells what it sees. */
export type WatchSink = {
  event(event: RawEvent): void
  /** All existing folders are watched. */
  ready(): void
  /** Something failed; `code` is node's. Events may have been lost. */
  failed(code: string): void
  /** The root itself may have gone. */
  suspect(): void
}

export type WatchMeans = (rootReal: string, sink: WatchSink) => { close(): Promise<void> | void }
