/** The four commands of Slurm that are used, and what their answers mean. Nothing here needs its accounting. */

import { spawn } from "node:child_process"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { errorText } from "../text/error-text.ts"
import { parseQueue, QUEUE_FORMAT, type QueueLine } from "./queue.ts"

/** What was asked for will not be given, however often it is asked. */
export class SlurmRefused extends Schema.TaggedError<SlurmRefused>()("SlurmRefused", { words: Schema.String }) {
  readonly badInput = true
  override get message() {
    return `Slurm refuses the job: ${this.words}`
  }
}

/** No answer, or one that is worth asking again for: the controller is away, busy, or a limit is reached for now. */
export class SlurmAway extends Schema.TaggedError<SlurmAway>()("SlurmAway", { words: Schema.String }) {
  override get message() {
    return `Slurm does not answer: ${this.words}`
  }
}

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

const call = (command: string, args: ReadonlyArray<string>, input = ""): Effect.Effect<Answer, SlurmAway> =>
  Effect.callback<Answer, SlurmAway>((resume) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], timeout: PATIENCE_MS })
    let output = ""
    let errors = ""
    child.stdout.on("data", (text: Buffer) => (output += text.toString()))
    child.stderr.on("data", (text: Buffer) => (errors += text.toString()))
    // A command that has left does not read; what it says then is what counts.
    child.stdin.on("error", () => {})
    child.stdin.end(input)
    child.on("error", (cause) => resume(Effect.fail(new SlurmAway({ words: errorText(cause) }))))
    child.on("close", (code) => resume(Effect.succeed({ code, output, errors: errors.trim() })))
  })

/** What mends itself: by what the tools print, as these words have been the same for years. */
const PASSING =
  /contact slurm controller|timed out|temporarily|Connection refused|MaxSubmitJob|violates accounting\/QOS|Zero Bytes/i

/** Submits a script; gives the job's id. */
export const submit = Effect.fnUntraced(function* (options: ReadonlyArray<string>, script: string) {
  const { code, output, errors } = yield* call("sbatch", options, script)
  const id = /^(\d+)/.exec(output.trim())?.[1]
  if (code === 0 && id !== undefined) return id
  const words = errors.replaceAll(/^sbatch: (?:error: )?/gm, "") || output.trim() || `exit code ${code}`
  return yield* code === null || PASSING.test(words) ? new SlurmAway({ words }) : new SlurmRefused({ words })
})

/** All of the user's jobs that the controller remembers, task by task. */
export const queue: Effect.Effect<ReadonlyArray<QueueLine>, SlurmAway> = Effect.flatMap(
  call("squeue", ["--me", "--noheader", "--array", "--states=all", `--format=${QUEUE_FORMAT}`]),
  ({ code, output, errors }) =>
    code === 0 ? Effect.succeed(parseQueue(output)) : Effect.fail(new SlurmAway({ words: errors || `exit code ${code}` }))
)

/** How many ids one call takes: a command line has its length. */
const CHUNK = 500

/** Cancels jobs (`12`) and tasks of arrays (`12_3`). Those that are gone already are none the worse. */
export const cancel = (ids: ReadonlyArray<string>): Effect.Effect<void, SlurmAway> =>
  Effect.forEach(
    Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, chunk) => ids.slice(chunk * CHUNK, (chunk + 1) * CHUNK)),
    (chunk) => call("scancel", chunk),
    { discard: true }
  )

/** What the controller says of the cluster. */
export const facts: Effect.Effect<ClusterFacts, SlurmAway> = Effect.flatMap(
  call("scontrol", ["show", "config"]),
  ({ code, output, errors }) => {
    if (code !== 0) return Effect.fail(new SlurmAway({ words: errors || output.trim() || `exit code ${code}` }))
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
