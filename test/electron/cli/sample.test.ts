import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tempFolder } from '../../support/temp-folder.ts'

const SAMPLE = fileURLToPath(new URL('../../../electron/cli/sample.ts', import.meta.url))

type Run = { code: number; stdout: string; stderr: string }

function sample(
  words: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, npm_lifecycle_event: '', ...env } }
    execFile(process.execPath, [SAMPLE, ...words], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

test('writes the pictures where it was called from, and tells so', async () => {
  using folder = tempFolder()
  const env = { npm_lifecycle_event: 'sample', INIT_CWD: folder.path }
  const run = await sample(['--images', '6', '--out', 'set', '--seed', 'x', '--json'], { cwd: '/', env })
  expect(run.code).toBe(0)
  const result = JSON.parse(run.stdout) as Record<string, unknown>
  expect(result).toEqual({
    out: join(folder.path, 'set'),
    seed: 'x',
    images: 6,
    sidecars: expect.any(Number),
    ms: expect.any(Number),
  })
  const names = readdirSync(join(folder.path, 'set'), { recursive: true }).map(String)
  expect(names.filter((name) => /\.(jpg|png|webp)$/i.test(name))).toHaveLength(6)
  const again = await sample(['--images', '6', '--out', 'set', '--quiet'], { cwd: folder.path })
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toContain('is not empty')
})

test('wrong words are told, with exit code 2, and nothing is made', async () => {
  using folder = tempFolder()
  const cases: readonly [readonly string[], string][] = [
    [['--images', '5'], 'Say where to: --out DIR.'],
    [['--out', 'set'], 'Say how many pictures: --images N.'],
    [['--images', 'many', '--out', 'set'], '--images takes a whole number of at least 1, not "many".'],
    [['--images', '0', '--out', 'set'], '--images takes a whole number of at least 1, not "0".'],
    [['--image', '5', '--out', 'set'], 'There is no option --image here.'],
    [['5', '--out', 'set', '--images', '5'], '"5" is too much.'],
  ]
  const runs = await Promise.all(cases.map(([words]) => sample(words, { cwd: folder.path })))
  expect(runs.map(({ code, stderr }) => [code, stderr.split('\n')[0]])).toEqual(cases.map(([, line]) => [2, line]))
  expect(existsSync(join(folder.path, 'set'))).toBe(false)
})
