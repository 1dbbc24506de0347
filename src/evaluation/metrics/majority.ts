/**
 * majority@k: is the most frequent answer of k completions right?
 *
 * An answer is any string, compared as it is (`votes.ts` gives equal answers one text); `null` is a completion without a
 * parsable answer, which never votes. Nobody voting is wrong. Ties need a rule, and the rule is part of the number. Here the
 * winner is drawn among the tied, and the value is its expectation, no coin needed:
 *
 *   vote = [gold is tied for first] / (number tied)
 *
 * Letting the tied answer win that appeared first would make the value depend on the order of samples.
 *
 * From n > k samples, majority@k is the mean over all k-subsets. It is computed exactly, from the counts of each answer alone.
 */

import { maximumOf } from "../../lists/large.ts"
import { requireInteger } from "../EvaluationInputError.ts"

export type Answer = string | null

/**
 * The mean vote over all subsets of `k` of the answers, drawn without replacement. Exact up to rounding.
 *
 * Sum over the number g of votes for gold, of the ways in which every other answer gets at most g votes, weighted by 1 / (1 +
 * number of answers that get exactly g). Ways are kept as probabilities: drawing each sample independently with probability k / n
 * and then conditioning on exactly k draws is the same distribution, and nothing over- or underflows.
 */
export const majorityAtK = (answers: ReadonlyArray<Answer>, gold: string, k: number): number => {
  const n = answers.length
  requireInteger("k", k, 1, n)
  const votes = countVotes(answers)
  const golds = votes.get(gold) ?? 0
  if (golds === 0) return 0
  votes.delete(gold)
  const voters = [...votes.values()]
  const silent = n - golds - voters.reduce((sum, count) => sum + count, 0)
  const p = k / n
  const goldDraws = binomial(golds, p)
  const silentDraws = binomial(silent, p)
  let favourable = 0
  for (let g = 1; g <= Math.min(golds, k); g++) favourable += goldDraws[g]! * othersAtMost(voters, g, k - g, silentDraws, p)
  return favourable / binomial(n, p)[k]!
}

/**
 * Probability that the others use exactly `draws` draws with no answer above `g`, each outcome weighted by 1 / (1 + answers at
 * g).
 */
const othersAtMost = (voters: ReadonlyArray<number>, g: number, draws: number, silentDraws: Float64Array, p: number): number => {
  // ways[tied][used]
  let ways: Array<Float64Array> = [Float64Array.from({ length: draws + 1 }, (_, used) => silentDraws[used] ?? 0)]
  for (const count of voters) {
    const chance = binomial(count, p)
    const next = Array.from({ length: ways.length + (count >= g ? 1 : 0) }, () => new Float64Array(draws + 1))
    ways.forEach((row, tied) => {
      for (let used = 0; used <= draws; used++) {
        if (row[used] === 0) continue
        for (let x = 0; x <= Math.min(count, g, draws - used); x++) {
          next[tied + (x === g ? 1 : 0)]![used + x]! += row[used]! * chance[x]!
        }
      }
    })
    // More than draws / g answers cannot reach g: their rows stay empty.
    ways = next.slice(0, Math.floor(draws / g) + 1)
  }
  return ways.reduce((sum, row, tied) => sum + row[draws]! / (1 + tied), 0)
}

/** C(n, x) p^x (1 - p)^(n - x) for x = 0..n, by recurrence from the mode outwards and normalised. */
const binomial = (n: number, p: number): Float64Array => {
  const pmf = new Float64Array(n + 1)
  if (p >= 1) {
    pmf[n] = 1
    return pmf
  }
  const mode = Math.min(n, Math.floor((n + 1) * p))
  pmf[mode] = 1
  for (let x = mode; x < n; x++) pmf[x + 1] = (pmf[x]! * (n - x) * p) / ((x + 1) * (1 - p))
  for (let x = mode; x > 0; x--) pmf[x - 1] = (pmf[x]! * x * (1 - p)) / ((n - x + 1) * p)
  const total = pmf.reduce((sum, value) => sum + value, 0)
  return pmf.map((value) => value / total)
}

/**
 * What each vote is worth when all of them are counted: 1 for the most frequent answer, 1 / (number tied) for each of several, 0
 * for the others and for who does not vote. The mean vote over all subsets of all answers, as a value of each voter.
 */
export const voteShares = (answers: ReadonlyArray<Answer>): ReadonlyArray<number> => {
  const votes = countVotes(answers)
  const most = maximumOf([...votes.values()])
  const tied = [...votes.values()].filter((count) => count === most).length
  return answers.map((answer) => (answer !== null && votes.get(answer) === most ? 1 / tied : 0))
}

const countVotes = (answers: ReadonlyArray<Answer>): Map<string, number> => {
  const votes = new Map<string, number>()
  for (const answer of answers) if (answer !== null) votes.set(answer, (votes.get(answer) ?? 0) + 1)
  return votes
}
