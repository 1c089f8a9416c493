import { randomBytes } from 'node:crypto'
import fs, { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadDevice } from '../../../../electron/engine/library/device.ts'
import type { Platform } from '../../../../electron/engine/platform.ts'

const platform = { fs, randomHex: (bytes: number) => randomBytes(bytes).toString('hex') } as unknown as Platform

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gleaner-device-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('the id is made once and stays', () => {
  const { id } = loadDevice(directory, platform, 'machine-1')
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(loadDevice(directory, platform, 'machine-1').id).toBe(id)
  expect(readdirSync(directory)).toEqual(['device'])
})

test('a library that was copied to another machine gets a new id', () => {
  const { id } = loadDevice(directory, platform, 'machine-1')
  expect(loadDevice(directory, platform, 'machine-2').id).not.toBe(id)
})

test.each(['', 'null', '{"id":"short","machine":"machine-1"}', '{'])('a damaged file %j gives a new id', (text) => {
  writeFileSync(join(directory, 'device'), text)
  expect(loadDevice(directory, platform, 'machine-1').id).toMatch(/^[0-9a-f]{32}$/)
})
