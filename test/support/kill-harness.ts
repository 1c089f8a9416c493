/**
 * Kills a working engine at random moments and looks at what is left (reliability.md 6.2): no acknowledged edit is
 * missing, every sidecar is whole and keeps its foreign values, no foreign file was touched, index = rebuild.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type TestLibrary, valuesOf } from './library.ts'

const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url))
const IMAGES = 12
/** Images, a sidecar each, a note and an orphan. */
const FILES = 2 * IMAGES + 2

export type KillCount = { readonly cycles: number; readonly acknowledged: number }

/** Runs the cycles; throws (through expect) at the first loss. `checkEvery` cycles the whole library is verified. */
export async function killCycles(
  lib: TestLibrary,
  cycles: number,
  seed: number,
  checkEvery: number,
): Promise<KillCount> {
  const random = lcg(seed)
  plant(lib)
  const foreign = foreignFiles(lib)
  const known = new Map<string, number>()
  const tags = new Map<string, Set<string>>()
  let next = 1
  let acknowledged = 0
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    const lines = await runAndKill(lib, next, 20 + random() * 400)
    for (const { path, key, value, tag } of lines) {
      known.set(`${path}\n${key}`, value)
      if (tag !== undefined) tags.set(path, (tags.get(path) ?? new Set()).add(tag))
      next = Math.max(next, value + 1)
    }
    acknowledged += lines.length
    // Subtle: the edit in flight when the kill came may have been made; its numbers must not be used again.
    next += 2
    checkFiles(lib, foreign)
    if (cycle % checkEvery === 0 || cycle === cycles) await checkLibrary(lib, known, tags)
  }
  return { cycles, acknowledged }
}

type Acknowledged = { path: string; key: string; value: number; tag?: string }

function plant(lib: TestLibrary): void {
  for (let n = 0; n < IMAGES; n += 1) {
    const sidecar = `{\n  "foreign": ${n}.50,\n  "big": 9007199254740993,\n  "capture": { "temp": 1 }\n}\n`
    lib.capture(`root/d${n % 3}/img${n}.gif`, n % 4 === 3 ? undefined : sidecar)
  }
  lib.put('root/notes.txt', 'not ours')
  lib.put('root/d0/orphan.json', '{"a": 1}')
}

function runAndKill(lib: TestLibrary, first: number, afterMs: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, lib.library, lib.at('root'), String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  child.stdout.on('data', (data: Buffer) => {
    if (out === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
    out += data.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`The engine ended by itself with ${code}: ${err}`))
      const whole = out.slice(0, out.lastIndexOf('\n') + 1)
      resolve(
        whole
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line) as Acknowledged),
      )
    })
  })
}

function foreignFiles(lib: TestLibrary): Map<string, string> {
  const files = readdirSync(lib.at('root'), { recursive: true, encoding: 'utf8' })
  const foreign = files.filter((file) => !file.startsWith('.gleaner') && /(\.gif|\.txt|orphan\.json)$/.test(file))
  return new Map(foreign.map((file) => [file, sha256(lib.at('root', file))]))
}

function checkFiles(lib: TestLibrary, foreign: Map<string, string>): void {
  for (const [file, hash] of foreign) expect(sha256(lib.at('root', file)), file).toBe(hash)
  for (const file of readdirSync(lib.at('root'), { recursive: true, encoding: 'utf8' })) {
    if (!/img\d+\.json$/.test(file)) continue
    const text = readFileSync(lib.at('root', file), 'utf8')
    expect(() => void JSON.parse(text), file).not.toThrow()
    const n = Number(/img(\d+)/.exec(file)?.[1])
    if (n % 4 === 3) continue
    expect(text).toContain(`"foreign": ${n}.50`)
    expect(text).toContain('"big": 9007199254740993')
  }
}

async function checkLibrary(
  lib: TestLibrary,
  known: Map<string, number>,
  tags: Map<string, Set<string>>,
): Promise<void> {
  const client = await lib.open()
  const values = (await valuesOf(client)) as Record<string, Record<string, unknown>>
  for (const [place, value] of known) {
    const [path = '', key = ''] = place.split('\n')
    expect(Number(values[path]?.[key]), `${path} ${key}`).toBeGreaterThanOrEqual(value)
  }
  for (const [path, wanted] of tags) {
    const found = new Set(values[path]?.['tags'] as string[])
    expect(
      [...wanted].filter((tag) => !found.has(tag)),
      path,
    ).toEqual([])
  }
  await client.library.scan({})
  expect(await client.library.verify({})).toMatchObject({ images: IMAGES, differences: [] })
  await lib.close()
  const strays = readdirSync(lib.at('root'), { recursive: true, encoding: 'utf8' })
  const isFile = (file: string) => !file.includes('.gleaner') && statSync(join(lib.at('root'), file)).isFile()
  expect(strays.filter(isFile).length).toBeLessThanOrEqual(FILES)
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

function lcg(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}
