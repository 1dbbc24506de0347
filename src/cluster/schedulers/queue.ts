/** What `squeue` lists, task by task. Text of few columns: the shape of its JSON changes between releases of Slurm. */

import type { Listed } from "../decide.ts"

/** Of every task: job and task, state, why it waits, the job's name, where it is. */
export const QUEUE_FORMAT = "%i|%T|%r|%j|%N"

export interface QueueLine {
  /** Id of the job or of the whole array. */
  readonly job: string
  /** Index in its array; 0 of a job that is none. */
  readonly task: number
  readonly name: string
  readonly listed: Extract<Listed, { readonly at: "listed" }>
}

/** The lines that can be read; others are none of ours. A range of pending tasks (`12_[0-3,7%2]`) is one line for each. */
export const parseQueue = (text: string): ReadonlyArray<QueueLine> =>
  text.split("\n").flatMap((line) => {
    const [id = "", state = "", reason = "", name = "", node = ""] = line.split("|")
    const [, job, single, range] = /^(\d+)(?:_(?:(\d+)|\[([^\]]*)\]))?$/.exec(id.trim()) ?? []
    if (job === undefined || state === "") return []
    const listed = { at: "listed", state: state.trim(), reason: reason.trim(), node: node.trim() } as const
    const tasks = range === undefined ? [Number(single ?? 0)] : tasksIn(range)
    return tasks.map((task) => ({ job, task, name: name.trim(), listed }))
  })

/** `0-3,7,9-15:2%4`: the indices, without how many may run at once. */
const tasksIn = (range: string): ReadonlyArray<number> =>
  range
    .replace(/%\d+$/, "")
    .split(",")
    .flatMap((part) => {
      const [, from, to, step] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? []
      if (from === undefined) return []
      const indices: Array<number> = []
      for (let index = Number(from); index <= Number(to ?? from); index += Math.max(1, Number(step ?? 1))) indices.push(index)
      return indices
    })

/** The name of a batch's job, by which any driver finds it. */
export const jobName = (token: string): string => `echo-${token}`
