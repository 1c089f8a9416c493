import { defineConfig } from 'vitest/config'

const unit = {
  environment: 'node' as const,
  testTimeout: 30_000,
  hookTimeout: 30_000,
  pool: 'forks' as const,
}

export default defineConfig({
  test: {
    reporters: ['dot', './test/support/reporter.ts'],
    maxWorkers: 2,
    projects: [
      { test: { ...unit, name: 'unit', include: ['test/{shared,electron,contract,cli}/**/*.test.ts'] } },
      {
        test: {
          ...unit,
          name: 'architecture',
          include: ['test/architecture/*.test.ts'],
          testTimeout: 180_000,
        },
      },
      ...(process.argv.includes('crash')
        ? [{ test: { ...unit, name: 'crash', include: ['test/crash/*.test.ts'], testTimeout: 3_600_000 } }]
        : []),
    ],
  },
})
