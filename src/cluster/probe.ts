/**
 * A job that computes nothing: whether the machines of a cluster see the store, how soon a file that one of them writes is seen
 * on another, and what they have. No clock of another machine is trusted: the job measures how long its question takes to come
 * back answered.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { endOfLog } from "../dag/running/attempts/log.ts"
import { replaceFile } from "../store/disk/calls.ts"
import { readText } from "../store/disk/inside.ts"
import { layDown, logOf, takeAway } from "./batches.ts"
import { isOver } from "./decide.ts"
import type { Profile } from "./Profile.ts"
import { jobName } from "./schedulers/queue.ts"
import type { Scheduler } from "./schedulers/Scheduler.ts"
import { quoted, script, scriptFile } from "./schedulers/submission.ts"

export interface Probed {
  readonly host: string
  readonly node: string
  /** Whether a C compiler is there. */
  readonly compiler: boolean
  readonly cores: number
  /** Seconds from the submission until the job's first word was seen. */
  readonly began: number
  /** Seconds from a word of the job until it saw the answer: both ways of a file. */
  readonly bothWays: number
  /** Whether the store's disk has hard links, by which a record is created once. */
  readonly links: boolean
}

/**
 * The job was not heard of, or ended without a word.
 *
 * @public
 */
export class ProbeFailed extends Schema.TaggedError<ProbeFailed>()("ProbeFailed", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

const QUESTION = "probe.question"
const ANSWER = "probe.answer"
const RESULT = "probe.result"

/** What the job runs, in the Node of the machine that computes. */
const PROGRAM = `
const fs = require("node:fs"), os = require("node:os")
const say = (name, what) => { fs.writeFileSync(name + ".part", JSON.stringify(what)); fs.renameSync(name + ".part", name) }
const compiler = process.argv[1] !== ""
say("${QUESTION}", { host: os.hostname(), node: process.version, compiler, cores: os.availableParallelism() })
const began = performance.now()
const look = () => {
  if (fs.readdirSync(".").includes("${ANSWER}")) say("${RESULT}", { bothWays: (performance.now() - began) / 1000 })
  else if (performance.now() - began < 120000) setTimeout(look, 20)
}
look()
`

/** Submits the job and waits for it, for as long as `patienceSeconds`. Leaves nothing in the store. */
export const probe = (root: string, profile: Profile, scheduler: Scheduler, node: string, patienceSeconds: number) =>
  Effect.acquireUseRelease(
    Effect.try({ try: () => layDown(root, { cluster: "", user: "", run: "" }, []), catch: (cause) => cause }),
    ({ token, folder }) =>
      Effect.gen(function* () {
        const asked = { ...profile.askedBy(""), minutes: 5 }
        const compiler = '"$(command -v cc gcc clang | head -n 1)"'
        const line = `cd ${quoted(folder)} && exec ${quoted(node)} -e ${quoted(PROGRAM)} ${compiler}`
        const command = ["bash", "-c", line]
        const submission = { name: jobName(token), folder, tasks: 1, asked, avoid: [], command, variables: {} }
        replaceFile(scriptFile(folder), script(submission, profile))
        const started = performance.now()
        const seconds = () => (performance.now() - started) / 1000
        const job = yield* scheduler.submit(submission)
        /** Waits for a file of the job. */
        const word = (name: string) =>
          Effect.gen(function* () {
            for (let looks = 0; ; looks++) {
              if (fs.readdirSync(folder).includes(name)) return JSON.parse(readText(path.join(folder, name))) as object
              // The queue is asked every few seconds, and what is over may be seen late.
              if (looks % 50 === 49) {
                const line = (yield* scheduler.queue).find((one) => one.name === submission.name)
                if (line !== undefined && isOver(line.listed) && seconds() > profile.visibleSeconds)
                  return yield* new ProbeFailed({
                    problem: `Job ${job} ended without a word. ${endOfLog(logOf(folder, 0)).join(" ")}`
                  })
              }
              if (seconds() > patienceSeconds) {
                yield* scheduler.cancel([job])
                return yield* new ProbeFailed({
                  problem:
                    `Nothing was heard of job ${job} for ${patienceSeconds} s: it may still wait in the queue, or its machine ` +
                    `does not see ${root}.`
                })
              }
              yield* Effect.sleep(100)
            }
          })
        const question = (yield* word(QUESTION)) as Pick<Probed, "host" | "node" | "compiler" | "cores">
        const began = seconds()
        replaceFile(path.join(folder, ANSWER), "{}")
        const { bothWays } = (yield* word(RESULT)) as Pick<Probed, "bothWays">
        const probed: Probed = { ...question, began, bothWays, links: hasLinks(folder) }
        return probed
      }),
    (batch) => Effect.sync(() => takeAway(root, batch))
  )

const hasLinks = (folder: string): boolean => {
  const [from, to] = [path.join(folder, ANSWER), path.join(folder, "probe.link")]
  try {
    fs.linkSync(from, to)
    return true
  } catch {
    return false
  }
}
