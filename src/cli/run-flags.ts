/**
 * How a study is planned and run: the flags that every such command takes, and the engine that they and the environment choose.
 */

import * as os from "node:os"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { type EngineChoice, resolveEngine } from "../engine/select.ts"
import { setVariable, readVariable } from "../machine/environment.ts"
import { dataFlag, namedData } from "./dataset-arguments.ts"
import { say } from "./output.ts"
import { type Flags, type Parsed, UsageError, wholeNumber } from "./usage.ts"

const engineFlags = {
  engine: { type: "string", value: "NAME", description: "auto, native, wasm or tfjs (default auto)" },
  mode: { type: "string", value: "MODE", description: "numerics: auto, f32, bf16x3 or bf16 (default auto)" },
  ...dataFlag
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

/** The engine that `auto` or the flags choose, without loading it; child processes inherit the data folder by environment. */
export const chooseEngine = async (parsed: Parsed): Promise<EngineChoice> => {
  const data = namedData(parsed)
  if (data !== undefined) setVariable("ECHO_CHAMBER_DATA", path.resolve(data))
  const engine = oneOf("engine", parsed.text("engine") ?? readVariable("ECHO_CHAMBER_ENGINE") ?? "auto", [
    "auto",
    "native",
    "wasm",
    "tfjs"
  ] as const)
  const mode = oneOf("mode", parsed.text("mode") ?? readVariable("ECHO_CHAMBER_MODE") ?? "auto", [
    "auto",
    "f32",
    "bf16x3",
    "bf16"
  ] as const)
  const choice = await Effect.runPromise(resolveEngine({ engine, mode }))
  if (choice.notice !== undefined) say(choice.notice)
  return choice
}

/** How many threads stages have together, and how often long ones save: a plan takes and refuses what a run does. */
export const runNumbers = (parsed: Parsed): { readonly threads: number; readonly checkpointSeconds: number } => ({
  threads: wholeNumber(parsed, "threads", os.availableParallelism()),
  checkpointSeconds: wholeNumber(parsed, "checkpoint-seconds", 20, 0)
})

const oneOf = <const A extends string>(flag: string, value: string, options: ReadonlyArray<A>): A => {
  const found = options.find((option) => option === value)
  if (found === undefined) throw new UsageError({ problem: `--${flag} must be one of ${options.join(", ")}; got "${value}".` })
  return found
}
