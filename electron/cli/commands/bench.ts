import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readNumberOption } from '../args.ts'
import type { Command } from '../command.ts'
import { Failure } from '../failure.ts'

const SUITE = new URL('../../../test/bench/run.ts', import.meta.url)

export const bench: Command = {
  name: 'bench',
  usage: ['bench [--images N]'],
  summary: 'measure reading, rescan, queries and thumbnails against their baselines',
  details: [
    'Each figure stands beside its baseline from the same run, because absolute times depend on the machine. Works on data of its own; your library is not touched. Part of the source checkout only.',
  ],
  examples: ['bench --images 100000', 'bench --images 1000000 --json'],
  options: [{ name: 'images', value: 'N', help: 'how many images to measure with' }],
  takes: { min: 0, max: 0 },

  async run({ args, isJson, screen, signal }) {
    const images = readNumberOption(args, 'images', 1)
    const path = fileURLToPath(SUITE)
    if (!existsSync(path)) {
      throw new Failure('REQUEST_INVALID', 'The performance suite is part of the source checkout and is not here.')
    }
    const words = [...(images === undefined ? [] : ['--images', String(images)]), ...(isJson ? ['--json'] : [])]
    const child = spawn(process.execPath, [path, ...words], {
      stdio: ['ignore', 'inherit', screen.isQuiet ? 'ignore' : 'inherit'],
    })
    signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => resolve(signal.aborted ? 130 : (code ?? 1)))
    })
  },
}
