/**
 * How a study is planned and run: the flags that every such command takes, and the engine that they and the environment choose.
 */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { defaultProfile, type Profile, readProfile } from "../cluster/Profile.ts"
import { COMMAND } from "../cluster/schedulers/launched.ts"
import { type EngineChoice, type EngineRequest, resolveEngine } from "../engine/select.ts"
import { setVariable, readVariable } from "../machine/environment.ts"
import { VariableInvalid } from "../machine/VariableInvalid.ts"
import { silenceMilliseconds } from "../store/presence/machine.ts"
import { didYouMean } from "../text/near.ts"
import { dataFlag, namedData } from "./dataset-arguments.ts"
import { say } from "./output.ts"
import { type Flags, type Parsed, UsageError, wholeNumber } from "./usage.ts"

const CHOICES = {
  engine: ["auto", "native", "wasm", "tfjs"],
  mode: ["auto", "f32", "bf16x3", "bf16"],
  executor: ["local", "slurm", "command"]
} as const

const engineFlags = {
  engine: {
    type: "string",
    value: "NAME",
    choices: CHOICES.engine,
    description: "auto, native, wasm or tfjs (default auto)"
  },
  mode: {
    type: "string",
    value: "MODE",
    choices: CHOICES.mode,
    description: "numerics: auto, f32, bf16x3 or bf16 (default auto)"
  },
  ...dataFlag
} satisfies Flags

/** Where the figures go as files, of a run or of a report. */
export const figuresFlag = {
  figures: {
    type: "string",
    value: "DIR",
    description: "also write each figure there, as SVG and PNG with the CSV behind it"
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
  executor: {
    type: "string",
    value: "NAME",
    choices: CHOICES.executor,
    description: "local, slurm (heavy stages become jobs) or command (default local)"
  },
  profile: { type: "string", value: "FILE", description: "what jobs ask for, as JSON: docs/cluster.md" },
  detach: { type: "boolean", description: "leave jobs running when this is stopped; the next run goes on with them" },
  json: { type: "boolean", description: "one JSON line for everything that happens" },
  "no-report": { type: "boolean", description: "do not write the HTML report" }
} satisfies Flags

/** The engine that `auto` or the flags choose, without loading it; child processes inherit the data folder by environment. */
export const chooseEngine = async (parsed: Parsed): Promise<EngineChoice> => {
  const data = namedData(parsed)
  if (data !== undefined) setVariable("ECHO_CHAMBER_DATA", path.resolve(data))
  const choice = await Effect.runPromise(resolveEngine(engineRequest(parsed)))
  if (choice.notice !== undefined) say(choice.notice)
  return choice
}

/** The engine and mode that are asked for. Throws what is wrong with either. */
export const engineRequest = (parsed: Parsed): EngineRequest => ({
  engine: chosen(parsed, "engine", readVariable("ECHO_CHAMBER_ENGINE"), CHOICES.engine),
  mode: chosen(parsed, "mode", readVariable("ECHO_CHAMBER_MODE"), CHOICES.mode)
})

const isOnPath = (program: string): boolean =>
  (readVariable("PATH") ?? "").split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, program)))

/** Where heavy stages are computed that are not computed on this machine. */
export interface ClusterAsked {
  readonly executor: "slurm" | "command"
  readonly profile: Profile
  readonly detach: boolean
}

/** What is said of a cluster, or null: heavy stages are computed on this machine. `stages`: those that a profile may name. */
export const clusterAsked = (parsed: Parsed, stages: ReadonlyArray<string>): ClusterAsked | null => {
  const file = parsed.text("profile")
  const detach = parsed.is("detach")
  const executor = chosen(parsed, "executor", undefined, CHOICES.executor)
  const refuse = (problem: string): never => {
    throw new UsageError({ problem })
  }
  if (executor === "local") {
    if (file !== undefined) return refuse("--profile goes with --executor slurm or command.")
    return detach ? refuse("--detach goes with --executor slurm.") : null
  }
  const profile = file === undefined ? defaultProfile() : readProfile(file, stages)
  const lacking = ["sbatch", "squeue", "scancel", "scontrol"].find((program) => !isOnPath(program))
  if (executor === "slurm" && lacking !== undefined)
    return refuse(`--executor slurm needs ${lacking}, which is not on the PATH: log in to a machine of the cluster.`)
  if (executor === "command") {
    if (detach) return refuse("--detach goes with --executor slurm: what a command has started is not found again.")
    if (!profile.launch.some((word) => word.includes(COMMAND)))
      return refuse(`--executor command needs a profile whose launch has ${COMMAND} in it: docs/cluster.md.`)
  }
  return { executor, profile, detach }
}

/** How many threads stages have together, and how often long ones save: a plan takes and refuses what a run does. */
export const runNumbers = (parsed: Parsed): { readonly threads: number; readonly checkpointSeconds: number } => {
  silenceMilliseconds()
  return {
    threads: wholeNumber(parsed, "threads", os.availableParallelism()),
    checkpointSeconds: wholeNumber(parsed, "checkpoint-seconds", 20, 0)
  }
}

/** One of these words, as the flag or else its variable has it; the first of them where neither is there. */
const chosen = <const A extends string>(
  parsed: Parsed,
  flag: "engine" | "mode" | "executor",
  variable: string | undefined,
  options: readonly [A, ...Array<A>]
): A => {
  const given = parsed.text(flag)
  const value = given ?? variable ?? options[0]
  const found = options.find((option) => option === value)
  if (found !== undefined) return found
  if (given === undefined) throw VariableInvalid.among(`ECHO_CHAMBER_${flag.toUpperCase()}`, value, options)
  throw new UsageError({
    problem: `--${flag} must be one of ${options.join(", ")}; got "${value}".${didYouMean(value, options)}`
  })
}
