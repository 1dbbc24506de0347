/** A batch of tasks as `sbatch` takes it: its options, and the script on its standard input. */

import type { Asked, Profile } from "./Profile.ts"

export interface Submission {
  /** The job's name, by which another driver finds it. */
  readonly name: string
  /** Folder of the batch: there have to be all paths before the job begins, or it ends without a word. */
  readonly folder: string
  readonly tasks: number
  readonly asked: Asked
  /** Nodes that are left out. */
  readonly avoid: ReadonlyArray<string>
  /** What `exec-stage` is called by: Node, and the module with its leading arguments. */
  readonly command: ReadonlyArray<string>
  /** Variables that jobs get: nothing else of the driver's environment goes to them. */
  readonly variables: Readonly<Record<string, string>>
}

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
  // To the shell, which has become `exec-stage`: without B: a process that is no step of srun gets nothing.
  `--signal=B:USR2@${graceSeconds}`,
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

/** The script of a batch. The shell becomes the process that computes, so that it gets the signals. */
export const script = ({ folder, command, variables }: Submission, { prologue }: Pick<Profile, "prologue">): string =>
  [
    "#!/bin/bash",
    ...prologue,
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `exec ${command.map(quoted).join(" ")} exec-stage ${quoted(`${folder}/batch.json`)} "\${SLURM_ARRAY_TASK_ID:-0}"`,
    ""
  ].join("\n")

/** As one word of the shell, whatever is in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
