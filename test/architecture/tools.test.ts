import { expect, test } from 'vitest'
import { CHECKS, runCheck } from './check.ts'

test.each(CHECKS)('$name', (check) => {
  const { isGood, output } = runCheck(check)
  expect(isGood, output).toBe(true)
})
