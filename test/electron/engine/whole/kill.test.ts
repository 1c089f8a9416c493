import { expect, test } from 'vitest'
import { killCycles } from '../../../support/kill-harness.ts'
import { testLibrary } from '../../../support/library.ts'

test(
  'kill -9 at random moments, 20 cycles: nothing acknowledged is lost, nothing else is touched',
  { timeout: 180_000 },
  async () => {
    const { acknowledged } = await killCycles(testLibrary(), 20, 20_261_123, 5)
    expect(acknowledged).toBeGreaterThan(100)
  },
)
