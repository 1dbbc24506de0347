/** Ends the output with one plain line that any tool can read: `N passed, N failed, N skipped`. */

import type { Reporter, TestModule } from "vitest/node"

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>) {
    const count = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      if (module.state() === "failed" && [...module.children.allTests()].every((t) => t.result().state !== "failed"))
        count.failed++
      for (const test of module.children.allTests()) {
        const state = test.result().state
        if (state === "passed" || state === "failed" || state === "skipped") count[state]++
      }
    }
    process.on("exit", () => process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`))
  }
}
