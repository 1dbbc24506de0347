/** Parts of claims in words: what was measured, what was seen, what was asked. */

import { sha256 } from "../../store/objects/digest.ts"
import { decimals, percent } from "../page/numbers.ts"
import { type Claim, type Part, type Test, WORTH } from "./Claim.ts"
import type { JudgedClaim, JudgedPart } from "./verdict.ts"

/** Places on the page that are a claim's; the figure's is the name of its files too. Claims of two studies may have one id. */
export const anchorsOf = ({ id, study }: Claim) => {
  const text = `${study === undefined ? "" : `${study}-`}${id}`
  const slug = text.replaceAll(/[^\w.-]/g, "_").slice(0, 60)
  // An id may be any text: what was lost of it is told apart by a digest.
  const name = slug === text ? text : `${slug}-${sha256(text).slice(0, 8)}`
  return { claim: `claim-${name}`, figure: `figure-${name}`, sql: `sql-${name}`, nodes: `nodes-${name}` }
}

/** `97.4`, `0.412`: a number in its unit, as tables and sentences have it, with a minus where it is below 0. */
export const bareNumber = (value: number, unit: Part["unit"]): string =>
  (unit === "nats" ? decimals(value, 3) : percent(value)).replace("-", "−")

const UNIT_WORDS: Readonly<Record<Part["unit"], string>> = { percent: "%", points: "points", nats: "nats", seeds: "% of seeds" }

/** `97.4`, `+12.3`, `+0.412`: a difference says which way it goes, where it goes any. */
const signed = (value: number, unit: Part["unit"]): string => {
  const text = bareNumber(value, unit)
  return unit === "percent" || unit === "seeds" || !/^\d/.test(text) || Number(text) === 0 ? text : `+${text}`
}

/** `97.4 %`, `+12.3 points`, `+0.412 nats`. */
const amount = (value: number, unit: Part["unit"]): string => `${signed(value, unit)} ${UNIT_WORDS[unit]}`

/** With a decimal where it has one: 7 of 8 is 87.5 and not 88, which it is less than. */
const inHundredths = (share: number): string => percent(share, percent(share, 1).endsWith(".0") ? 0 : 1)

/** `5 points`, `2.5 points`: a margin as criteria have it. */
export const inPoints = (share: number): string => `${inHundredths(share)} points`

/** `80 %`, `87.5 %`: how many of all, as criteria have it. */
export const inPercent = (share: number): string => `${inHundredths(share)} %`

/** An end of an interval, cut where what it is of ends: a share lies between 0 and 1, a difference of two within 1 of 0. */
export const heldWithin = (value: number, unit: Part["unit"]): number =>
  unit === "nats" ? value : Math.min(1, Math.max(unit === "points" ? -1 : 0, value))

/** `7 of 8 seeds [47, 100] %`, `+12.3 points [+8.1, +16.4] over 5 seeds`; of nothing, that. */
export const seenWords = ({ part, n, estimate, low, high }: JudgedPart): string => {
  if (n === 0) return "no seed tells"
  const seeds = n === 1 ? "1 seed" : `${n} seeds`
  if (part.test.kind === "most" || part.test.kind === "count")
    return `${Math.round(estimate * n)} of ${seeds} [${percent(low, 0)}, ${percent(high, 0)}] %`
  const [least, most] = [heldWithin(low, part.unit), heldWithin(high, part.unit)]
  // Seeds that agree exactly leave no interval, which is not certainty.
  const interval = Number.isNaN(low) || low === high ? "" : ` [${signed(least, part.unit)}, ${signed(most, part.unit)}]`
  return `${amount(estimate, part.unit)}${interval} over ${seeds}`
}

/** `; refuted where +2.0 points are excluded`, of tests that say what is worth the name. */
const worthWords = ({ kind, margin, worth }: Extract<Test, { readonly worth?: number }>, unit: Part["unit"]): string =>
  worth === undefined ? "" : `; refuted where ${amount(margin + (kind === "above" ? worth : -worth), unit)} are excluded`

/** What ends the criterion of a claim that something rises or falls. */
export const TOO_LITTLE = `Where a change by ${inPoints(WORTH)} is excluded, it is refuted.`

/** `above 0`, `within ±5.0 points`: what must be shown. */
export const askedWords = (test: Test, unit: Part["unit"]): string => {
  switch (test.kind) {
    case "above":
    case "below":
      return `${test.kind} ${test.margin === 0 ? "0" : amount(test.margin, unit)}${worthWords(test, unit)}`
    case "within":
      return `within ±${bareNumber(test.margin, unit)} ${UNIT_WORDS[unit]}`
    case "most":
      return `in more than ${inPercent(test.chance)} of seeds`
    case "count":
      return `in at least ${inPercent(test.least)} of seeds`
  }
}

/** `C7 (scale-flip)`: with the study that it is about, where several are run as one. */
export const claimName = ({ id, study }: Claim): string => (study === undefined ? id : `${id} (${study})`)

/** What its control is and what is asked of it, or that it has none: a sentence. */
export const controlWords = ({ control }: Claim): string =>
  control === undefined ? "It has no control here." : `Control: ${control}`

/** A claim's verdict in a line: the verdict, its first part, and what is missing. */
export const verdictLine = ({ claim, verdict, why, parts }: JudgedClaim): string => {
  const [first] = parts
  const seen = first === undefined || first.n === 0 ? "" : ` (${first.part.measure}: ${seenWords(first)})`
  const because = why()
  return `${claim.id} ${verdict}: ${claim.statement}${seen}${because === "" ? "" : ` ${because}`}`
}

/** p-values as tables have them. */
export const pWords = (p: number): string => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`)
