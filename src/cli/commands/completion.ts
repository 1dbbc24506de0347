/** `pipeline completion bash|zsh|fish`: the script by which a shell completes this command line. */

import * as fs from "node:fs"
import * as path from "node:path"

import { PACKAGE } from "../../dag/repository.ts"
import { didYouMean } from "../../text/near.ts"
import { print } from "../output.ts"
import { type Command, parse, UsageError } from "../usage.ts"

const SHELLS = ["bash", "zsh", "fish"]

export const command: Command = {
  name: "completion",
  summary: "The script by which a shell completes commands, flags and their values, studies, runs, nodes and settings.",
  usage: "pipeline completion bash|zsh|fish      how to switch it on: pipeline help completing",
  flags: {},
  run: async (args) => {
    const [shell = ""] = parse("completion", {}, args, { min: 1, max: 1, words: `a shell: ${SHELLS.join(", ")}` }).positionals
    if (!SHELLS.includes(shell))
      throw new UsageError({
        problem: `There is no completion for "${shell}".${didYouMean(shell, SHELLS)} Shells: ${SHELLS.join(", ")}.`
      })
    const script = fs.readFileSync(path.join(PACKAGE, "src/cli/completion", `pipeline.${shell}`), "utf8")
    // The Node that runs this is asked directly: the launcher would look for it anew at each TAB.
    print(
      script
        .replaceAll("@NODE@", quoted(process.execPath))
        .replaceAll("@LAUNCHER@", quoted(path.join(PACKAGE, "bin/pipeline.mjs")))
    )
    return 0
  }
}

/** One word in each of the three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
