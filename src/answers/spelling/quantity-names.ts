/**
 * Names of quantities that are made of others: `\sin\theta`, `|z|`, `E[X]`, `\mathbb{P}(X = 1)`, `\det(A)`, `\text{Var}(X)`,
 * `\gcd(a, b)`, `a:b`. Before an equals sign they are what a value is called, as a letter is.
 */

import { variablesOf } from "../mathematics/Expression.ts"
import { tryExpression } from "../mathematics/parse.ts"

const FUNCTION = String.raw`\\?(sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|arcsin|arccos|arctan|log|ln|lg)(?![A-Za-z])`
const POWER = String.raw`((?:\s*[_^]\s*(?:\{\s*-?\w+\s*\}|-?\w))*)`
const BRACKETS = String.raw`\(((?:[^()]|\([^()]*\))*)\)`
const SIMPLE = String.raw`(?:\d+\s*)?(?:\\[A-Za-z]+\s*|[A-Za-z])(?:_\{?\w+\}?)?'?(?:\s*[A-Za-z])*`
const FRACTION = String.raw`\\frac\s*(?:\{[^{}]*\}|\w)\s*(?:\{[^{}]*\}|\w)`
const APPLIED = new RegExp(String.raw`^${FUNCTION}${POWER}\s*(?:${BRACKETS}|(${FRACTION}|${SIMPLE}))$`)

const OPERATOR =
  String.raw`(?:\\?(det|tr|rank|dim|deg|arg|Re|Im|Pr|Var|Cov|gcd|lcm|max|min)(?![A-Za-z])` +
  String.raw`|\\(?:text|operatorname|mathbb)\s*\{\s*([A-Za-z]+)\s*\}|\\mathbb\s*([EP])|([EPV])(?=\s*\[))`
const OPERATED = new RegExp(
  String.raw`^${OPERATOR}\s*(?:${BRACKETS}|\[([^[\]]*)\]|\\\{([^{}]*)\\\}|(?<=det|tr|rank|dim|deg|arg|Re|Im)\s+([A-Za-z]))$`
)

/**
 * One letter alone may be a real number, of which the distance from zero is two values (`|x| = 8`). In double bars it is a norm,
 * which of a matrix is no determinant.
 */
const SIZE = new RegExp(
  String.raw`^(?:\||\\\|)\s*((?![a-txy]\s*\\?\|)(?:[A-Za-z]+(?:_\{?\w+\}?)?|` +
    String.raw`\\(?:vec|overline|overrightarrow|hat|text)\s*(?:\{[^{}]*\}|[A-Za-z])|[A-Z](?:\s*\\cap\s*[A-Z])+))` +
    String.raw`\s*(?:\||\\\|)\s*(\^\s*(?:2|\{\s*2\s*\}))?$`
)
const RATIO = /^[A-Za-z]{1,2}(?:\s*:\s*[A-Za-z]{1,2})+$/
const REMAINDER = /^[A-Za-z]\s*\\bmod(?![A-Za-z])\s*(?:\d+|\{\s*\d+\s*\})$/
const AREA = /^\[[A-Z]{3,6}\]$/

/** Products and sums of vectors, a vector between two points. */
const VECTOR = String.raw`\\(?:vec|overrightarrow|hat)\s*(?:\{\s*[A-Za-z]{1,2}\s*\}|[A-Za-z])(?:_\{?\w+\}?)?`
const VECTORS = new RegExp(String.raw`^${VECTOR}(?:\s*(?:\\(?:cdot|times)(?![A-Za-z])|[-+])\s*${VECTOR})*$`)

/** As it is compared, with round brackets; null for all else. A value of no variable is no name: `\sin\pi`, `\gcd(4, 6)`. */
export const quantityNameIn = (text: string): string | null => {
  if (!/^[\\|[A-Za-z]/.test(text) || !/[\\|[(: ]/.test(text)) return null
  if (RATIO.test(text) || AREA.test(text) || REMAINDER.test(text)) return bare(text)
  const size = SIZE.exec(text)
  if (size !== null) {
    const square = size[2] === undefined ? "" : "^2"
    const bars = text.startsWith("\\") && /^[A-Z]$/.test(size[1]!) ? "||" : "|"
    return `${bars}${/^[A-Z]{2}$/.test(size[1]!) ? [...size[1]!].toSorted().join("") : bare(size[1]!)}${bars}${square}`
  }
  if (VECTORS.test(text)) return vectorsIn(text)
  const applied = APPLIED.exec(text)
  if (applied !== null) {
    const [, name, powers, inBrackets, simple] = applied
    const of = inBrackets ?? simple!
    return isNamed(of) ? `${name}${powers!.replaceAll(/[\s{}]/g, "")}(${of.replaceAll(/\s+/g, " ").trim()})` : null
  }
  const operated = OPERATED.exec(text)
  if (operated === null) return null
  const [command, word, letter, plain, ...inside] = operated.slice(1)
  const name = (command ?? word ?? letter ?? plain)!
  const of = inside.find((one) => one !== undefined)!
  if (!/[A-Za-z]/.test(of)) return null
  const isSymmetric = /^(?:gcd|lcm|max|min)$/.test(name)
  return `${name === "Pr" ? "P" : name}(${isSymmetric ? of.split(",").map(bare).toSorted().join(",") : bare(of)})`
}

const CALCULATES = /[-+]|\\(?:cdot|times)(?![A-Za-z])/

/** A dot between two has no order. What is calculated keeps its braces, so that it can be read. */
const vectorsIn = (text: string): string => {
  if (!CALCULATES.test(text)) return bare(text)
  const [left, right, more] = braced(text).split(/\\cdot(?![A-Za-z])/)
  return right !== undefined && more === undefined && !/[-+]|times/.test(text)
    ? [left!, right].toSorted().join("\\cdot")
    : braced(text)
}
const braced = (text: string): string =>
  text.replaceAll(/(\\(?:vec|overrightarrow|hat))\s*([A-Za-z])(?![A-Za-z])|\s+/g, (_, mark?: string, letter?: string) =>
    mark ? `${mark}{${letter}}` : ""
  )

const bare = (text: string): string => text.replaceAll(/\\text(?![A-Za-z])|[\s{}]+/g, "")

/** Not of x, y and z: of these an equation is to be solved, `\sin x = \frac12`. */
const isNamed = (of: string): boolean => {
  const expression = tryExpression(of)
  if (expression === null) return /\\angle/.test(of)
  const names = variablesOf(expression)
  return names.length > 0 && !names.some((name) => /^[x-z]/.test(name))
}

/** Whether such a name can be read as an expression, so that an equation may say the same: `2\sin\theta = 1`. */
export const isReadable = (name: string): boolean =>
  (CALCULATES.test(name) && VECTORS.test(name)) ||
  /^[A-Za-z]'+(?:\((?:x|t)\))?$/.test(name) ||
  /^(?:(?:sin|cos|tan|cot|sec|csc|ln|log|gcd|lcm|max|min)\W|\|[A-Za-z]\|(?:\^2)?$)/.test(name)
