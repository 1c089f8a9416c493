/** The only door to SQLite. */
export * from './types.ts'
export { imageIdOf } from './image-id.ts'
export { layerHash } from './layer-hash.ts'
export { holdExclusive } from './open.ts'
export { packFolders } from './packed-folders.ts'
export { openReader } from './reader.ts'
export { type IndexThread, startIndexThread } from './start-thread.ts'
export { openThumbStore, type ThumbKey, type ThumbStore } from './thumbs.ts'
