/**
 * Verdicts: supported, refuted, inconclusive, not applicable.
 *
 * Each part of a claim has two p-values, one for "it is as claimed" and one for "it is not". All parts must be shown, so the
 * claim's p for is the largest (an intersection-union test); one part is enough to refute it, so its p against is the smallest
 * times the number of parts (Bonferroni), whatever the others say or fail to say. What a control must bear out is such a part
 * for, and none against: it holds a claim back and refutes nothing. The smaller of the two, doubled, is the claim's
 * p; over all the claims of a scoreboard these are held against Holm's levels, so that the chance of any verdict that is wrong
 * stays below one in twenty.
 *
 * The standard error of a mean over seeds is that of the spread between seeds, or what the seeds' own problems leave where that
 * is larger: three seeds that happen to agree are not certain. Where seeds agree, or fall into few lumps, their spread is no
 * yardstick: then they count as tosses of a coin too, and the larger p-value is the part's.
 */

import { meanOf } from "../../evaluation/statistics/averages.ts"
import { exactShare, lowerTail, upperTail } from "../../evaluation/statistics/binomial.ts"
import { holm } from "../../evaluation/statistics/holm.ts"
import { pAbove, pBelow, seedsNeeded } from "../../evaluation/statistics/mean-tests.ts"
import { studentQuantile } from "../../evaluation/statistics/special-functions.ts"
import { maximumOf, minimumOf } from "../../lists/large.ts"
import type { StudyData } from "../data/study-data.ts"
import type { Claim, Part, Test } from "./Claim.ts"
import { evidenceOf } from "./evidence.ts"

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
  /** Whether what was seen is as claimed, by however little. */
  readonly holds: boolean
  /** Whether the seeds' own problems leave more than the seeds differ by: then more problems help too. */
  readonly problemsDominate: boolean
  /**
   * Seeds, from so many on, that would settle it at this level in all but so many studies (one of five), if the truth is what was
   * seen; null: a thousand do not.
   */
  readonly needed: (level: number, from?: number, missed?: number) => number | null
}

/** A part by itself. @internal Tests look at single parts. */
export const judgePart = (part: Part): JudgedPart =>
  part.test.kind === "most" || part.test.kind === "count" ? judgeCount(part, part.test) : judgeMean(part, part.test)

const judgeMean = (part: Part, test: Extract<Test, { readonly margin: number }>): JudgedPart => {
  const { observations } = part
  const n = observations.length
  const mean = meanOf(observations.map(({ value }) => value))
  const between = n < 2 ? 0 : Math.sqrt(observations.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (n - 1))
  const known = observations.filter(({ error }) => error > 0)
  // Of seeds whose error is not known, that of the others.
  const within = known.length === 0 ? 0 : Math.sqrt(meanOf(known.map(({ error }) => error ** 2)))
  const deviation = Math.max(between, within)
  const seen = { n, mean, standardError: deviation / Math.sqrt(n) }
  const half = n < 2 ? Number.NaN : studentQuantile(0.975, n - 1) * seen.standardError
  const range = rangeOf(test)
  const opposite = oppositeOf(test)
  const values = observations.map(({ value }) => value)
  const lumped = areLumped(values)
  const tossed = (margin: number) =>
    between >= within && (lumped || (known.length < n && between < CLOSE * Math.abs(mean - margin)))
  /** p-values of "not above", "not below". */
  const above = (margin: number) =>
    Math.max(pAbove(seen, margin), tossed(margin) ? upperTail(values.filter((value) => value > margin).length, n, 0.5) : 0)
  const below = (margin: number) =>
    Math.max(pBelow(seen, margin), tossed(margin) ? upperTail(values.filter((value) => value < margin).length, n, 0.5) : 0)
  const [overLow, underHigh] = [range.low === -Infinity ? 0 : above(range.low), range.high === Infinity ? 0 : below(range.high)]
  const [underLow, overHigh] = [
    range.low === -Infinity ? 1 : below(opposite.low),
    range.high === Infinity ? 1 : above(opposite.high)
  ]
  const outside = mean <= range.low ? { low: -Infinity, high: opposite.low } : { low: opposite.high, high: Infinity }
  const holds = mean > range.low && mean < range.high
  const shown = holds ? range : outside
  const agreeing = deviation < 1e-12
  return {
    part,
    n,
    estimate: mean,
    low: mean - half,
    high: mean + half,
    pFor: n < 2 ? 1 : Math.max(overLow, underHigh),
    pAgainst: n < 2 ? 1 : Math.min(underLow, overHigh),
    holds,
    problemsDominate: within > between,
    needed: (level, from = 2, missed = MISSED) => {
      if (n < 2 || mean === range.low || mean === range.high) return null
      const byMean = agreeing ? from : seedsNeeded(mean, deviation, shown, level, 1 - missed)
      const inside = values.filter((value) => value > shown.low && value < shown.high).length / n
      const counted = [shown.low, shown.high].some((margin) => Number.isFinite(margin) && tossed(margin))
      const byCount = !counted ? from : inside > 0.5 ? countsNeeded(inside, 0.5, level, from, missed) : null
      return byMean === null || byCount === null ? null : Math.max(byMean, byCount, from)
    }
  }
}

