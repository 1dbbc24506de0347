/** A figure for each claim: every part of it, seed by seed, beside what was asked for. */

import type { Part, Test } from "../claims/Claim.ts"
import type { JudgedClaim, JudgedPart } from "../claims/verdict.ts"
import { anchorsOf, heldWithin, seenWords } from "../claims/words.ts"
import type { Axis } from "../draw/axis.ts"
import type { Figure } from "../draw/Figure.ts"
import { MEAN } from "../draw/frame.ts"
import { CLAIM_LEGEND } from "../draw/legend.ts"
import { forestChart, type ForestPoint } from "../draw/row-charts.ts"

/** In the order of the scoreboard. */
export const claimFigures = (judged: ReadonlyArray<JudgedClaim>): ReadonlyArray<Figure> => judged.map(figureOf)

const figureOf = ({ claim, verdict, parts, controls, told, why }: JudgedClaim): Figure => {
  const all = [...parts, ...controls, ...told]
  // A part that no seed tells anything of has its place too: it may be the one that decides.
  const shown = all.some(({ n }) => n > 0) ? all : []
  const from = claim.study === undefined ? "" : ` (${claim.study})`
  return {
    id: anchorsOf(claim).figure,
    title: `${claim.id}${from}: ${verdict}. ${claim.statement}`,
    caption: claim.criterion,
    legend: CLAIM_LEGEND,
    panels: shown.map((each) => ({
      title: titleOf(each),
      spec: forestChart(pointsOf(each), marginsOf(each.part.test), axisOf(each.part), shownOf(each))
    })),
    missing: why() === "" ? "No seed tells." : why(),
    nodes: nodesBehind(all),
    claim: claim.id
  }
}

const nodesBehind = (parts: ReadonlyArray<JudgedPart>): ReadonlyArray<string> => [
  ...new Set(parts.flatMap(({ part }) => part.observations.flatMap(({ nodes }) => nodes)))
]

const titleOf = (judged: JudgedPart): string => {
  const { measure, role } = judged.part
  const told = role === "told" ? " (told, not judged)" : ""
  return `${measure}${told}: ${judged.n === 0 ? "no seed says anything to it" : seenWords(judged)}`
}

const pointsOf = ({ part, n, estimate, low, high }: JudgedPart): ReadonlyArray<ForestPoint> => [
  ...part.observations.map(({ seed, value }): ForestPoint => ({
    seed: String(seed),
    role: "seed",
    value,
    low: null,
    high: null
  })),
  ...(n === 0
    ? []
    : [
        {
          seed: MEAN,
          role: "mean" as const,
          value: estimate,
          ...known(heldWithin(low, part.unit), heldWithin(high, part.unit))
        }
      ])
]

const known = (low: number, high: number) => (Number.isNaN(low) || Number.isNaN(high) ? { low: null, high: null } : { low, high })

const marginsOf = (test: Test): ReadonlyArray<number> => {
  switch (test.kind) {
    case "above":
    case "below":
      return [test.margin]
    case "within":
      return [-test.margin, test.margin]
    case "most":
      return [test.chance]
    case "count":
      return [test.least]
  }
}

/** Shares of seeds are seen among all of them; without a seed, the margin among all that there could be. */
const shownOf = ({ part: { unit }, n }: JudgedPart): ReadonlyArray<number> =>
  unit === "seeds" || (n === 0 && unit === "percent") ? [0, 1] : n === 0 ? [-1, 1] : []

const axisOf = ({ unit }: Part): Axis => {
  switch (unit) {
    case "percent":
      return { title: "percent", format: "~%" }
    case "points":
      return { title: "percentage points", points: true }
    case "nats":
      return { title: "nats", format: "+~r" }
    case "seeds":
      return { title: "no (0 %), yes (100 %)", format: "~%" }
  }
}
