import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends every run with `N passed, N failed` alone on a line, uncoloured, so that one pattern reads any run.
 * A file that fails to load and an unhandled error count as failed; a skip counts as neither.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    let failed = errors.length
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed' || state === 'pending') failed += 1
      }
      for (const suite of module.children.allSuites()) failed += suite.errors().length
    }
    // Subtle: the other reporters still have lines to write; ours must be the last one.
    process.on('exit', () => process.stdout.write(`\n${passed} passed, ${failed} failed\n`))
  }
}
