/** The only door to the engine. */
export { makeSample, SampleError } from './sample/make.ts'
export { createCodecPool } from './thumbs/codec-pool.ts'
