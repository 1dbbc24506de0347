/** `pipeline data list|check|import`: real datasets. Each has a file; this one chooses. */

import { didYouMean } from "../../text/near.ts"
import { print } from "../output.ts"
import { columns, type Command, type Commands, helpText, UsageError } from "../usage.ts"

const parts: Commands = {
  list: { summary: "which datasets are on this machine, and how to get the others", load: () => import("./data-list.ts") },
  check: { summary: "whether their files hold what they should", load: () => import("./data-check.ts") },
  import: { summary: "bring one in, from files or the network", load: () => import("./data-import.ts") }
}

export const command: Command = {
  name: "data",
  summary: "Real datasets: what is on this machine, what is in it, and how to get what is missing.",
  usage: "pipeline data list|check|import [DATASET:SPLIT ...]",
  flags: {},
  parts,
  more: async (args) => {
    const named = Object.keys(parts).filter((name) => args.includes(name))
    const texts = await Promise.all(
      (named.length > 0 ? named : Object.keys(parts)).map(async (name) => helpText((await parts[name]!.load()).command))
    )
    return texts.join("\n")
  },
  run: async ([name, ...rest]) => {
    if (name === undefined) {
      const summaries = Object.entries(parts).map(([name, { summary }]) => [`pipeline data ${name}`, summary])
      print(`${command.summary}\n\n${columns(summaries)}\n\nHelp on one: pipeline data check --help\n`)
      return 0
    }
    if (!Object.hasOwn(parts, name)) {
      const known = Object.keys(parts)
      throw new UsageError({
        problem: `pipeline data has no command "${name}".${didYouMean(name, known)} It has ${known.join(", ")}.`
      })
    }
    return (await parts[name]!.load()).command.run(rest)
  }
}
