/**
 * Under which source would this text be likely? An infinity-gram model per source (Liu et al. 2024, arXiv 2401.17377), and the
 * posterior over sources that follows.
 *
 *   p_l(x) = (count(s_l x) + mu p_{l-1}(x)) / (count(s_l) + mu)        s_l: the last l tokens; p_{-1} = 1 / symbols
 *   score_D = sum_t log p_D(x_t | x_<t)                                over contexts of every length that occurs in D
 *   posterior(D) proportional to prior(D) exp(score_D / temperature)
 *
 * Interpolating over all lengths makes each p_D a proper distribution over the vocabulary and the end of document, so scores of
 * different sources compare. The temperature is calibrated on held-out documents: neighbouring tokens are not independent
 * evidence.
 */

import { exp, log } from "../elementary/elementary.ts"
import { AttributionInputError } from "./AttributionInputError.ts"
import { noContext, readToken, type Contexts } from "./contexts.ts"
import type { CorpusIndex } from "./corpus-index/CorpusIndex.ts"

/** The infinity-gram model, and which tokens it scores. */
export interface NgramOptions {
  /** mu: how many occurrences a context needs to outweigh shorter ones. Default 1. */
  readonly concentration?: number
  /** Longest context in tokens. Default 32. */
  readonly longestContext?: number
  /** First token that is scored; those before it (a prompt) are context only. Default 0. */
  readonly from?: number
}

/** log-likelihood of a token sequence under each source, nats: `[sources]`. */
export const sourceScores = (index: CorpusIndex, tokens: ArrayLike<number>, options: NgramOptions = {}): Float64Array => {
  const { concentration = 1, longestContext = 32, from = 0 } = options
  if (!(concentration > 0))
    throw new AttributionInputError({ field: "concentration", detail: `it must be above 0; got ${concentration}` })
  const scores = new Float64Array(index.sourceNames.length)
  let contexts = noContext(index)
  for (let t = 0; t < tokens.length; t++) {
    const next = readToken(index, contexts, tokens[t]!, longestContext + 1)
    if (t >= from) {
      const p = nextTokenProbabilities(index, contexts, next, concentration)
      for (let d = 0; d < scores.length; d++) scores[d]! += log(p[d]!)
    }
    contexts = shorten(next, longestContext)
  }
  return scores
}

/** p_D of the token that leads from `contexts` to `next`, for each source. */
const nextTokenProbabilities = (index: CorpusIndex, contexts: Contexts, next: Contexts, mu: number): Float64Array => {
  const p = new Float64Array(index.sourceNames.length).fill(1 / index.symbols)
  for (let length = 0; length < contexts.counts.length; length++) {
    const seen = contexts.counts[length]!
    const followed = next.counts[length + 1]
    for (let d = 0; d < p.length; d++) p[d] = ((followed?.[d] ?? 0) + mu * p[d]!) / (seen[d]! + mu)
  }
  return p
}

const shorten = (contexts: Contexts, longest: number): Contexts =>
  contexts.ranges.length <= longest + 1
    ? contexts
    : { ranges: contexts.ranges.slice(0, longest + 1), counts: contexts.counts.slice(0, longest + 1) }

/** How scores become a posterior. */
export interface PosteriorOptions {
  /** Mixture weights, `[sources]`; absent: equal. */
  readonly prior?: ArrayLike<number>
  /** From `calibrateTemperature`; 1 takes tokens as independent evidence. */
  readonly temperature?: number
}

/** Posterior over sources from their scores: `[sources]`, adding up to 1. */
export const posterior = (scores: ArrayLike<number>, options: PosteriorOptions = {}): Float64Array => {
  const { prior, temperature = 1 } = options
  const logits = Float64Array.from(scores, (score, d) => score / temperature + log(prior?.[d] ?? 1))
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = logits.map((logit) => exp(logit - most))
  const total = weights.reduce((sum, w) => sum + w, 0)
  return weights.map((w) => w / total)
}

/**
 * The temperature that makes the true sources of held-out documents most likely, from their scores `[documents][sources]` and
 * labels. The log-likelihood is concave in 1 / temperature; found by golden section on its logarithm within [1e-4, 1e4].
 */
export const calibrateTemperature = (
  scores: ReadonlyArray<ArrayLike<number>>,
  labels: ArrayLike<number>,
  prior?: ArrayLike<number>
): number => {
  if (scores.length === 0 || scores.length !== labels.length) {
    throw new AttributionInputError({ field: "labels", detail: `${labels.length} labels for ${scores.length} scored documents` })
  }
  const loss = (logTemperature: number): number => {
    const options = { temperature: exp(logTemperature), ...(prior === undefined ? {} : { prior }) }
    return scores.reduce((sum, row, i) => sum - log(Math.max(posterior(row, options)[labels[i]!]!, 1e-300)), 0)
  }
  const ratio = (Math.sqrt(5) - 1) / 2
  let low = log(1e-4)
  let high = log(1e4)
  for (let i = 0; i < 60; i++) {
    const left = high - ratio * (high - low)
    const right = low + ratio * (high - low)
    if (loss(left) <= loss(right)) high = right
    else low = left
  }
  return exp((low + high) / 2)
}
