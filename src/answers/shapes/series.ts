/** Sums and products of a few terms, `\sum_{k=1}^{5} k^2`, written out. */

import type { Answer } from "../Answer.ts"
import { type Expression, variablesOf, withVariable } from "../mathematics/Expression.ts"
import { tryExpression } from "../mathematics/parse.ts"
import { spend } from "../mathematics/work.ts"
import { bound } from "../relations/inequalities.ts"
import { isOneBracket } from "../split.ts"

const SERIES =
  /^(-?\d{0,9})\s*\\(sum|prod)\s*_\s*\{\s*([a-z])\s*=\s*(-?\d{1,4})\s*\}\s*\^\s*(?:\{\s*(-?\d{1,4})\s*\}|(\d))\s*([^]+)$/
const MOST_TERMS = 100

/** Null where bounds are no numbers, where they are far apart, or where it is not seen what all belongs to a term. */
export const series = (text: string): Answer | null => {
  const found = /\\(?:sum|prod)/.test(text) ? SERIES.exec(text) : null
  if (found === null) return null
  const [, factor, operation, index, from, , , body] = found
  const count = Number(found[5] ?? found[6]) - Number(from) + 1
  const term = tryExpression(body!)
  if (count < 1 || count > MOST_TERMS || term === null) return null
  if ((term.kind === "sum" || term.kind === "difference") && !isOneBracket(body!)) return null
  if (variablesOf(term).some((name) => name !== index)) return null
  spend(count * body!.length)
  const terms = Array.from({ length: count }, (_, i) =>
    withVariable(term, index!, { kind: "number", value: { top: BigInt(from!) + BigInt(i), bottom: 1n } })
  )
  const kind = operation === "sum" ? "sum" : "product"
  const all = terms.reduce((left, right): Expression => ({ kind, left, right }))
  if (factor === "") return bound(all)
  const times = BigInt(factor === "-" ? "-1" : factor!)
  return bound({ kind: "product", left: { kind: "number", value: { top: times, bottom: 1n } }, right: all })
}
