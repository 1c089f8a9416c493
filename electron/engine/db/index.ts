/** The only door to SQLite. */
export * from './types.ts'
export { layerHash } from './layer-hash.ts'
