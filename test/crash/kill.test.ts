import { expect, test } from 'vitest'
import { killCycles } from '../support/kill-harness.ts'
import { testLibrary } from '../support/library.ts'

const CYCLES = Number(process.env['GLEANER_KILLS'] ?? 1000)
const SEED = Number(process.env['GLEANER_SEED'] ?? Date.now() % 1_000_000_000)

test(`kill -9 at random moments, ${CYCLES} cycles, seed ${SEED}`, async () => {
  const start = Date.now()
  const { acknowledged } = await killCycles(testLibrary(), CYCLES, SEED, 25)
  process.stdout.write(
    `${CYCLES} kills, ${acknowledged} acknowledged edits, ${Math.round((Date.now() - start) / 1000)} s, seed ${SEED}\n`,
  )
  expect(acknowledged).toBeGreaterThan(CYCLES)
})
