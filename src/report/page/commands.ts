/** Commands of this tool in a report or at the end of a run, whole: copied into a shell, they find the run's store. */

import { COMMAND } from "../../dag/repository.ts"
import { type RunRecord, runsOf } from "../data/RunRecord.ts"

/** What a command is to go on with: the run, or several. */
type Of = Pick<RunRecord, "command" | "parts">

/** `pnpm pipeline show rl-1234 --store DIR`, each word quoted where a shell would take it apart. */
export const pipelineCommand = (of: Of, ...words: ReadonlyArray<string>): string =>
  `${COMMAND} ${words.map(shellWord).join(" ")}${storeFlag(of)}`

/** A query as a command. */
export const sqlCommand = (of: Of, query: string): string =>
  `${COMMAND} sql "${query.replaceAll(/["$`\\]/g, "\\$&")}"${storeFlag(of)}`

/** The run again, as it was asked for. */
export const runCommand = ({ command }: Pick<RunRecord, "command">): string =>
  `${COMMAND} run ${command.map(shellWord).join(" ")}`

/** Ids in an SQL list. */
export const sqlList = (texts: ReadonlyArray<string>): string => texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(", ")

/** The store is named where the run was made with one that it names. */
const storeFlag = (of: Of): string => {
  const [store] = runsOf(of).flatMap(({ command }) => storeIn(command) ?? [])
  return store === undefined ? "" : ` --store ${shellWord(store)}`
}

const storeIn = (command: ReadonlyArray<string>): string | null => {
  const at = command.findLastIndex((word) => word === "--store" || word.startsWith("--store="))
  if (at < 0) return null
  const word = command[at]!
  return word === "--store" ? (command[at + 1] ?? null) : word.slice("--store=".length)
}

const shellWord = (word: string): string => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
