/** `pipeline data list|check|import`: real datasets. Each has a file; this one chooses. */

import { didYouMean } from "../../text/near.ts"
import { print } from "../output.ts"
import { columns, type Command, helpText, UsageError } from "../usage.ts"

const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  list: () => import("./data-list.ts"),
  check: () => import("./data-check.ts"),
  import: () => import("./data-import.ts")
}

export const command: Command = {
  name: "data",
  summary: "Real datasets: what is on this machine, what is in it, and how to get what is missing.",
  usage: "pipeline data list|check|import [DATASET:SPLIT ...]",
  flags: {},
  more: async (args) => {
    const named = Object.keys(commands).filter((name) => args.includes(name))
    const texts = await Promise.all(
      (named.length > 0 ? named : Object.keys(commands)).map(async (name) => helpText((await commands[name]!()).command))
    )
    return texts.join("\n")
  },
  run: async ([name, ...rest]) => {
    if (name === undefined) {
      const summaries = await Promise.all(
        Object.entries(commands).map(async ([name, load]) => [`pipeline data ${name}`, (await load()).command.summary])
      )
      print(`${command.summary}\n\n${columns(summaries)}\n\nHelp on one: pipeline data check --help\n`)
      return 0
    }
    if (!Object.hasOwn(commands, name)) {
      const known = Object.keys(commands)
      throw new UsageError({
        problem: `pipeline data has no command "${name}".${didYouMean(name, known)} It has ${known.join(", ")}.`
      })
    }
    return (await commands[name]!()).command.run(rest)
  }
}
