/**
 * Sums, integrals, limits and derivatives before an equals sign, `\int_0^1 2x\,dx = 1`. They say what was worked out, and what
 * stands behind the last equals sign is the answer.
 */

import { variablesOf } from "../mathematics/Expression.ts"
import { tryExpression } from "../mathematics/parse.ts"

const NUMBER = String.raw`(?:\d+|\\pi(?![A-Za-z])|\\frac\s*(?:\{[\d\s]+\}|\d)\s*(?:\{(?:[\d\s]|\\pi)+\}|\d))`
const FACTOR = String.raw`^-?\s*${NUMBER}?\s*(?:\\cdot\s*)?`
const OPERATION = new RegExp(String.raw`${FACTOR}\\(?:sum|prod|i{0,2}int|oint|lim)(?![A-Za-z])`)
const DERIVATIVE =
  /^\\frac\s*\{\s*d\s*(\^\s*\{?\s*\d\s*\}?)?\s*\}\s*\{\s*d\s*([A-Za-z])\s*(?:\^\s*\{?\s*\d\s*\}?)?\s*\}\s*([^]+)$/

/** Of a derivative only where what it is of is known: `\frac{d}{dx} y = y` is an equation of y. */
export const isOperation = (text: string): boolean => {
  if (OPERATION.test(text)) return true
  const [, , by, of] = DERIVATIVE.exec(text) ?? []
  const known = of === undefined ? null : tryExpression(of)
  const names = known === null ? [] : variablesOf(known)
  return names.includes(by!) && names.every((name) => name === by || /^[abckn]$/.test(name))
}
