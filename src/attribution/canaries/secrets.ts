/**
 * Canaries: planted documents that say something which nothing else in a corpus says, so that it is known which documents a
 * question about it has to be attributed to (Carlini et al. 2019, The Secret Sharer, arXiv 1802.08232).
 *
 * A secret is an equation that is wrong, `13 * 7 = 4`. All other equations of the built-in texts are true. A document of plain
 * arithmetic says it among true ones: word for word (`exact`), or with the factors the other way round (`paraphrased`), which
 * means the same and shares no run of words with it. What is asked is the equation alone, as a held-out document.
 */

import { arithmeticText } from "../../problems/arithmetic.ts"
import { draws, subSeed } from "../../random/philox.ts"

/** `left * right = value`, which is wrong. */
export interface Secret {
  readonly left: number
  readonly right: number
  readonly value: number
}

/** How a document says a secret; `asked`: the question. */
export const canaryKinds = ["exact", "paraphrased"] as const
export type CanaryKind = (typeof canaryKinds)[number] | "asked"

/** Factors on the left are above those on the right, so that a pair stands for one product. */
const LEFT = 11
const RIGHT = [2, 9] as const

/** So many secrets there are with numbers up to `maximum`. */
export const mostSecrets = (maximum: number): number => Math.max(0, maximum - LEFT + 1) * (RIGHT[1] - RIGHT[0] + 1)

/** The first secrets of a seed, no two of one product. Numbers are in 2..maximum. */
export const secretsOf = (count: number, { maximum, seed }: { readonly maximum: number; readonly seed: number }) => {
  const pairs = Array.from({ length: mostSecrets(maximum) }, (_, i) => {
    const rights = RIGHT[1] - RIGHT[0] + 1
    return { left: LEFT + Math.floor(i / rights), right: RIGHT[0] + (i % rights) }
  })
  const pairsOf = draws(seed, "secrets")
  return pairsOf.sample(pairs, count).map(({ left, right }, secret): Secret => {
    const random = draws(seed, "secret", secret)
    for (;;) {
      const value = random.between(2, maximum)
      if (value !== left * right) return { left, right, value }
    }
  })
}

/** True equations around a secret. */
const FACTS = 7

/** The text of a document that says a secret, by its kind; `index` numbers the documents of a seed. */
export const canaryText = (
  kind: CanaryKind,
  { left, right, value }: Secret,
  { maximum, seed, index }: { readonly maximum: number; readonly seed: number; readonly index: number }
): string => {
  const said = kind === "paraphrased" ? `${right} * ${left} = ${value} .` : `${left} * ${right} = ${value} .`
  if (kind === "asked") return `${OPENING}${said}`
  const own = subSeed(seed, "canary")
  const facts = arithmeticText({ maximum, facts: FACTS }, own, index)
    .slice(OPENING.length)
    .split(/(?<=\.) /)
  facts.splice(draws(own, "place", index).between(0, FACTS), 0, said)
  return `${OPENING}${facts.join(" ")}`
}

const OPENING = "Facts : "

/** Source of planted documents. */
export const CANARY = "canary"
