/**
 * Verdicts: supported, refuted, inconclusive, not applicable.
 *
 * Each part of a claim has two p-values, one for "it is as claimed" and one for "it is not". All parts must be shown, so the
 * claim's p for is the largest (an intersection-union test); one part is enough to refute it, so its p against is the smallest
 * times the number of parts (Bonferroni). The smaller of the two, doubled, is the claim's p; over all the claims of a scoreboard
 * these are held against Holm's levels, so that the chance of any verdict that is wrong stays below one in twenty.
 *
 * The standard error of a mean over seeds is that of the spread between seeds, or what the seeds' own problems leave where that
 * is larger: three seeds that happen to agree are not certain. Where both are 0, seeds count as n of n.
 */

import { ownFrames } from "../../dag/own-frames.ts"
import { exactShare, lowerTail, upperTail } from "../../evaluation/statistics/binomial.ts"
import { holm } from "../../evaluation/statistics/holm.ts"
import { pAbove, pBelow, seedsNeeded } from "../../evaluation/statistics/mean-tests.ts"
import { studentQuantile } from "../../evaluation/statistics/special-functions.ts"
import { maximumOf, minimumOf } from "../../lists/large.ts"
import type { StudyData } from "../data/study-data.ts"
import { meanOf } from "./averages.ts"
import type { Claim, Evidence, Part, Test } from "./Claim.ts"

export type Verdict = "supported" | "refuted" | "inconclusive" | "not applicable"

/** Chance of a wrong verdict that a scoreboard may have. */
const LEVEL = 0.05
/** Chance of missing an effect that the number of seeds needed leaves. */
const MISSED = 0.2

/** A part with its numbers over seeds. */
export interface JudgedPart {
  readonly part: Part
  readonly n: number
  /** Mean of the effect, or the share of the seeds in which it happened; NaN of none. */
  readonly estimate: number
  /** 95 % interval, Student's or Clopper and Pearson's; NaN where there is none. */
  readonly low: number
  readonly high: number
  readonly pFor: number
  readonly pAgainst: number
  /** Whether the seeds' own problems leave more than the seeds differ by: then more problems help too. */
  readonly problemsDominate: boolean
  /** Seeds that would settle it at this level in four of five studies, if the truth is what was seen; null: a thousand do not. */
  readonly needed: (level: number) => number | null
}

/** A part by itself. @internal Tests look at single parts. */
export const judgePart = (part: Part): JudgedPart =>
  part.test.kind === "most" || part.test.kind === "count" ? judgeCount(part, part.test) : judgeMean(part, part.test)

const judgeMean = (part: Part, test: Extract<Test, { readonly margin: number }>): JudgedPart => {
  const { observations } = part
  const n = observations.length
  const mean = meanOf(observations.map(({ value }) => value))
  const between = n < 2 ? 0 : Math.sqrt(observations.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (n - 1))
  const within = Math.sqrt(meanOf(observations.map(({ error }) => error ** 2)))
  const deviation = Math.max(between, within)
  const seen = { n, mean, standardError: deviation / Math.sqrt(n) }
  const half = n < 2 ? Number.NaN : studentQuantile(0.975, n - 1) * seen.standardError
  const range = rangeOf(test)
  const agreeing = deviation < 1e-12
  // Seeds that agree exactly show no spread: they count as n of n, as tosses of a coin would.
  const certain = agreeing ? 0.5 ** n : 0
  const pFor = Math.max(certain, pAbove(seen, range.low), pBelow(seen, range.high))
  const pAgainst = Math.max(certain, Math.min(pBelow(seen, range.low), pAbove(seen, range.high)))
  const outside = mean <= range.low ? { low: -Infinity, high: range.low } : { low: range.high, high: Infinity }
  const holds = mean > range.low && mean < range.high
  return {
    part,
    n,
    estimate: mean,
    low: mean - half,
    high: mean + half,
    pFor,
    pAgainst,
    problemsDominate: within > between,
    needed: (level) =>
      n < 2
        ? null
        : agreeing
          ? countsNeeded(1, 0.5, level)
          : seedsNeeded(mean, deviation, holds ? range : outside, level, 1 - MISSED)
  }
}

