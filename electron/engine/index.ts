/** The only door to the engine. */
export { createEngine, type Engine } from './engine.ts'
export { socketPathOf } from './library/lock.ts'
export { makeSample, SampleError } from './sample/make.ts'
export { createCodecPool } from './thumbs/codec-pool.ts'
