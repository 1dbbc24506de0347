/** The four commands of Slurm that are used, and what their answers mean. Nothing here needs its accounting. */

import { spawn } from "node:child_process"

import * as Effect from "effect/Effect"

import { environmentWithout } from "../../machine/environment.ts"
import { errorText } from "../../text/error-text.ts"
import type { Profile } from "../Profile.ts"
import { parseQueue, QUEUE_FORMAT, type QueueLine } from "./queue.ts"
import { Away, Refused, type Scheduler } from "./Scheduler.ts"
import { sbatchOptions, script, type Submission } from "./submission.ts"

/** What a cluster says of itself. */
export interface ClusterFacts {
  readonly name: string
  readonly version: string
  /** Tasks that an array may have. */
  readonly maxArraySize: number
  /** All that it is set to, by name. */
  readonly settings: ReadonlyMap<string, string>
}

interface Answer {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Longest wait for an answer. The tools themselves give up on a controller after some ten seconds, `scancel` of much later. */
const PATIENCE_MS = 120_000

/** What people set to have less listed, or to be asked, is for their eyes. */
const surroundings = () => environmentWithout(/^(?:SQUEUE|SCANCEL)_/)

const call = (command: string, args: ReadonlyArray<string>, input = ""): Effect.Effect<Answer, Away> =>
  Effect.callback<Answer, Away>((resume) => {
    // In a group of its own: a Ctrl-C is for us, and an answer of sbatch that is lost is a job that nobody knows of.
    const child = spawn(command, args, { stdio: "pipe", timeout: PATIENCE_MS, detached: true, env: surroundings() })
    let output = ""
    let errors = ""
    child.stdout.on("data", (text: Buffer) => (output += text.toString()))
    child.stderr.on("data", (text: Buffer) => (errors += text.toString()))
    // A command that has left does not read; what it says then is what counts.
    child.stdin.on("error", () => {})
    child.stdin.end(input)
    child.on("error", (cause) => resume(Effect.fail(new Away({ words: oneLine(errorText(cause)) }))))
    child.on("close", (code) => resume(Effect.succeed({ code, output, errors: errors.trim() })))
  })

/** What mends itself: by what the tools print, as these words have been the same for years. */
const PASSING =
  /slurm controller|timed out|temporarily|connection refused|MaxSubmitJob|violates accounting\/QOS|Zero Byte|standby|munge/i

/** Of what a tool says on several lines, one: it stands within a sentence. */
const oneLine = (words: string): string =>
  words
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("; ")

const submit = Effect.fnUntraced(function* (submission: Submission, profile: Profile) {
  const { code, output, errors } = yield* call("sbatch", sbatchOptions(submission, profile), script(submission, profile))
  // What a site's wrapper says stands around it.
  const id = [...output.matchAll(/^(\d+)(?:;.*)?$/gm)].at(-1)?.[1]
  if (code === 0 && id !== undefined) return id
  const words = oneLine(errors.replaceAll(/^sbatch: (?:error: )?/gm, "") || output) || `exit code ${code}`
  return yield* code === null || code === 0 || PASSING.test(words) ? new Away({ words }) : new Refused({ words })
})

const queue: Effect.Effect<ReadonlyArray<QueueLine>, Away> = Effect.flatMap(
  call("squeue", ["--me", "--all", "--noheader", "--array", "--states=all", `--format=${QUEUE_FORMAT}`]),
  ({ code, output, errors }) =>
    code === 0 ? Effect.succeed(parseQueue(output)) : Effect.fail(new Away({ words: oneLine(errors) || `exit code ${code}` }))
)

/** How many ids one call takes: a command line has its length. */
const CHUNK = 500

const cancel = (ids: ReadonlyArray<string>): Effect.Effect<void, Away> =>
  Effect.forEach(
    Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, chunk) => ids.slice(chunk * CHUNK, (chunk + 1) * CHUNK)),
    (chunk) =>
      Effect.flatMap(call("scancel", chunk), ({ code, errors }) =>
        code !== 0 && PASSING.test(errors) ? Effect.fail(new Away({ words: oneLine(errors) })) : Effect.void
      ),
    { discard: true }
  )

/** What the controller says of the cluster. */
export const facts: Effect.Effect<ClusterFacts, Away> = Effect.flatMap(
  call("scontrol", ["show", "config"]),
  ({ code, output, errors }) => {
    if (code !== 0) return Effect.fail(new Away({ words: oneLine(errors || output) || `exit code ${code}` }))
    const settings = new Map(
      output.split("\n").flatMap((line) => {
        const [, name, value] = /^(\S+)\s*=\s*(.*)$/.exec(line) ?? []
        return name === undefined || value === undefined ? [] : [[name, value.trim()] as const]
      })
    )
    const most = Number(settings.get("MaxArraySize"))
    return Effect.succeed({
      name: settings.get("ClusterName") ?? "",
      version: settings.get("SLURM_VERSION") ?? "",
      maxArraySize: Number.isSafeInteger(most) && most > 1 ? most - 1 : 1000,
      settings
    })
  }
)

/** Slurm, as the profile has it asked. */
export const slurm = (profile: Profile): Scheduler => ({
  facts,
  submit: (submission) => submit(submission, profile),
  queue,
  cancel
})
