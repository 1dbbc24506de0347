/** The queries that print the numbers behind a claim, for `pipeline sql`. */

import type { Rows } from "../claims/Claim.ts"
import type { JudgedPart } from "../claims/verdict.ts"
import { sqlList } from "../page/commands.ts"

/** Columns that are shown of each table. */
const COLUMNS: Readonly<Record<Rows["table"], ReadonlyArray<string>>> = {
  evaluations: ["metric", "k", "decoding", "slice", "value", "low", "high"],
  formatShares: ["step", "format", "share", "accuracy", "meanReward"],
  updates: ["step", "accuracy", "reward", "klCoefficient"],
  coverages: ["versus", "kept", "lost", "found", "neither"]
}

const WHOLE: ReadonlyArray<Rows> = [{ table: "evaluations", where: "slice = 'all' or slice like 'format=%'" }]

/** Formats are counted among the samples, and among greedy answers only where a policy was not sampled. */
const AS_COUNTED =
  "(decoding = 'sampled' or metric not in ('share', 'accuracy') or " +
  "not exists (from evaluations as other where other.node = evaluations.node and other.decoding = 'sampled'))"

/** One for each table that some part was computed from; `runs`: those of the report. None where no seed tells anything. */
export const queriesBehind = (parts: ReadonlyArray<JudgedPart>, runs: ReadonlyArray<string>): ReadonlyArray<string> => {
  const wanted = parts.flatMap(({ part }) => {
    const nodes = part.observations.flatMap((each) => each.nodes)
    return nodes.length === 0 ? [] : (part.rows ?? WHOLE).map(({ table, where }) => ({ table, where, nodes }))
  })
  return [...Map.groupBy(wanted, ({ table }) => table)].map(([table, of]) => {
    const nodes = [...new Set(of.flatMap((each) => each.nodes))]
    const conditions = [...new Set(of.map(({ where }) => where))].filter((where) => where !== "true")
    const all = of.some(({ where }) => where === "true")
    return [
      `select distinct label, node, ${COLUMNS[table].join(", ")} from ${table} join nodes using (run, node)`,
      `where run in (${sqlList(runs)}) and node in (${sqlList(nodes)})`,
      ...(table === "evaluations" ? [`and profile = 'corrected' and ${AS_COUNTED}`] : []),
      ...(all ? [] : [`and (${conditions.join(" or ")})`]),
      "order by all"
    ].join(" ")
  })
}
