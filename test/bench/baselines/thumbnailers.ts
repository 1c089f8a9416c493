/** The usual tools for thumbnails, two processes at a time as on two cores; each at its best. */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

const IN_FLIGHT = 2

export const hasTool = (name: string): boolean =>
  spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined

/** `vipsthumbnail`, which takes many files at once, one thread a process; thumbnails a second. */
export async function vipsthumbnail(files: readonly string[], out: string): Promise<number> {
  const shares = Array.from({ length: IN_FLIGHT }, (_, n) => files.filter((_, i) => i % IN_FLIGHT === n))
  const start = performance.now()
  await Promise.all(
    shares.map((share) => run('vipsthumbnail', ['-s', '256', '-o', join(out, '%s.jpg[Q=80]'), ...share])),
  )
  return (files.length * 1000) / (performance.now() - start)
}

/** `djpeg -scale 1/8`: decoding and nothing else, one process a file; a second. */
export async function djpeg(files: readonly string[]): Promise<number> {
  const waiting = [...files]
  const start = performance.now()
  const take = async () => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      await run('djpeg', ['-scale', '1/8', '-outfile', '/dev/null', file])
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, take))
  return (files.length * 1000) / (performance.now() - start)
}

function run(file: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'ignore', env: { ...process.env, VIPS_CONCURRENCY: '1' } })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${file} ended with code ${code}.`))
    })
  })
}