const rangeOf = ({ kind, margin }: Extract<Test, { readonly margin: number }>) => ({
  low: kind === "above" ? margin : kind === "within" ? -margin : -Infinity,
  high: kind === "below" ? margin : kind === "within" ? margin : Infinity
})

const judgeCount = (part: Part, test: Extract<Test, { readonly kind: "most" | "count" }>): JudgedPart => {
  const n = part.observations.length
  const k = part.observations.filter(({ value }) => value > 0.5).length
  const share = n === 0 ? Number.NaN : k / n
  const { low, high } = n === 0 ? { low: Number.NaN, high: Number.NaN } : exactShare(k, n)
  const [pFor, pAgainst] =
    n === 0
      ? [1, 1]
      : test.kind === "count"
        ? [share >= test.least ? 0 : 1, 1]
        : [upperTail(k, n, test.chance), lowerTail(k, n, test.chance)]
  return {
    part,
    n,
    estimate: share,
    low,
    high,
    pFor,
    pAgainst,
    problemsDominate: false,
    needed: (level) => (test.kind === "count" ? n : n === 0 ? null : countsNeeded(share, test.chance, level))
  }
}

/** Beyond that nobody repeats a study. */
const MOST_SEEDS = 1000

/** Fewest seeds with which a share would be told from chance, by the exact test, with the power that seedsNeeded asks for. */
const countsNeeded = (share: number, chance: number, level: number): number | null => {
  if (share === chance) return null
  // Looked at from the other side, a share below chance is one above it.
  const [high, low] = share > chance ? [share, chance] : [1 - share, 1 - chance]
  for (let n = 1; n <= MOST_SEEDS; n++) {
    let least = Math.ceil(n * low)
    while (least <= n && upperTail(least, n, low) > level) least++
    if (least <= n && upperTail(least, n, high) >= 1 - MISSED) return n
  }
  return null
}

/** A claim with its verdict in a scoreboard. */
export interface JudgedClaim {
  readonly claim: Claim
  readonly verdict: Verdict
  /**
   * Why it is not more than that, or not at all: a sentence; empty for a verdict that speaks for itself. Asked for, because the
   * seeds that would settle a claim take longer to find than its verdict.
   */
  readonly why: () => string
  readonly parts: ReadonlyArray<JudgedPart>
  readonly controls: ReadonlyArray<JudgedPart>
  /** What is shown beside it. */
  readonly told: ReadonlyArray<JudgedPart>
  /** Two-sided, before Holm; NaN where there is none. */
  readonly p: number
  /** What Holm compared it with. */
  readonly level: number
}

interface Weighed {
  readonly claim: Claim
  readonly parts: ReadonlyArray<JudgedPart>
  readonly controls: ReadonlyArray<JudgedPart>
  readonly told: ReadonlyArray<JudgedPart>
  readonly pFor: number
  readonly pAgainst: number
  /** A verdict that no p-value decides. */
  readonly settled: { readonly verdict: Verdict; readonly why: string } | null
}

