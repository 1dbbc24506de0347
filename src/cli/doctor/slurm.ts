/** What `pipeline doctor --slurm` finds: whether jobs of this cluster can compute stages, and how it is set. */

import * as Effect from "effect/Effect"

import { probe } from "../../cluster/probe.ts"
import { type Profile } from "../../cluster/Profile.ts"
import { facts as askFacts, slurm } from "../../cluster/schedulers/slurm.ts"
import { errorText } from "../../text/error-text.ts"
import type { Finding } from "./finding.ts"

/** How long the job may wait in the queue. */
const PATIENCE_SECONDS = 600

/** Asks the controller, then sends a job. `root`: the store, which jobs have to see. */
export const slurmFindings = async (root: string, profile: Profile): Promise<ReadonlyArray<Finding>> => {
  const facts = await Effect.runPromise(Effect.result(askFacts))
  if (facts._tag === "Failure")
    return [
      {
        subject: "Slurm",
        state: "needed",
        words: facts.failure.message,
        remedy: "log in to a machine that has sbatch, squeue, scancel and scontrol"
      }
    ]
  const { name, version, settings, maxArraySize } = facts.success
  const setting = (key: string) => settings.get(key) ?? "not told"
  const findings: Array<Finding> = [
    { subject: "Slurm", state: "good", words: `${version}, cluster ${name}` },
    {
      subject: "limits",
      state: "good",
      words:
        `arrays of ${maxArraySize} tasks at most, ${setting("MaxJobCount")} jobs in all; the profile has arrays of ` +
        `${Math.min(profile.arraySize, maxArraySize)} and ${profile.maxJobs} jobs`
    },
    {
      subject: "preemption",
      state: "good",
      words:
        `${setting("PreemptMode")}; ${setting("KillWait")} from the signal to the end; requeue ` +
        `${setting("JobRequeue") === "1" ? "on" : "off"}. Periodic saves carry what a signal leaves no time for`
    },
    {
      subject: "memory of jobs",
      state: "good",
      words:
        `jobs that are over stay listed for ${setting("MinJobAge")}; accounting is not needed ` +
        `(${setting("AccountingStorageType")})`
    }
  ]
  const sent = await Effect.runPromise(
    Effect.result(probe(root, profile, slurm(profile), profile.node ?? process.execPath, PATIENCE_SECONDS))
  )
  if (sent._tag === "Failure")
    return [
      ...findings,
      {
        subject: "a job",
        state: "needed",
        words: errorText(sent.failure),
        remedy: `see partition, account, node and prologue in the profile; jobs have to see ${root}`
      }
    ]
  const { host, node, compiler, cores, began, bothWays, links } = sent.success
  const late = bothWays > profile.visibleSeconds
  return [
    ...findings,
    {
      subject: "a job",
      state: "good",
      words: `ran on ${host} (Node ${node}, ${cores} cores), heard of ${began.toFixed(1)} s after it was submitted`
    },
    {
      subject: "shared folder",
      state: late ? "lacking" : "good",
      words: `a file went there and back in ${bothWays.toFixed(2)} s; the profile waits ${profile.visibleSeconds} s`,
      ...(late ? { remedy: "raise visibleSeconds in the profile" } : {})
    },
    links
      ? { subject: "hard links", state: "good", words: `are there in ${root}: a result is recorded once, whoever comes second` }
      : {
          subject: "hard links",
          state: "lacking",
          words: `are not there in ${root}: of two that record at one moment both may win`
        },
    compiler
      ? { subject: "compiler", state: "good", words: `is there on ${host}` }
      : {
          subject: "compiler",
          state: "lacking",
          words: `there is none on ${host}: the wasm engine would compute, several times slower`,
          remedy: "load one in the prologue (module load gcc)"
        }
  ]
}
