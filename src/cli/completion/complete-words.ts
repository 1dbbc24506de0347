/**
 * `pipeline complete-words WORD...`, which the scripts of `pipeline completion` ask at each TAB: what can stand in place of the
 * last word, a line each, with what is said of it behind a tab. A first line `:file` or `:folder` says that these can stand there
 * too.
 */

import { visible } from "../../text/visible.ts"
import { printAsItIs } from "../output.ts"
import type { Commands } from "../usage.ts"
import { complete } from "./complete.ts"
import { withKept } from "./kept.ts"
import { sourcesOf } from "./things.ts"

/** What a shell takes as it is: a name out of a store says nothing to the shell that it is typed into. */
const PLAIN = /^[\p{L}\p{N}_.,:=@%+/-]+$/u

/** Prints the answer and returns the exit code. Nothing is said of what goes wrong: someone is typing. */
export const completeWords = async (words: ReadonlyArray<string>, commands: () => Promise<Commands>): Promise<number> => {
  try {
    const { candidates, paths } = await withKept((kept) => complete(words.map(unquoted), sourcesOf(commands, kept)))
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
