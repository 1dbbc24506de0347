/**
 * What nodes took, as the logs of runs tell it. A record knows the stretch in which its result was finished; a node that was
 * stopped and went on took the stretches before as well, and each process some time to start.
 */

import { listRuns, readRun } from "../../store/objects/Runs.ts"

/** What a key's result took over all runs; `stopped`: in several stretches, of which its record knows the last. */
export interface Spent {
  readonly seconds: number
  readonly stopped: boolean
}

/** By key of the nodes that were computed, over all runs of a store. */
export const spentIn = (root: string): ReadonlyMap<string, Spent> => {
  const before = new Map<string, number>()
  const spent = new Map<string, Spent>()
  for (const run of listRuns(root)) {
    const started = new Map<string, { readonly key: string; readonly at: number }>()
    for (const event of readRun(root, run).events)
      if (event.event === "node-started") started.set(event.node, { key: event.key, at: Date.parse(event.time) })
      else if (event.event === "node-stopped") {
        const begun = started.get(event.node)
        if (begun === undefined) continue
        before.set(begun.key, (before.get(begun.key) ?? 0) + Math.max(0, Date.parse(event.time) - begun.at) / 1000)
      } else if (event.event === "node-finished" && !event.cached) {
        const earlier = before.get(event.key)
        // Computed anew after its result was lost: the last time counts.
        before.delete(event.key)
        spent.set(event.key, { seconds: event.seconds + (earlier ?? 0), stopped: earlier !== undefined })
      }
  }
  return spent
}
