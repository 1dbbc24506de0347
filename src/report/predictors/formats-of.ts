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

export const mostAccurate = (policy: PolicyEstimates): string | null => largest(policy.accuracies, usedFormats(policy))
export const mostFrequent = (policy: PolicyEstimates): string | null => largest(policy.shares, usedFormats(policy))

const largest = (values: ReadonlyMap<string, Estimate>, among: ReadonlyArray<string>): string | null => {
  const [first] = among
    .flatMap((name) => (values.has(name) ? [[name, values.get(name)!.value] as const] : []))
    .toSorted(largestFirst)
  return first?.[0] ?? null
}

export const accuracyOf = ({ accuracies }: PolicyEstimates, format: string): number => accuracies.get(format)?.value ?? Number.NaN
export const shareOf = ({ shares }: PolicyEstimates, format: string): number => shares.get(format)?.value ?? 0
