/** Shares of a policy's output that a method gives to each source, the mean over repetitions. */

import * as Effect from "effect/Effect"

import { Attribution } from "../../../schemas/attribution.ts"
import { openArtifactTable } from "../../dag/foresight/artifact-table.ts"
import { type Estimate, meanOf } from "./policy-estimates.ts"

export interface Attributed {
  readonly method: string
  readonly source: string
  readonly observed: Estimate
  readonly corrected: Estimate
  /** Share of the training tokens. */
  readonly trained: number
}

/** From the attribution artifacts of one cell, a row a method and source, in the order they were written. */
export const readAttribution = Effect.fnUntraced(function* (artifacts: ReadonlyArray<string>) {
  const tables = yield* Effect.forEach(artifacts, (artifact) => openArtifactTable(Attribution, "sourceShares", artifact))
  const rows = tables.flatMap((table) => [...table])
  return [...Map.groupBy(rows, ({ method, source }) => JSON.stringify([method, source])).values()].map((same): Attributed => ({
    method: same[0]!.method,
    source: same[0]!.source,
    observed: meanOf(same.map(({ observed }) => observed)),
    corrected: meanOf(same.map(({ corrected }) => corrected)),
    trained: same[0]!.trained
  }))
})
