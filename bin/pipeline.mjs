#!/usr/bin/env node
/**
 * Starts the command line on a Node that can run it: this one if it is new enough, else the Node that was installed as a dependency.
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import module from "node:module"
import { constants } from "node:os"

const [major, minor] = process.versions.node.split(".").map(Number)
if (major > 22 || (major === 22 && minor >= 19)) {
  // Node calls its type stripping experimental; users of this command need not be told so each time.
  const { emitWarning } = process
  process.emitWarning = (warning, ...rest) => {
    if (rest[0] !== "ExperimentalWarning" && rest[0]?.type !== "ExperimentalWarning") emitWarning.call(process, warning, ...rest)
  }
  module.enableCompileCache?.()
  await import("../src/cli/main.ts")
} else {
  const require = module.createRequire(import.meta.url)
  const runtime = (() => {
    try {
      const found = require.resolve(`node-${process.platform}-${process.arch}/bin/node`)
      if (existsSync(found)) return found
    } catch {
      // Reported below.
    }
    process.stderr.write(
      `This needs Node 22.19 or newer, and this is ${process.versions.node}. ` +
        'On Linux "pnpm install" brings one; elsewhere install Node 24 and run again.\n'
    )
    process.exit(2)
  })()
  const child = spawn(runtime, process.argv.slice(1), { stdio: "inherit" })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
