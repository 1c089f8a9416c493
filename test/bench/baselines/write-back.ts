/**
 * The plain way to change sidecars without losing them: write beside, force to disk, rename; one directory forced a
 * folder. New contents are made before the clock starts, so this is the floor under any write-back.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { sidecarsBelow } from './files.ts'

/** Writes a value into every sidecar below the folder; ms. */
export function plainWriteBack(folder: string, value: number): number {
  const files = Array.from(sidecarsBelow(folder), (file) => {
    const content = { ...(JSON.parse(readFileSync(file, 'utf8')) as object), bench_mark: value }
    return { file, text: JSON.stringify(content) }
  })
  const start = performance.now()
  for (const { file, text } of files) {
    const temp = `${file}.tmp`
    const fd = openSync(temp, 'w')
    writeSync(fd, text)
    fsyncSync(fd)
    closeSync(fd)
    renameSync(temp, file)
  }
  for (const dir of new Set(files.map(({ file }) => dirname(file)))) {
    const fd = openSync(dir, 'r')
    fsyncSync(fd)
    closeSync(fd)
  }
  return performance.now() - start
}