/**
 * Seeds that lie closer together than this part of their distance from a margin are no measure of chance by themselves: where no
 * seed's own error is known, three near-ties would pass for certain.
 */
const CLOSE = 0.01

/** Of so small a part of the range, divided by their number, are values that count as equal. */
const EQUAL = 0.1

/**
 * Whether values stand in so few places that their deviation says nothing about the next: all in one or two, or half of them
 * beside another. (Of ten tosses worth 0.01 or -0.01, nine of a kind would else be far more certain than they are.)
 */
const areLumped = (values: ReadonlyArray<number>): boolean => {
  const sorted = values.toSorted((a, b) => a - b)
  const range = sorted.length === 0 ? 0 : sorted.at(-1)! - sorted[0]!
  const places = (apart: number) => 1 + sorted.filter((value, i) => i > 0 && value - sorted[i - 1]! > apart).length
  return (
    (values.length > 2 && places(1e-12) <= 2) || places(Math.max(1e-12, (range * EQUAL) / values.length)) <= values.length / 2
  )
}

const rangeOf = ({ kind, margin }: Extract<Test, { readonly margin: number }>) => ({
  low: kind === "above" ? margin : kind === "within" ? -margin : -Infinity,
  high: kind === "below" ? margin : kind === "within" ? margin : Infinity
})

/** What the mean must lie below, or above, for the claim to be refuted. */
const oppositeOf = (test: Extract<Test, { readonly margin: number }>) => {
  const { low, high } = rangeOf(test)
  const worth = test.kind === "within" ? 0 : (test.worth ?? 0)
  return { low: low + worth, high: high - worth }
}

const judgeCount = (part: Part, test: Extract<Test, { readonly kind: "most" | "count" }>): JudgedPart => {
  const n = part.observations.length
  const k = part.observations.filter(({ value }) => value > 0.5).length
  const share = n === 0 ? Number.NaN : k / n
  const { low, high } = n === 0 ? { low: Number.NaN, high: Number.NaN } : exactShare(k, n)
  const [pFor, pAgainst] =
    n === 0
      ? [1, 1]
      : test.kind === "count"
        ? [share >= test.least ? 0 : 1, lowerTail(k, n, test.least)]
        : [upperTail(k, n, test.chance), lowerTail(k, n, test.chance)]
  return {
    part,
    n,
    estimate: share,
    low,
    high,
    pFor,
    pAgainst,
    holds: test.kind === "count" ? share >= test.least : share > test.chance,
    problemsDominate: false,
    needed: (level, from = 2, missed = MISSED) =>
      n === 0 ? null : countsNeeded(share, test.kind === "count" ? test.least : test.chance, level, from, missed)
  }
}

/** Beyond that nobody repeats a study. */
const MOST_SEEDS = 1000

/** Fewest seeds, from so many on, with which a share would be told from chance, with the power that seedsNeeded asks for. */
const countsNeeded = (share: number, chance: number, level: number, from: number, missed: number): number | null => {
  if (share === chance) return null
  // Looked at from the other side, a share below chance is one above it.
  const [high, low] = share > chance ? [share, chance] : [1 - share, 1 - chance]
  for (let n = from; n <= MOST_SEEDS; n++) {
    let least = Math.ceil(n * low)
    while (least <= n && upperTail(least, n, low) > level) least++
    if (least <= n && upperTail(least, n, high) >= 1 - missed) return n
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
  /** What it lacks to be supported, whatever its parts say; it may be refuted. */
  readonly lacks: string | null
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
    if (!step.rejected) return { ...shared, verdict: "inconclusive", why: () => each.lacks ?? whatWouldSettle(each, step.level) }
    // An effect can be shown to be there and to be smaller than one worth the name: then it is there.
    return { ...shared, verdict: 2 * each.pFor <= step.level ? "supported" : "refuted", why: nothing }
  })
}

const nothing = () => ""

const pOf = ({ pFor, pAgainst }: Weighed): number => Math.min(1, 2 * Math.min(pFor, pAgainst))

