/**
 * The libraries that people open our exports with, where this machine has them: a Python with those of requirements.txt, which
 * `.ci/run` makes in `build/libraries`.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

const PYTHON = path.resolve(import.meta.dirname, "../../build/libraries/bin/python3")

/** Runs a program in a folder; what it prints. */
export const runPython = (program: string, folder: string): string =>
  execFileSync(PYTHON, ["-W", "ignore", "-c", program], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { PATH: process.env["PATH"], HOME: folder, OMP_NUM_THREADS: "1", POLARS_MAX_THREADS: "1" },
    stdio: ["ignore", "pipe", "pipe"]
  })

/** Whether a library is there. Said aloud where it is not. */
export const hasPython = (...libraries: ReadonlyArray<string>): boolean => {
  const missing = fs.existsSync(PYTHON) ? libraries.find((name) => !isInstalled(name)) : PYTHON
  if (missing === undefined) return true
  console.warn(`NOT CHECKED with ${libraries.join(", ")} in Python: ${missing} is not there. ".ci/run" makes what is needed.`)
  return false
}

const isInstalled = (name: string): boolean => {
  try {
    execFileSync(PYTHON, ["-c", `import importlib.util, sys; sys.exit(importlib.util.find_spec("${name}") is None)`])
    return true
  } catch {
    return false
  }
}
