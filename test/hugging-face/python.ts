/**
 * Hugging Face's own libraries as an oracle, where this machine has them: a Python with torch, transformers and tokenizers, which
 * `.ci/run` makes in `build/python`.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

const PYTHON = path.resolve(import.meta.dirname, "../../build/python/bin/python3")

const environment = { PATH: process.env["PATH"], HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false", OMP_NUM_THREADS: "1" }

/** Runs a program with `request` as its JSON on standard input; what it prints last, as JSON. */
export const runPython = (program: string, request: unknown): unknown => {
  const printed = execFileSync(PYTHON, ["-W", "ignore", "-c", `import json, sys\nrequest = json.load(sys.stdin)\n${program}`], {
    input: JSON.stringify(request),
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    env: environment,
    stdio: ["pipe", "pipe", "pipe"]
  })
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "null")
}

/** Versions of what is there, as words; null where the models cannot be opened. Said aloud where something is missing. */
export const transformersVersion = (): string | null => versionOf("import torch, transformers", "transformers.__version__")

/** The same of the tokenizers alone. */
export const tokenizersVersion = (): string | null => versionOf("import tokenizers", "tokenizers.__version__")

const versionOf = (imports: string, version: string): string | null => {
  try {
    if (!fs.existsSync(PYTHON)) throw new Error(`${PYTHON} is not there`)
    return String(runPython(`${imports}\nprint(json.dumps(${version}))`, null))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause)
    console.warn(`NOT CHECKED against Hugging Face's libraries in Python: ${why}. ".ci/run" makes what is needed.`)
    return null
  }
}