const weigh = (claim: Claim, data: StudyData): Weighed => {
  const silent = { claim, parts: [], controls: [], told: [], pFor: 1, pAgainst: 1, lacks: null }
  const evidence = evidenceOf(claim, data)
  if ("unusable" in evidence) return { ...silent, settled: { verdict: "not applicable", why: evidence.unusable } }
  if ("notApplicable" in evidence) return { ...silent, settled: { verdict: "not applicable", why: evidence.notApplicable } }
  const judged = evidence.parts.map(judgePart)
  const controls = judged.filter(({ part }) => part.role === "control")
  const parts = judged.filter(({ part }) => part.role === undefined)
  const told = judged.filter(({ part }) => part.role === "told")
  const lacks = whatIsLacking(claim, parts)
  const unheld = lacks ?? whatControlsLack(claim, controls)
  const full = parts.filter((part) => seedsIn(part) >= claim.seeds)
  const weighed = {
    claim,
    parts,
    controls,
    told,
    pFor: unheld === null ? maximumOf([...parts, ...controls].map((part) => part.pFor)) : 1,
    pAgainst: Math.min(1, minimumOf([1, ...full.map((part) => part.pAgainst)]) * parts.length),
    lacks: unheld
  }
  return { ...weighed, settled: lacks === null || full.length > 0 ? null : { verdict: "inconclusive", why: lacks } }
}

/** Seeds that tell something to a part: those too in which neither side of a count happened. */
const seedsIn = ({ n, part }: JudgedPart): number => n + (part.tied ?? 0)

/** Why a claim cannot be supported whatever its parts say: parts without seeds, or with fewer than it is to have. */
const whatIsLacking = (claim: Claim, parts: ReadonlyArray<JudgedPart>): string | null => {
  const fewest = parts.length === 0 ? 0 : minimumOf(parts.map(seedsIn))
  if (fewest === 0) return `Needs ${claim.needs}.`
  if (fewest >= claim.seeds) return null
  return `It is to be judged with at least ${claim.seeds} seeds; ${fewest === 1 ? "one tells" : `${fewest} tell`} something here.`
}

/** Why a claim cannot be supported for its controls: not run, or not with the seeds that it is to have. */
const whatControlsLack = ({ seeds }: Claim, controls: ReadonlyArray<JudgedPart>): string | null => {
  const wanting = controls.find((control) => seedsIn(control) < seeds)
  if (wanting === undefined) return null
  const { measure, leftOut } = wanting.part
  const told = seedsIn(wanting)
  if (told > 0)
    return `Its control is to have at least ${seeds} seeds; ${told === 1 ? "one tells" : `${told} tell`} something: ${measure}.`
  return leftOut.length === 0 ? `Its control was not run: ${measure}.` : `No seed tells anything of its control: ${measure}.`
}

/**
 * How many seeds, or what else, would settle a claim that is open: if what was seen is the truth. As claimed, then all parts that
 * are not shown yet must be; else the one that is refuted soonest, at the level that the number of parts leaves.
 */
const whatWouldSettle = ({ parts, controls, pFor }: Weighed, level: number): string => {
  const failing = parts.filter(({ holds }) => !holds)
  const same = controls.find(({ holds }) => !holds)
  if (failing.length === 0 && same !== undefined) return `Its control does not bear it out: ${same.part.measure}.`
  const all = [...parts, ...controls]
  const open = failing.length === 0 && pFor > level / 2 ? all.filter((part) => part.pFor > level / 2) : failing
  // All must be shown in one study, those too that were shown by these seeds; of those against it one is enough.
  const needed =
    failing.length === 0
      ? all.map((part) => runsNeeded(part, level / 2, MISSED / Math.max(1, open.length)))
      : open.map((part) => runsNeeded(part, level / 2 / parts.length, MISSED))
  const known = needed.flatMap((seeds) => seeds ?? [])
  const enough = failing.length === 0 ? known.length === needed.length : known.length > 0
  const seeds = !enough
    ? "Too close to its margin to be settled by a thousand seeds"
    : `About ${failing.length === 0 ? maximumOf(known) : minimumOf(known)} seeds would settle it, if the truth is what was seen`
  return open.some(({ problemsDominate }) => problemsDominate) ? `${seeds}; more problems would help too.` : `${seeds}.`
}

/** Seeds to be run so that enough of them tell something to a part, as many in a hundred as did: more than were run. */
const runsNeeded = (part: JudgedPart, level: number, missed: number): number | null => {
  const needed = part.needed(level, part.n + 1, missed)
  const run = seedsIn(part) + part.part.leftOut.length
  const all = needed === null ? null : Math.ceil((needed * run) / part.n)
  return all === null || all > MOST_SEEDS ? null : all
}