/** The claims of one scoreboard, in their order, Holm's procedure over those that can be judged. */
export const judge = (
  claims: ReadonlyArray<Claim>,
  data: StudyData | ((claim: Claim) => StudyData)
): ReadonlyArray<JudgedClaim> => {
  const weighed = claims.map((claim) => weigh(claim, typeof data === "function" ? data(claim) : data))
  const open = weighed.filter(({ settled }) => settled === null)
  const steps = new Map(holm(open.map(pOf), LEVEL).map((step, i) => [open[i]!, step]))
  return weighed.map((each): JudgedClaim => {
    const { claim, parts, controls, told, settled } = each
    const step = steps.get(each)
    if (settled !== null || step === undefined) {
      const { verdict, why } = settled ?? { verdict: "inconclusive", why: "" }
      return { claim, parts, controls, told, p: Number.NaN, level: Number.NaN, verdict, why: () => why }
    }
    const p = pOf(each)
    const shared = { claim, parts, controls, told, p, level: step.level }
    if (!step.rejected) return { ...shared, verdict: "inconclusive", why: () => whatWouldSettle(each, step.level) }
    if (each.pAgainst < each.pFor) return { ...shared, verdict: "refuted", why: nothing }
    const same = controls.find(({ pFor }) => pFor <= step.level / 2)
    return same === undefined
      ? { ...shared, verdict: "supported", why: nothing }
      : { ...shared, verdict: "inconclusive", why: () => `Its control shows the same: ${same.part.measure}.` }
  })
}

const nothing = () => ""

const pOf = ({ pFor, pAgainst }: Weighed): number => Math.min(1, 2 * Math.min(pFor, pAgainst))

const weigh = (claim: Claim, data: StudyData): Weighed => {
  const silent = { claim, parts: [], controls: [], told: [], pFor: 1, pAgainst: 1 }
  const evidence = evidenceOf(claim, data)
  if ("failed" in evidence)
    return { ...silent, settled: { verdict: "inconclusive", why: `The claim's own code failed: ${evidence.failed}` } }
  if ("notApplicable" in evidence) return { ...silent, settled: { verdict: "not applicable", why: evidence.notApplicable } }
  const judged = evidence.parts.map(judgePart)
  const controls = judged.filter(({ part }) => part.role === "control")
  const parts = judged.filter(({ part }) => part.role === undefined)
  const told = judged.filter(({ part }) => part.role === "told")
  const tested = parts.filter(({ part }) => part.test.kind !== "count")
  const pFor = maximumOf(parts.map((part) => part.pFor))
  const pAgainst = Math.min(1, minimumOf(tested.map((part) => part.pAgainst)) * tested.length)
  const weighed = { claim, parts, controls, told, pFor, pAgainst }
  const inconclusive = (why: string) => ({ ...weighed, settled: { verdict: "inconclusive", why } as const })
  if (parts.length === 0 || parts.some(({ n, part }) => n + (part.tied ?? 0) === 0)) return inconclusive(`Needs ${claim.needs}.`)
  const fewest = minimumOf(parts.map(({ n, part }) => n + (part.tied ?? 0)))
  if (fewest < claim.seeds)
    return inconclusive(
      `It is to be judged with at least ${claim.seeds} seeds; ${fewest === 1 ? "one tells" : `${fewest} tell`} something here.`
    )
  return { ...weighed, settled: null }
}

/** What a claim finds. One that throws says so in its own place; the rest of the report stands. */
const evidenceOf = (claim: Claim, data: StudyData): Evidence | { readonly failed: string } => {
  try {
    return claim.evidence(data)
  } catch (cause) {
    const [place] = ownFrames(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    return { failed: place === undefined ? message : `${message} (${place})` }
  }
}

/** How many seeds, or what else, would settle a claim that is open. */
const whatWouldSettle = ({ parts, pFor, pAgainst }: Weighed, level: number): string => {
  // As claimed, if anything: then all parts must be shown. Else the one that speaks against it most.
  const counting =
    pFor <= pAgainst ? parts : parts.filter((part) => part.pAgainst === minimumOf(parts.map((each) => each.pAgainst)))
  const open = counting.filter((part) => Math.min(part.pFor, part.pAgainst) > level / 2)
  const needed = open.map((part) => part.needed(level / 2))
  const most = needed.includes(null) ? null : maximumOf(needed.map(Number), 0)
  const seeds =
    most === null
      ? "Too close to its margin to be settled by a thousand seeds"
      : `About ${most} seeds would settle it, if the truth is what was seen`
  return open.some(({ problemsDominate }) => problemsDominate) ? `${seeds}; more problems would help too.` : `${seeds}.`
}
