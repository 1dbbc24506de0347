/**
 * Shares of a policy's output that a method gives to each source, and how often the method is wrong where the truth is known: the
 * means over repetitions, with what each of them says.
 */

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
  /** The corrected share and that of the training tokens in each repetition, by the name of its seed. */
  readonly seeds: ReadonlyMap<string, { readonly corrected: number; readonly trained: number }>
}

/** Which part of the held-out documents of a source a method gives to another, or rightly to it. */
export interface ConfusionShare {
  readonly method: string
  readonly actual: string
  readonly predicted: string
  readonly share: Estimate
  readonly seeds: ReadonlyMap<string, number>
}

type Repeated = readonly [artifact: string, seed: string]

/** From the attribution artifacts of one cell, a row a method and source, in the order they were written. */
export const readAttribution = Effect.fnUntraced(function* (repetitions: ReadonlyArray<Repeated>) {
  const tables = yield* Effect.forEach(repetitions, ([artifact]) => openArtifactTable(Attribution, "sourceShares", artifact))
  const rows = tables.flatMap((table, i) => [...table].map((row) => ({ ...row, seed: repetitions[i]![1] })))
  return [...Map.groupBy(rows, ({ method, source }) => JSON.stringify([method, source])).values()].map((same): Attributed => ({
    method: same[0]!.method,
    source: same[0]!.source,
    observed: meanOf(same.map(({ observed }) => observed)),
    corrected: meanOf(same.map(({ corrected }) => corrected)),
    trained: meanOf(same.map(({ trained }) => trained)).value,
    seeds: new Map(same.map(({ seed, corrected, trained }) => [seed, { corrected, trained }]))
  }))
})

/** From the attribution artifacts of one cell, a row a method, a true source and a source named. */
export const readConfusion = Effect.fnUntraced(function* (repetitions: ReadonlyArray<Repeated>) {
  const tables = yield* Effect.forEach(repetitions, ([artifact]) => openArtifactTable(Attribution, "confusion", artifact))
  const rows = tables.flatMap((table, i) => [...table].map((row) => ({ ...row, seed: repetitions[i]![1] })))
  return [...Map.groupBy(rows, ({ method, actual, predicted }) => JSON.stringify([method, actual, predicted])).values()].map(
    (same): ConfusionShare => ({
      method: same[0]!.method,
      actual: same[0]!.actual,
      predicted: same[0]!.predicted,
      share: meanOf(same.map(({ share }) => share)),
      seeds: new Map(same.map(({ seed, share }) => [seed, share]))
    })
  )
})
