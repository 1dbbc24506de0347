/** What commands that plan or run share: the store and the engine choice, from flags and environment. */
import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { REPOSITORY } from "../dag/repository.ts"
import { type EngineChoice, resolveEngine } from "../engine/select.ts"
import { type Flags, type Parsed, UsageError } from "./usage.ts"

const engineFlags = {
  engine: { type: "string", value: "NAME", description: "auto, native, wasm or tfjs (default auto)" },
  mode: { type: "string", value: "MODE", description: "numerics: auto, f32, bf16x3 or bf16 (default auto)" },
  data: {
    type: "string",
    value: "DIR",
    description: "folder with real datasets (default: $ECHO_CHAMBER_DATA, ../shared/data, ./data)"
  }
} satisfies Flags

/** How a study is run: which engine computes it, where, and what is taken from the store. */
export const runFlags = {
  ...engineFlags,
  threads: { type: "string", value: "N", description: "threads for all stages together (default: every core)" },
  "assume-unchanged": {
    type: "string",
    multiple: true,
    value: "STAGE",
    description: "take results that differ in that stage's code alone"
  },
  "checkpoint-seconds": { type: "string", value: "N", description: "how often long stages save their state (default 20)" },
  json: { type: "boolean", description: "one JSON line for everything that happens" },
  "no-report": { type: "boolean", description: "do not write the HTML report" }
} satisfies Flags

export const storeRoot = (parsed: Parsed): string =>
  path.resolve(parsed.text("store") ?? process.env["ECHO_CHAMBER_STORE"] ?? path.join(REPOSITORY, "artifacts"))

/**
 * The store of a command that only reads it: one that is named has to be there, or a mistyped name would look like an empty
 * store.
 */
export const existingStore = (parsed: Parsed): string => {
  const root = storeRoot(parsed)
  const named = parsed.text("store") ?? process.env["ECHO_CHAMBER_STORE"]
  if (named !== undefined && !fs.statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError({ problem: `There is no store at ${root}.` })
  return root
}

/** The engine that `auto` or the flags choose, without loading it; child processes inherit the data folder by environment. */
export const chooseEngine = async (parsed: Parsed): Promise<EngineChoice> => {
  const data = parsed.text("data")
  if (data !== undefined) {
    if (!fs.existsSync(data)) throw new UsageError({ problem: `--data ${data}: there is no such folder.` })
    process.env["ECHO_CHAMBER_DATA"] = path.resolve(data)
  }
  const engine = oneOf("engine", parsed.text("engine") ?? process.env["ECHO_CHAMBER_ENGINE"] ?? "auto", [
    "auto",
    "native",
    "wasm",
    "tfjs"
  ] as const)
  const mode = oneOf("mode", parsed.text("mode") ?? process.env["ECHO_CHAMBER_MODE"] ?? "auto", [
    "auto",
    "f32",
    "bf16x3",
    "bf16"
  ] as const)
  const choice = await Effect.runPromise(resolveEngine({ engine, mode }))
  if (choice.notice !== undefined) process.stderr.write(`${choice.notice}\n`)
  return choice
}

const oneOf = <const A extends string>(flag: string, value: string, options: ReadonlyArray<A>): A => {
  const found = options.find((option) => option === value)
  if (found === undefined) throw new UsageError({ problem: `--${flag} must be one of ${options.join(", ")}; got "${value}".` })
  return found
}
