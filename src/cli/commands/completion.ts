/** `pipeline completion bash|zsh|fish`: the script by which a shell completes this command line; and what it asks at each TAB. */

import * as fs from "node:fs"
import * as path from "node:path"

import { REPOSITORY } from "../../dag/repository.ts"
import { didYouMean } from "../../text/near.ts"
import { visible } from "../../text/visible.ts"
import { complete } from "../completion/complete.ts"
import { sourcesOf } from "../completion/things.ts"
import { print, printAsItIs } from "../output.ts"
import { type Command, type Commands, parse, UsageError } from "../usage.ts"

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
    const script = fs.readFileSync(path.join(REPOSITORY, "src/cli/completion", `pipeline.${shell}`), "utf8")
    // The Node that runs this is asked directly: the launcher would look for it anew at each TAB.
    print(
      script
        .replaceAll("@NODE@", quoted(process.execPath))
        .replaceAll("@LAUNCHER@", quoted(path.join(REPOSITORY, "bin/pipeline.mjs")))
    )
    return 0
  }
}

/** One word in each of the three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** What a shell takes as it is: a name out of a store says nothing to the shell that it is typed into. */
const PLAIN = /^[\p{L}\p{N}_.,:=@%+/-]+$/u

/**
 * `pipeline complete-words WORD...`: what can stand in place of the last word, a line each, with what is said of it behind a tab.
 * A first line `:file` or `:folder` says that these can stand there too. Nothing is said of what goes wrong: someone is typing.
 */
export const completeWords = async (words: ReadonlyArray<string>, commands: Commands): Promise<number> => {
  try {
    const { candidates, paths } = await complete(words.map(unquoted), sourcesOf(commands))
    const lines = candidates
      .filter(({ word }) => PLAIN.test(word))
      .map(({ word, about }) => (about === "" ? word : `${word}\t${visible(about)}`))
    printAsItIs([...(paths === null ? [] : [`:${paths}`]), ...lines].map((line) => `${line}\n`).join(""))
    return 0
  } catch {
    return 1
  }
}

/** A word as the shell will understand it, as far as it is typed. */
const unquoted = (word: string): string => word.replaceAll(/['"]/g, "").replaceAll(/\\(.)/g, "$1")
