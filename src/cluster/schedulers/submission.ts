/** A batch of tasks as it is submitted: the script of its tasks, and the options by which `sbatch` takes it. */

import * as path from "node:path"

import type { Asked, Profile } from "../Profile.ts"

export interface Submission {
  /** The job's name, by which another driver finds it. */
  readonly name: string
  /** Folder of the batch: there have to be all paths before the job begins, or it ends without a word. */
  readonly folder: string
  readonly tasks: number
  readonly asked: Asked
  /** Nodes that are left out. */
  readonly avoid: ReadonlyArray<string>
  /** The words that a task runs; its number comes behind them. */
  readonly command: ReadonlyArray<string>
  /** Variables that jobs get: nothing else of the driver's environment goes to them. */
  readonly variables: Readonly<Record<string, string>>
}

/** Where the script of a batch lies. */
export const scriptFile = (folder: string): string => path.join(folder, "script")

/** The options of `sbatch`. */
export const sbatchOptions = (
  { name, folder, tasks, asked, avoid }: Submission,
  { graceSeconds }: Pick<Profile, "graceSeconds">
): ReadonlyArray<string> => [
  "--parsable",
  `--job-name=${name}`,
  `--array=0-${tasks - 1}`,
  "--export=NONE",
  // Killed with its node, it is started again by the scheduler where that does so; what it has saved is used.
  "--requeue",
  "--open-mode=append",
  `--output=${folder}/log.%a`,
  // A quarter of its time at most, as it may come a minute early. To the shell, which has become `exec-stage`: without B: a
  // process that is no step of srun gets nothing.
  `--signal=B:USR2@${asked.minutes === undefined ? graceSeconds : Math.min(graceSeconds, asked.minutes * 15)}`,
  "--kill-on-invalid-dep=yes",
  "--ntasks=1",
  ...option("cpus-per-task", asked.threads),
  ...option("mem", asked.memoryGB === undefined ? undefined : `${Math.ceil(asked.memoryGB * 1024)}M`),
  ...option("gres", asked.gpus === undefined ? undefined : `gpu:${asked.gpus}`),
  ...option("time", asked.minutes),
  ...option("partition", asked.partition),
  ...option("account", asked.account),
  ...option("qos", asked.qos),
  ...option("constraint", asked.constraint),
  ...option("exclude", avoid.length === 0 ? undefined : avoid.join(",")),
  ...(asked.options ?? [])
]

const option = (name: string, value: string | number | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : [`--${name}=${value}`]

/**
 * The script of a batch. The shell becomes the process that computes, so that it gets the signals. The task is the
 * script's argument, or else that of Slurm's array.
 */
export const script = ({ command, variables }: Submission, { prologue }: Pick<Profile, "prologue">): string =>
  [
    "#!/bin/bash",
    ...prologue,
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `exec ${command.map(quoted).join(" ")} "\${1:-\${SLURM_ARRAY_TASK_ID:-0}}"`,
    ""
  ].join("\n")

/** As one word of the shell, whatever is in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
