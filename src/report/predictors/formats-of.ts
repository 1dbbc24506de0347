/** What claims ask of a policy's formats: which was most accurate, which most frequent, which won. */

import { INVALID } from "../../evaluation/metrics/format-shares.ts"
import { formats } from "../../formats/registry.ts"
import { largestFirst } from "../data/ordering.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"

/** Formats whose solutions are programs. */
const CODE: ReadonlySet<string> = new Set(formats.filter(({ runsCode }) => runsCode).map(({ name }) => name))

export const isCode = (format: string): boolean => CODE.has(format)

/** Share of the completions from which on a format counts as used. */
const USED = 0.02

export const usedFormats = ({ shares }: PolicyEstimates): ReadonlyArray<string> =>
  [...shares].filter(([name, { value }]) => name !== INVALID && value >= USED).map(([name]) => name)

/** By so much the first must lead to be the most accurate, the most frequent or the winner: by less, none is. */
const LEAD = 0.02

/** Whether the larger of two numbers leads; a lead of exactly that much does, whatever its last bit. */
export const leads = (larger: number, smaller: number): boolean => larger - smaller > LEAD - 1e-9

export const mostAccurate = (policy: PolicyEstimates): string | null => largest(policy.accuracies, usedFormats(policy))
export const mostFrequent = (policy: PolicyEstimates): string | null => largest(policy.shares, usedFormats(policy))

const largest = (values: ReadonlyMap<string, Estimate>, among: ReadonlyArray<string>): string | null => {
  const [first, second] = among
    .flatMap((name) => (values.has(name) ? [[name, values.get(name)!.value] as const] : []))
    .toSorted(largestFirst)
  return first === undefined || (second !== undefined && !leads(first[1], second[1])) ? null : first[0]
}

/** The formats beside the winner whose shares differ from its by too little to call it that. */
const rivals = (winner: string, { shares }: PolicyEstimates): ReadonlyArray<string> => {
  const own = shares.get(winner)?.value ?? 0
  return [...shares]
    .filter(([name, { value }]) => name !== winner && name !== INVALID && value > 0 && !leads(Math.abs(own - value), 0))
    .map(([name]) => name)
}

/** The winner where it leads; null where another format has about as much. */
export const clearWinner = (winner: string | null, after: PolicyEstimates | null): string | null =>
  winner === null || after === null || rivals(winner, after).length > 0 ? null : winner

/** Whether code wins: so it does too where only formats of code are level. Null where none wins, or code and prose are level. */
export const codeWins = (winner: string | null, after: PolicyEstimates): boolean | null =>
  winner === null || rivals(winner, after).some((rival) => isCode(rival) !== isCode(winner)) ? null : isCode(winner)

export const accuracyOf = ({ accuracies }: PolicyEstimates, format: string): number => accuracies.get(format)?.value ?? Number.NaN
export const shareOf = ({ shares }: PolicyEstimates, format: string): number => shares.get(format)?.value ?? 0
