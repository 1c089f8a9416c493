/**
 * The import rules fire, each by name, on a small planted tree, and nothing legal beside them does; and on the real
 * tree every source file is among the modules cruised, because an empty cruise is green.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'
import { afterAll, beforeAll, expect, test } from 'vitest'

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: IForbiddenRuleType[]
  options: ICruiseOptions
}

/** File → its text. A line that ends in `// RULE` must be reported under that rule; every other line must not be. */
const PLANTED: Record<string, string> = {
  'shared/domain/a.ts': `import '../lib/b.ts'\nimport 'zod'\nimport type { Q } from '../query/c.ts' // domain-is-alone\nexport const a = 1`,
  'shared/lib/b.ts': `import type { Stats } from 'node:fs' // shared-is-pure\nexport const b = 1`,
  'shared/query/c.ts': `import '@lezer/lr'\nimport 'react' // shared-is-pure\nimport './gone.ts' // no-unresolved\nexport type Q = 1`,
  'shared/contract/d.ts': `import '@orpc/contract'\nimport '../domain/a.ts'`,
  'electron/engine/index.ts': `import './engine.ts'\nimport './router/r.ts'`,
  'electron/engine/engine.ts': `import type { K } from '../cli/k.ts' // engine-is-headless\nimport './db/index.ts'\nimport './db/open.ts' // db-has-one-door\nimport './scan/watcher.ts'\nimport './thumbs/codec.ts'\nimport './query/q.ts'`,
  'electron/engine/db/index.ts': `import './open.ts'`,
  'electron/engine/db/open.ts': `import 'better-sqlite3'\nimport type { S } from '../scan/walk.ts' // db-stands-alone`,
  'electron/engine/scan/walk.ts': `import 'better-sqlite3' // sqlite-in-open-only\nimport 'sharp' // sharp-in-codec-only\nexport type S = 1`,
  'electron/engine/scan/watcher.ts': `import 'chokidar'\nimport './walk.ts'`,
  'electron/engine/thumbs/codec.ts': `import 'sharp'\nimport 'chokidar' // chokidar-in-watcher-only\nimport '@orpc/server' // orpc-is-fenced`,
  'electron/engine/query/q.ts': `import '../db/index.ts'\nimport '../scan/walk.ts' // query-does-not-scan-or-edit`,
  'electron/engine/router/r.ts': `import '@orpc/server'\nimport '../db/index.ts' // router-calls-services-only`,
  'electron/engine/loop-a.ts': `import './loop-b.ts' // no-circular`,
  'electron/engine/loop-b.ts': `import './loop-a.ts'`,
  'electron/engine/alone.ts': `export const alone = 1 // no-orphans`,
  'electron/hosts/node.ts': `import '../engine/index.ts'\nimport '../engine/engine.ts' // engine-has-one-door\nimport 'electron' // electron-only-in-main-and-preload\nexport type H = 1`,
  'electron/cli/k.ts': `export type K = 1`,
  'electron/main/index.ts': `import 'electron'`,
  'electron/server/ws.ts': `import 'ws'\nimport '../../test/t.ts' // no-test-in-product`,
  'electron/server/http.ts': `import 'ws' // ws-in-server-only\nimport './ws.ts'`,
  'renderer/features/grid/g.ts': `import './h.ts'\nimport '../tags/t.ts' // features-are-islands`,
  'renderer/features/grid/h.ts': `import '../../../shared/contract/d.ts'\nimport 'node:fs' // renderer-sees-no-node`,
  'renderer/features/tags/t.ts': `import type { H } from '../../../electron/hosts/node.ts' // renderer-sees-no-electron`,
  'test/t.ts': `import '../electron/engine/db/open.ts'`,
}
const PACKAGES = [
  'zod',
  'react',
  'sharp',
  'chokidar',
  'better-sqlite3',
  'ws',
  'electron',
  '@orpc/contract',
  '@orpc/server',
  '@lezer/lr',
]

let tree: string
beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'gleaner-planted-'))
  for (const [file, text] of Object.entries(PLANTED)) write(file, `${text}\n`)
  for (const name of PACKAGES) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    write(`node_modules/${name}/index.js`, 'module.exports = {}\n')
  }
  write(
    'package.json',
    JSON.stringify({ name: 'planted', dependencies: Object.fromEntries(PACKAGES.map((p) => [p, '1.0.0'])) }),
  )
})
afterAll(() => rmSync(tree, { recursive: true, force: true }))

test('every rule fires by name on the planted tree, and nothing legal does', async () => {
  const result = await run(tree, ['shared', 'electron', 'renderer', 'test'])
  const found = result.summary.violations.map(({ rule, from }) => `${from} ${rule.name}`)
  const planted = Object.entries(PLANTED).flatMap(([file, text]) =>
    [...text.matchAll(/\/\/ (\S+)$/gm)].map((match) => `${file} ${match[1]}`),
  )
  expect([...new Set(found)].sort()).toEqual([...new Set(planted)].sort())
  const rules: string[] = config.forbidden.map(({ name }) => name ?? '')
  expect([...new Set(planted.map((line) => line.split(' ')[1] ?? ''))].sort()).toEqual([...new Set(rules)].sort())
})

test('the real tree keeps the rules, and all of it was looked at', async () => {
  const result = await run(process.cwd(), ['shared', 'electron'])
  expect(result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([])
  // Tests may import anything, and the cruiser's parser does not know the `using` they are full of.
  const cruised = new Set(result.modules.map(({ source }) => source))
  const files = execFileSync('git', ['ls-files', 'shared', 'electron'], { encoding: 'utf8' })
  const sources = files.split('\n').filter((file) => /\.(ts|tsx|mjs)$/.test(file))
  expect(sources.filter((file) => !cruised.has(file))).toEqual([])
  expect(sources.length).toBeGreaterThan(20)
})

async function run(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const done = await cruise(folders, {
    ...config.options,
    baseDir,
    validate: true,
    ruleSet: { forbidden: config.forbidden },
  })
  return done.output as ICruiseResult
}

function write(file: string, text: string): void {
  const path = join(tree, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
