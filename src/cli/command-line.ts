/** `pipeline <command>`: finds the command, runs it, and turns what went wrong into one paragraph and an exit code. */

import { isBadInput } from "../text/is-bad-input.ts"
import { didYouMean } from "../text/near.ts"
import { systemProblem } from "../text/system-problem.ts"
import { print, say } from "./output.ts"
import { type Commands, helpText, ledTo, UsageError } from "./usage.ts"

/**
 * All commands. Help, completion and docs/cli.md follow from them.
 *
 * @public Tests hold the pages to them.
 */
export const commands: Commands = {
  list: { summary: "studies, stages and model sizes", load: () => import("./commands/list.ts") },
  new: { summary: "write a first study of one's own, to change", load: () => import("./commands/new.ts") },
  run: { summary: "run a study, reusing every cached artifact", load: () => import("./commands/run.ts") },
  plan: { summary: "what a run would do, and why", load: () => import("./commands/plan.ts") },
  status: { summary: "recent runs and what became of their nodes", load: () => import("./commands/status.ts") },
  show: { summary: "one node, action or artifact in full", load: () => import("./commands/show.ts") },
  trace: { summary: "where one completion comes from", load: () => import("./commands/trace.ts") },
  sample: { summary: "ask a model a question, or talk to it", load: () => import("./commands/sample.ts") },
  sql: { summary: "ask anything of all runs in SQL", load: () => import("./commands/sql.ts") },
  grade: { summary: "grade completions of any model, line by line", load: () => import("./commands/grade.ts") },
  ui: { summary: "a page over the store, in the browser", load: () => import("./commands/ui.ts") },
  report: { summary: "write a study's report: one HTML file", load: () => import("./commands/report.ts") },
  verify: { summary: "check every artifact against its digest", load: () => import("./commands/verify.ts") },
  gc: { summary: "remove what no run needs", load: () => import("./commands/gc.ts") },
  push: { summary: "copy what runs need into another store, a bucket say", load: () => import("./commands/push.ts") },
  pull: { summary: "copy what runs need out of another store", load: () => import("./commands/pull.ts") },
  data: { summary: "real datasets: what is here, what is in it, how to get it", load: () => import("./commands/data.ts") },
  export: { summary: "write a run's tables for Python, R and others", load: () => import("./commands/export.ts") },
  "export-metrics": {
    summary: "write curves as event files of TensorBoard",
    load: () => import("./commands/export-metrics.ts")
  },
  "export-model": {
    summary: "write a model as a folder that Hugging Face's libraries open",
    load: () => import("./commands/export-model.ts")
  },
  "import-model": {
    summary: "bring in a model of OLMo 1 from such a folder",
    load: () => import("./commands/import-model.ts")
  },
  doctor: { summary: "what this machine offers, and what is missing", load: () => import("./commands/doctor.ts") },
  completion: {
    summary: "the script by which bash, zsh or fish completes all this",
    load: () => import("./commands/completion.ts")
  },
  help: { summary: "help on a command or a topic", load: async () => ({ command: await helpCommand() }) }
}

const helpCommand = async () => (await import("./commands/help.ts")).commandOver(commands)

const dispatch = async (args: ReadonlyArray<string>): Promise<number> => {
  const [name, ...rest] = args
  if (name === "exec-stage") return (await import("./commands/exec-stage.ts")).execStage(rest)
  if (name === undefined || name === "--help" || name === "-h") return (await helpCommand()).run([])
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (entry === undefined)
    throw new UsageError({
      problem: `There is no command "${name}".${didYouMean(name, Object.keys(commands))} See pipeline --help.`
    })
  const { command } = await entry.load()
  if (rest.includes("--help") || rest.includes("-h")) {
    const asked = await ledTo(command, rest)
    print(helpText(asked.command, (await asked.command.more?.(asked.rest)) ?? ""))
    return 0
  }
  return command.run(rest)
}

const report = (error: unknown): number => {
  const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""
  const message = error instanceof Error ? error.message : String(error)
  const broke = () => `Something broke that should not have: ${error instanceof Error ? (error.stack ?? message) : message}`
  say(tag === "" ? (systemProblem(error) ?? broke()) : message)
  return isBadInput(error) ? 2 : 1
}

/**
 * Runs one command line and returns its exit code: 0, 1 when something failed, 2 when what was given is
 * wrong, 130 when interrupted.
 */
export const commandLine = (args: ReadonlyArray<string>): Promise<number> => dispatch(args).catch(report)
