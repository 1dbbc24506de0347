/** `pipeline data list|check|import`: real datasets. Each has a file; this one chooses. */

import { print } from "../output.ts"
import { columns, type Command, type Commands, helpText, partCalled } from "../usage.ts"

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
  more: async () => {
    const texts = await Promise.all(Object.values(parts).map(async ({ load }) => helpText((await load()).command)))
    return texts.join("\n")
  },
  run: async ([name, ...rest]) => {
    if (name === undefined) {
      const summaries = Object.entries(parts).map(([name, { summary }]) => [`pipeline data ${name}`, summary])
      print(`${command.summary}\n\n${columns(summaries)}\n\nHelp on one: pipeline data check --help\n`)
      return 0
    }
    return (await partCalled(command, name)).run(rest)
  }
}
