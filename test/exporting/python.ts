/**
 * The libraries that people open our exports with, where this machine has them: a Python with those of requirements.txt, which
 * `.ci/run` makes in `build/libraries`.
 */

import { execFile, execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

const PYTHON = path.resolve(import.meta.dirname, "../../build/libraries/bin/python3")

const argumentsOf = (program: string) => ["-W", "ignore", "-c", program]
const optionsIn = (folder: string) =>
  ({
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { PATH: process.env["PATH"], HOME: folder, OMP_NUM_THREADS: "1", POLARS_MAX_THREADS: "1" }
  }) as const

/** Runs a program in a folder; what it prints. */
export const runPython = (program: string, folder: string): string =>
  execFileSync(PYTHON, argumentsOf(program), { ...optionsIn(folder), stdio: ["ignore", "pipe", "pipe"] })

/** The same, meanwhile. */
export const startPython = (program: string, folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(PYTHON, argumentsOf(program), optionsIn(folder), (error, out) => (error === null ? resolve(out) : reject(error)))
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
