/** Branded ids: strings and numbers that must not be mixed up. */
declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]?: Name }

/** 32 hex characters, kept in `<root>/.gleaner/root`. */
export type RootId = Brand<string, 'root'>
/** 32 hex characters, kept in the library; one journal file per device and root. */
export type DeviceId = Brand<string, 'device'>
/** One user action, over one or several roots: 32 hex characters. */
export type BatchId = Brand<string, 'batch'>
/** 20 characters of [0-9A-Za-z], derived from root id and first known path; survives rename and rebuild. */
export type ImageId = Brand<string, 'image'>
/** Lower-case hex sha256 of a canonical layer (layer.ts). */
export type LayerHash = Brand<string, 'layer'>
/** `q1-` + hex: sha256 over size and the first and last 64 KB of an image file. */
export type QuickHash = Brand<string, 'quick'>
/** Integer key of an image in the index; never leaves the engine, not stable over a rebuild. */
export type ImageRow = Brand<number, 'row'>
/** Integer key of a root in the index; never leaves the engine. */
export type RootRow = Brand<number, 'rootRow'>

/** Path of a file below its root: relative, `/` between the parts, never starting with `/` or holding `..`. */
export type RootPath = Brand<string, 'path'>
