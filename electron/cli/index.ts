/** Entry of the command line: `npm run -s gleaner -- ARGS`. */
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'

enableCompileCache()

const [{ runProgram }, { interruptSignal }] = await Promise.all([import('./main.ts'), import('./interrupt.ts')])

// A reader that went away (`| head`) shows as a failed write; without a listener it would end us with a stack.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

const code = await runProgram({
  words: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  version: () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    return (JSON.parse(text) as { version: string }).version
  },
  connect: async (options) => (await import('./connect.ts')).connect(options),
  signal: interruptSignal(process),
})
// What was said last must be out before we go; stdout was waited for with every write.
process.stderr.write('', () => process.exit(code))
