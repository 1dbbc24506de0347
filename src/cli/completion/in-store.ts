/** Runs and nodes of the store that the words of a command line name, or that every command takes. */

import { parseArgs } from "node:util"

import { listRuns, readRun } from "../../store/objects/Runs.ts"
import { storeRoot } from "../store-folder.ts"
import type { Candidate } from "./complete.ts"

/** Nobody reads through more than this, and logs of old runs are not opened for it. */
const MOST_NODES = 500

const storeAmong = (args: ReadonlyArray<string>): string => {
  const { values } = parseArgs({ args: [...args], options: { store: { type: "string" } }, strict: false })
  const named = typeof values["store"] === "string" && values["store"] !== "" ? values["store"] : undefined
  return storeRoot({ positionals: [], text: () => named, texts: () => [], is: () => false })
}

/** The newest first. */
export const runsAmong = (args: ReadonlyArray<string>): ReadonlyArray<string> => listRuns(storeAmong(args)).toReversed()

/** Nodes of runs, those of the newest first. */
export const nodesAmong = (args: ReadonlyArray<string>): ReadonlyArray<Candidate> => {
  const root = storeAmong(args)
  const found = new Map<string, string>()
  for (const run of listRuns(root).toReversed()) {
    for (const event of readRun(root, run).events)
      if (event.event === "node-planned" && !found.has(event.node)) found.set(event.node, `${event.label}, ${run}`)
    if (found.size >= MOST_NODES) break
  }
  return [...found].map(([word, about]) => ({ word, about }))
}
