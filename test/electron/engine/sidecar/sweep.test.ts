import { hash } from 'node:crypto'
import { linkSync, readdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sweepTemps } from '../../../../electron/engine/sidecar/sweep.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const sha = (text: string): string => hash('sha256', text, 'hex').slice(0, 16)
const ID = '0123456789abcdef'

test('only what is ours, old and worthless goes', () => {
  using folder = tempFolder()
  const put = (name: string, text: string): void => writeFileSync(join(folder.path, name), text)
  put(`.gleaner-${ID}.tmp`, 'half')
  put(`.gleaner-${sha('old')}.old`, 'old')
  put(`.gleaner-${sha('written into')}.old`, 'another program was here')
  put('linked.json', 'still the same file')
  linkSync(join(folder.path, 'linked.json'), join(folder.path, '.gleaner-ffffffffffffffff.old'))
  const others = [
    '.gleaner',
    `.gleaner-${ID}.tmp.bak`,
    `.gleaner-${ID}0.tmp`,
    `.gleaner-${ID.toUpperCase()}.tmp`,
    `gleaner-${ID}.tmp`,
    `.gleaner-${ID}.json`,
    '.gleaner-root',
    'a.tmp',
    'a.old',
    'a.json',
    'a.jpg',
  ]
  for (const name of others) put(name, 'x')
  symlinkSync('a.json', join(folder.path, '.gleaner-1111111111111111.tmp'))

  const nowMs = Date.now()
  const everything = readdirSync(folder.path)
  expect(sweepTemps({ directory: folder.path, nowMs })).toEqual({ removed: 0, kept: [] })
  expect(readdirSync(folder.path)).toEqual(everything)

  expect(sweepTemps({ directory: folder.path, nowMs: nowMs + 60_000 })).toEqual({
    removed: 3,
    kept: [`.gleaner-${sha('written into')}.old`],
  })
  const left = [...others, 'linked.json', `.gleaner-${sha('written into')}.old`, '.gleaner-1111111111111111.tmp']
  expect(readdirSync(folder.path).sort()).toEqual(left.sort())
})

test('an old version counts from when it got its second name, not from when it was written', () => {
  using folder = tempFolder()
  const sidecar = join(folder.path, 'a.json')
  writeFileSync(sidecar, 'old')
  utimesSync(sidecar, 1, 1)
  renameSync(sidecar, join(folder.path, `.gleaner-${sha('old')}.old`))
  expect(sweepTemps({ directory: folder.path, nowMs: Date.now() })).toEqual({ removed: 0, kept: [] })
})

test('a folder that is not there is no trouble', () => {
  expect(sweepTemps({ directory: '/nowhere/at/all', nowMs: 0 })).toEqual({ removed: 0, kept: [] })
})
