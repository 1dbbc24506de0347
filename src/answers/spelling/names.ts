/** What values are called before an equals sign, and when two such names are the same. */

import { derivativeCalled } from "../mathematics/notation/derivatives.ts"
import { tryExpression } from "../mathematics/parse.ts"
import { areVariables } from "../vocabulary/variables.ts"
import { quantityNameIn } from "./quantity-names.ts"

/** An index, also in words or with the command for them. */
const EXTREME = String.raw`\\(?:max|min|sup|inf|avg|lim)(?![A-Za-z])`
const INDEX =
  String.raw`(?:_(?:\{?\w+\}?|\s*\{\s*${EXTREME}\s*\}|\s*${EXTREME}` +
  String.raw`|\s*\{\s*\\text\s*\{\s*\w+\s*\}\s*\}|\s*\\text\s*\{\s*\w+\s*\}))?`

/** What a value may be called before an equals sign: `x`, `x_1`, `\theta`, `\vec{v}`, `\angle ABC`, words. */
const NAME = new RegExp(
  "^(?:" +
    [
      String.raw`[A-Za-z]${INDEX}'*`,
      String.raw`\\[A-Za-z]+(?:\s*_\{?\w+\}?)?`,
      String.raw`\\(?:vec|hat|bar)\s*(?:\{[^{}]*\}|[A-Za-z])`,
      String.raw`m?\s*\\(?:angle|overline|triangle)\s*(?:\{\s*[A-Z]+\s*\}|[A-Z]+)`,
      String.raw`\\text\s*\{[^{}]*\}`,
      "[A-Za-z][A-Za-z ]+"
    ].join("|") +
    ")$"
)

/** A function at a point: `f(2)`, `f^{-1}(x)`, `P(A|B)`, `\phi(n)`, `(f + g)(x)`, `\vec r(t)`. */
const APPLIED = new RegExp(
  String.raw`^(?:([A-Za-z])|\\(?:phi|varphi|psi|sigma|tau|mu|pi|Phi|Psi|Gamma|zeta)` +
    String.raw`|\\vec\s*(?:\{\s*[A-Za-z]\s*\}|[A-Za-z])` +
    String.raw`|\(\s*[fghFGH](?:\s*(?:[-+/*]|\\cdot)?\s*[fghFGH])+\s*\))` +
    String.raw`(?:_\{?\w+\}?)?'*(?:\^\s*(?:\{\s*-1\s*\}|-1|\{\s*\(\s*\w+\s*\)\s*\})'*)?\s*\(((?:[^()]|\([^()]*\))*)\)$`
)
const POINT = /^(?:-?[\d.]+|[A-Za-z]|\\[A-Za-z]+)(?:\s*,\s*(?:-?[\d.]+|[A-Za-z]|\\[A-Za-z]+))*$/

/** `x(x + 1)` is a product: a function has another letter than what is in its brackets, and one of the usual ones, or a point. */
export const isApplied = (text: string): boolean => {
  const found = APPLIED.exec(text)
  if (found === null) return false
  const [, letter, at] = found
  if (letter === undefined) return true
  return !at!.replaceAll(/\\[A-Za-z]+/g, "").includes(letter) && (/[fghpqFGHPQ]/.test(letter) || POINT.test(at!.trim()))
}

export const isName = (text: string): boolean =>
  NAME.test(text) || isApplied(text) || quantityNameIn(text) !== null || derivativeIn(text) !== null

/** `y'`, `\frac{dy}{dx}`. */
export const isDerivative = (text: string): boolean => /^[A-Za-z]'+$/.test(text) || derivativeIn(text) !== null

/** `\frac{dy}{dx}`, `\dot x`, `\frac{d}{dx} f(x)`, as a function with a prime is called; null for all else. */
const derivativeIn = (text: string): string | null => {
  if (!/^(?:\\frac\s*\{\s*d|d[^=]*\/\s*d|\\d{1,3}ot(?![A-Za-z])|\\[a-z]+'+\()/.test(text)) return null
  const of = tryExpression(text)
  return of?.kind === "variable" ? derivativeCalled(of.name) : null
}

/** What stands in the brackets of a function at a point. */
export const argumentsOf = (applied: string): string => APPLIED.exec(applied)![2]!

/** `x_{1}` and `\\vec{v}` are `x_1` and `\\vec v`, `x_{\\min}` and `x_{\\text{min}}` are `x_min`. */
export const spelled = (name: string): string =>
  name
    .replaceAll(/_\s*\{?\s*\\(?:text(?![A-Za-z])|(?=(?:max|min|sup|inf|avg|lim)(?![A-Za-z])))/g, "_")
    .replaceAll(/\^\s*\{\s*\(\s*(\d)\s*\)\s*\}/g, (_, order: string) => "'".repeat(Number(order)))
    .replaceAll(/[\s{}]+/g, "")

/** Words that name nothing. */
const SAYS_NOTHING =
  /^(?:(?:final|correct|required|numerical)\s+)?(?:answers?|ans|results?|values?|solutions?|numbers?|output|it)$/

/**
 * A name as it is compared: words in small letters without an article, the letters of a product in order, what has two ends from
 * the first; null for words that name nothing. Words stand between quotes, so that they are no product.
 */
export const nameOf = (name: string): string | null => {
  if (/^[A-Za-z]$/.test(name)) return name
  const quantity = quantityNameIn(name)
  if (quantity !== null) return quantity
  const derivative = derivativeIn(name)
  if (derivative !== null) return derivative
  const letters = /^[a-z](?:\s[a-z])+$/.test(name) ? name.replaceAll(/\s/g, "") : name
  if (/^[a-z]{2,}$/.test(letters) && areVariables(letters)) return [...letters].toSorted().join("")
  const said = name.replace(/^\\text\s*\{([^{}]*)\}$/, "$1").trim()
  if (/^[A-Za-z]$/.test(said)) return said
  const figure = /^(?:m?\s*\\(angle|overline|triangle)\s*\{?\s*)?([A-Z]{2,4})\s*\}?$/.exec(said)
  if (figure !== null) return figureOf(figure[1] ?? "overline", figure[2]!)
  if (said === name && !/^[A-Za-z][A-Za-z ]+$/.test(name)) return spelled(name)
  const words = said
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .replace(/^(?:an?|the)\s/, "")
  return SAYS_NOTHING.test(words) ? null : `'${words}'`
}

/**
 * Whether what has a name is an equation of coordinates: `xy = 12`, as `x + y = 12` is, is not 12, where `ab = 12` and `a + b =
 * 12` are what was asked for. It is kept as a value by name, which is what the verifier of `paper` takes it for.
 */
export const isOfCoordinates = (name: string | null): boolean =>
  name !== null && /^(?=.*[xyz])[a-z]{2,}$/.test(name) && areVariables(name)

/** The same from either end, a triangle from any corner. */
const figureOf = (kind: string, points: string): string => {
  const turned = [...points].toReversed().join("")
  const first = kind === "triangle" ? [...points].toSorted().join("") : turned < points ? turned : points
  return kind === "overline" ? `|${first}|` : `\\${kind} ${first}`
}
