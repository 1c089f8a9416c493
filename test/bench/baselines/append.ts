/** The floor under an acknowledged edit: one line appended and forced to disk. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'

const LINE = `${JSON.stringify({ value: 'x'.repeat(300) })}\n`

/** Milliseconds of each append. */
export function plainAppends(file: string, times: number): number[] {
  const fd = openSync(file, 'a')
  const found = Array.from({ length: times }, () => {
    const start = performance.now()
    writeSync(fd, LINE)
    fdatasyncSync(fd)
    return performance.now() - start
  })
  closeSync(fd)
  return found
}
