import { onTestFinished } from 'vitest'
import { tempFolder } from '../../support/temp-folder.ts'

/** Path of a fresh folder that is removed at the end of the test. */
export function testFolder(): string {
  const folder = tempFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  return folder.path
}
