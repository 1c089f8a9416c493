/**
 * Writes a sample data set: plans it, has codec processes paint it, writes the sidecars. Every picture is painted into
 * a temp file and then renamed; nothing that exists is ever overwritten.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodecPool } from '../thumbs/codec-pool.ts'
import { brokenPicture, faultOf, sidecarFiles, type Fault } from './faults.ts'
import { planShots, type Shot } from './shots.ts'
import { sidecarOf } from './sidecar.ts'

export type SampleOptions = {
  /** Number of image files, 1 or more. */
  readonly images: number
  /** Absolute path of a folder that is missing or empty. */
  readonly out: string
  readonly seed: string
  readonly pool: CodecPool
  readonly onProgress?: (done: number) => void
  readonly signal?: AbortSignal
}

export type SampleResult = { readonly images: number; readonly sidecars: number }

/** A sample that cannot be made, in words for people. */
export class SampleError extends Error {
  override readonly name = 'SampleError'
}

const GROUP = 32

type Count = { images: number; sidecars: number }
type Work = SampleOptions & { folders: Set<string> }

/** Makes the sample; throws SampleError, or the signal's reason when it is aborted. */
export async function makeSample(options: SampleOptions): Promise<SampleResult> {
  prepare(options.out)
  const work = { ...options, folders: new Set<string>() }
  const { pool, onProgress, signal } = options
  // Enough waiting that no process ever stands idle between two groups.
  const running = new Set<Promise<unknown>>()
  const done = { images: 0, sidecars: 0 }
  try {
    for (const group of groups(options)) {
      signal?.throwIfAborted()
      while (running.size >= pool.size * 2) await Promise.race(running)
      const task = makeGroup(work, group, done)
        .then(() => onProgress?.(done.images))
        .finally(() => running.delete(task))
      running.add(task)
    }
    await Promise.all(running)
  } finally {
    // Whatever happened: no group goes on behind the caller's back.
    await Promise.allSettled(running)
  }
  signal?.throwIfAborted()
  return done
}

// Pictures of one session share their backdrop; a process that paints several of them in a row paints it once.
function* groups({ images, seed }: SampleOptions): Generator<Shot[]> {
  let group: Shot[] = []
  for (const shot of planShots({ images, seed })) {
    const isSame = group[0]?.folder === shot.folder && group[0].shift === shot.shift
    if (group.length > 0 && (!isSame || group.length >= GROUP)) {
      yield group
      group = []
    }
    group.push(shot)
  }
  if (group.length > 0) yield group
}

function prepare(out: string): void {
  try {
    mkdirSync(out, { recursive: true })
    if (readdirSync(out).length === 0) return
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isFile = code === 'EEXIST' || code === 'ENOTDIR'
    throw new SampleError(isFile ? `${out} is not a folder.` : `${out} cannot be used (${code}).`, { cause: error })
  }
  throw new SampleError(`${out} is not empty. Choose a new or an empty folder; a sample never overwrites anything.`)
}

async function makeGroup(work: Work, group: readonly Shot[], done: Count): Promise<void> {
  const planned = group.map((shot) => {
    const folder = join(work.out, ...shot.folder.split('/'))
    const temp = join(folder, `.gleaner-${shot.index.toString(16).padStart(16, '0')}.tmp`)
    return { shot, folder, temp, fault: shot.twin ? null : faultOf({ ...work, index: shot.index }) }
  })
  for (const { shot, folder, fault } of planned) done.sidecars += makeSidecars(work, shot, { folder, fault })
  const pictures = planned.map(({ shot, temp }) => ({ scene: shot.scene, out: temp }))
  const answer = await work.pool.run({ kind: 'paint', pictures }).answer
  if (!answer?.ok) {
    for (const { temp } of planned) rmSync(temp, { force: true })
    throw new SampleError(`The pictures could not be painted. ${answer?.reason ?? 'It was stopped.'}`)
  }
  for (const each of planned) finish(each)
  done.images += group.length
}

type Place = { readonly folder: string; readonly fault: Fault | null }

function makeSidecars({ seed, folders }: Work, shot: Shot, { folder, fault }: Place): number {
  if (!folders.has(folder)) mkdirSync(folder, { recursive: true })
  folders.add(folder)
  // A picture in a second format shares the sidecar of the first.
  const sidecar = shot.twin === 'format' ? null : sidecarOf(seed, shot)
  const files = sidecarFiles(sidecar, shot, fault)
  for (const file of files) writeFileSync(join(folder, file.name), file.bytes, { flag: 'wx' })
  return files.length
}

function finish({ shot, folder, temp, fault }: Place & { shot: Shot; temp: string }): void {
  const bytes = brokenPicture(fault, () => readFileSync(temp))
  if (bytes) writeFileSync(temp, bytes)
  const target = join(folder, `${shot.stem}.${shot.extension}`)
  if (existsSync(target)) {
    rmSync(temp, { force: true })
    throw new SampleError(`${target} appeared while the sample was made. Choose a folder that nothing else writes to.`)
  }
  renameSync(temp, target)
}
