/**
 * `npm run check`: types, lint, format, unused code, grammar; the import rules have a test of their own. The same
 * list runs as tests in tools.test.ts, so that `npm test` fails on any of them.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const HOME = fileURLToPath(new URL('../..', import.meta.url))
const script = (path: string) => [process.execPath, [fileURLToPath(new URL(`../../${path}`, import.meta.url))]] as const

type Check = {
  readonly name: string
  readonly command: readonly [string, readonly string[]]
  readonly args: readonly string[]
}

export const CHECKS: readonly Check[] = [
  { name: 'types: shared', command: script('node_modules/typescript/bin/tsc'), args: ['-p', 'tsconfig.shared.json'] },
  { name: 'types: node', command: script('node_modules/typescript/bin/tsc'), args: ['-p', 'tsconfig.node.json'] },
  { name: 'types: test', command: script('node_modules/typescript/bin/tsc'), args: ['-p', 'tsconfig.test.json'] },
  { name: 'lint', command: script('node_modules/oxlint/bin/oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', command: script('node_modules/oxfmt/bin/oxfmt'), args: ['--check', '.'] },
  { name: 'unused code', command: script('node_modules/knip/bin/knip.js'), args: ['--no-progress'] },
  { name: 'grammar is fresh', command: script('test/architecture/grammar.ts'), args: [] },
]

/** Runs one check; `output` is what it printed. */
export function runCheck({ command: [file, first], args }: Check): { isGood: boolean; output: string } {
  const done = spawnSync(file, [...first, ...args], {
    cwd: HOME,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { isGood: done.status === 0, output: `${done.stdout}${done.stderr}` }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let failed = 0
  for (const check of CHECKS) {
    const { isGood, output } = runCheck(check)
    process.stdout.write(`${isGood ? 'ok    ' : 'FAILED'} ${check.name}\n${isGood ? '' : output}`)
    failed += isGood ? 0 : 1
  }
  process.exitCode = failed === 0 ? 0 : 1
}
