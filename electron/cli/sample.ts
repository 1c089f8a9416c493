/** `npm run sample -- --images N --out DIR [--seed S]`: writes a made-up data set to try Gleaner with. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { createCodecPool, makeSample, SampleError } from '../engine/index.ts'
import { createCodecLauncher } from '../hosts/launch-codec.ts'
import { mentions, readArguments, readNumberOption, type OptionSpec } from './args.ts'
import { exitCodeOfFailure, Failure, failureToJson, failureToLines, toFailure, usageError } from './failure.ts'
import { interruptSignal } from './interrupt.ts'
import { createScreen } from './screen.ts'
import { formatCount } from './table.ts'

const USAGE = 'npm run sample -- --images N --out DIR [--seed S]'
const OPTIONS: readonly OptionSpec[] = [
  { name: 'images', value: 'N', help: 'How many pictures.' },
  { name: 'out', value: 'DIR', help: 'Where to; a new or an empty folder.' },
  { name: 'seed', value: 'S', help: 'Another word gives other pictures. Default: 1.' },
  { name: 'json', help: 'The result as JSON on stdout.' },
  { name: 'quiet', help: 'No progress.' },
  { name: 'help', help: 'This text.' },
]
const MOST_IMAGES = 10_000_000

const words = process.argv.slice(2)
const screen = createScreen({ ...process, isQuiet: mentions(words, 'quiet') })
const isJson = mentions(words, 'json')

try {
  process.exitCode = mentions(words, 'help') ? await help() : await run()
} catch (error) {
  const failure = error instanceof SampleError ? new Failure('REQUEST_INVALID', error.message) : toFailure(error)
  screen.bar(null)
  if (isJson) await screen.emit([failureToJson(failure)])
  else for (const line of failureToLines(failure)) screen.complain(line)
  process.exitCode = error instanceof SampleError ? 1 : exitCodeOfFailure(failure)
}

async function help(): Promise<number> {
  await screen.say([
    USAGE,
    '',
    ...OPTIONS.map(({ name, value, help }) => `  --${value ? `${name} ${value}` : name}  ${help}`),
  ])
  return 0
}

async function run(): Promise<number> {
  const { images, out, seed } = readOptions()
  const signal = interruptSignal(process)
  const pool = createCodecPool({
    launch: createCodecLauncher({ onStderr: (text) => screen.complain(text.trimEnd()) }),
    size: Math.max(1, availableParallelism()),
    clock: { now: () => Date.now() },
    log: { info() {}, warn() {}, error() {} },
  })
  const begin = performance.now()
  const show = progress(images)
  try {
    const result = await makeSample({ images, out, seed, pool, signal, onProgress: show })
    screen.bar(null)
    const ms = Math.round(performance.now() - begin)
    if (isJson) await screen.emit([JSON.stringify({ out, seed, ...result, ms })])
    else
      await screen.say([
        `${formatCount(result.images)} pictures and ${formatCount(result.sidecars)} sidecars are in ${out} (seed ${seed}).`,
      ])
    return 0
  } finally {
    await pool.close()
  }
}

function readOptions(): { images: number; out: string; seed: string } {
  const args = readArguments(words, OPTIONS)
  const [excess] = args.words
  if (excess !== undefined) throw usageError(`"${excess}" is too much.`, USAGE)
  const images = readNumberOption(args, 'images', 1)
  const out = args.value('out')
  if (images === undefined) throw usageError('Say how many pictures: --images N.', USAGE)
  if (images > MOST_IMAGES) throw usageError(`--images goes up to ${formatCount(MOST_IMAGES)}.`)
  if (out === undefined) throw usageError('Say where to: --out DIR.', USAGE)
  return { images, out: resolve(baseFolder(), out), seed: args.value('seed') ?? '1' }
}

// npm runs its scripts in the package's folder and tells where it was called.
function baseFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: called } = process.env
  return script === 'sample' && called ? called : process.cwd()
}

// A line that changes on a terminal, else one every tenth.
function progress(total: number): (done: number) => void {
  let tenths = 0
  return (done) => {
    const text = `Painting pictures: ${formatCount(done)} of ${formatCount(total)}`
    const now = Math.floor((done / total) * 10)
    if (screen.hasBar) screen.bar(text)
    else if (now > tenths && done < total) screen.note(text)
    tenths = now
  }
}
