/** What `pipeline run` says at its end of nodes that failed: why, where in the code, where to look, how to go on. */

import { COMMAND } from "../../dag/repository.ts"
import type { NodeFailed } from "../../dag/running/NodeFailed.ts"
import { duration } from "../../text/duration.ts"
import { shellWord } from "./text-table.ts"

/** The command line that goes on with a run, as a shell takes it: what is done comes from the store. */
export const runAgain = (args: ReadonlyArray<string>): string => `${COMMAND} run ${args.map(shellWord).join(" ")}`

/**
 * A paragraph for each problem, nodes of the same one together, and the way on. `store`: the folder that was named, if one was.
 */
export const failureText = (
  failures: ReadonlyArray<NodeFailed>,
  run: { readonly args: ReadonlyArray<string>; readonly store: string | undefined; readonly seconds: number }
): string => {
  const paragraphs = [...Map.groupBy(failures, ({ problem }) => problem).values()].map((alike) => {
    const [{ node, problem, at }] = alike as [NodeFailed, ...Array<NodeFailed>]
    const logs = alike.flatMap(({ log }) => log ?? [])
    const store = run.store === undefined ? "" : ` --store ${shellWord(run.store)}`
    return [
      `${alike.map((failure) => failure.node).join(", ")}: ${problem}`,
      ...at.map((place) => `    at ${place}`),
      ...(logs.length === 0 ? [] : [`${logs.length === 1 ? "Its log" : "Logs"}: ${logs.join("\n      ")}`]),
      `Its inputs and parameters${logs.length === 0 ? "" : ", and the end of the log"}: ` +
        `${COMMAND} show ${shellWord(node)}${store}`
    ].join("\n")
  })
  const way = `What was done in these ${duration(run.seconds)} is kept. To go on once that is mended: ${runAgain(run.args)}`
  return [...paragraphs, way].map((paragraph) => `\n${paragraph}\n`).join("")
}
