/** What a lab says of its cluster, in a file: where jobs go, what they get, how patient the driver is. */

import * as fs from "node:fs"

import * as Schema from "effect/Schema"

import { errorText } from "../text/error-text.ts"
import { didYouMean } from "../text/near.ts"

const Word = Schema.String.check(Schema.isPattern(/^[^\s\0]+$/))
const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
const Amount = Schema.Number.check(Schema.isBetween({ minimum: 0.001, maximum: 1_000_000 }))

const OPTION =
  /^(?!--(?:job-name|array|output|error|parsable|wait|export|signal|requeue|no-requeue|test-only)\b|-[JaoeW])--?[A-Za-z]/

/** What a job asks for. What is left out is the cluster's own default. */
const asked = {
  partition: Schema.optionalKey(Word),
  account: Schema.optionalKey(Word),
  qos: Schema.optionalKey(Word),
  constraint: Schema.optionalKey(Word),
  threads: Schema.optionalKey(Count),
  memoryGB: Schema.optionalKey(Amount),
  gpus: Schema.optionalKey(Count),
  minutes: Schema.optionalKey(Count),
  /** Further options of `sbatch`, as they are, but those by which the driver knows its jobs. */
  options: Schema.optionalKey(Schema.Array(Schema.String.check(Schema.isPattern(OPTION))))
}
const Asked = Schema.Struct(asked)
export type Asked = typeof Asked.Type

const Fields = Schema.Struct({
  ...asked,
  /** By the name of a stage: what its jobs ask for in place of the above. */
  stages: Schema.optionalKey(Schema.Record(Schema.String, Asked)),
  /** Lines of shell before a job begins, such as `module load gcc`. */
  prologue: Schema.optionalKey(Schema.Array(Schema.String)),
  /** The Node of the machines that compute; without it the one that runs here. */
  node: Schema.optionalKey(Schema.String),
  /** With --executor command: the words that start a task, with {command} for it, and {host} and {name} if need be. */
  launch: Schema.optionalKey(Schema.Array(Schema.String)),
  /** With --executor command: where tasks run, and how many at once on each. */
  hosts: Schema.optionalKey(Schema.Array(Word).check(Schema.isMinLength(1))),
  perHost: Schema.optionalKey(Count),
  /** With --executor command: seconds after which a command whose task has not begun is taken to hang. */
  startSeconds: Schema.optionalKey(Amount),
  /** How many jobs may be in the queue at once, and how many tasks an array may have. */
  maxJobs: Schema.optionalKey(Count),
  arraySize: Schema.optionalKey(Count),
  /** Seconds before its time limit that a job is told to save its state. */
  graceSeconds: Schema.optionalKey(Count),
  /** Seconds between looks at the queue: at least while something happens, at most while nothing does. */
  pollSeconds: Schema.optionalKey(Amount),
  pollMostSeconds: Schema.optionalKey(Amount),
  /** Seconds until a file that one machine has written is taken to be seen on the others. */
  visibleSeconds: Schema.optionalKey(Amount),
  /** How often what does not get further is submitted again. */
  retries: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })))
})

/** A profile with everything that a driver needs of it. */
export interface Profile extends Omit<Required<typeof Fields.Type>, keyof Asked | "stages" | "node"> {
  readonly node: string | null
  /** What the jobs of a stage ask for. */
  readonly askedBy: (stage: string) => Asked
}

/**
 * A profile that cannot be used.
 *
 * @public
 */
export class ProfileInvalid extends Schema.TaggedError<ProfileInvalid>()("ProfileInvalid", {
  file: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `The profile ${this.file} cannot be used: ${this.problem}`
  }
}

/** The profile of a cluster of which nothing is said: its own defaults. */
export const defaultProfile = (): Profile => completed({})

/** The profile in a file. `known`: stages that it may name. Throws `ProfileInvalid`, which names the field. */
export const readProfile = (file: string, known: ReadonlyArray<string>): Profile => {
  const fail = (problem: string): never => {
    throw new ProfileInvalid({ file, problem })
  }
  let json: unknown
  try {
    json = JSON.parse(fs.readFileSync(file, "utf8"))
  } catch (cause) {
    return fail(`${errorText(cause)}.`)
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return fail("it is no JSON object.")
  const unknown = Object.keys(json).find((name) => !Object.hasOwn(Fields.fields, name))
  if (unknown !== undefined) return fail(`it has no field "${unknown}".${didYouMean(unknown, Object.keys(Fields.fields))}`)
  const stages: unknown = "stages" in json ? json.stages : {}
  for (const [stage, its] of typeof stages === "object" && stages !== null ? Object.entries(stages) : []) {
    if (!known.includes(stage)) return fail(`there is no stage "${stage}".${didYouMean(stage, known)}`)
    for (const name of typeof its === "object" && its !== null ? Object.keys(its) : [])
      if (!Object.hasOwn(asked, name))
        return fail(`stages.${stage} has no field "${name}".${didYouMean(name, Object.keys(asked))}`)
  }
  const parsed = Schema.decodeUnknownResult(Fields)(json)
  return parsed._tag === "Failure" ? fail(String(parsed.failure)) : completed(parsed.success)
}

const completed = (fields: typeof Fields.Type): Profile => {
  const { stages = {}, node, partition, account, qos, constraint, threads, memoryGB, gpus, minutes, options, ...rest } = fields
  const given = { partition, account, qos, constraint, threads, memoryGB, gpus, minutes, options }
  const everywhere: Asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return {
    prologue: [],
    launch: [],
    hosts: ["localhost"],
    perHost: 1,
    startSeconds: 300,
    // Sites count the tasks of arrays among a user's jobs, and bound either.
    maxJobs: 5000,
    arraySize: 1000,
    graceSeconds: 60,
    pollSeconds: 5,
    pollMostSeconds: 60,
    visibleSeconds: 60,
    retries: 3,
    ...rest,
    node: node ?? null,
    askedBy: (stage) => ({ ...everywhere, ...(Object.hasOwn(stages, stage) ? stages[stage] : {}) })
  }
}
