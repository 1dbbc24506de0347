/**
 * Vectors by their components: sums of unit vectors, `3\mathbf{i} - \mathbf{j}`, columns, rows that are turned, and sums of these
 * with numbers before them, `\frac12(1, 2) + t(3, 4)`. Each is the point with these coordinates.
 */

import { type Answer, COLUMN, VECTOR } from "../Answer.ts"
import { type Expression, Unreadable, variablesOf } from "../mathematics/Expression.ts"
import { parseExpression, tryExpression } from "../mathematics/parse.ts"
import { multiplied, raisedMatrix, type Rows, turned } from "../mathematics/vectors.ts"
import { tried } from "../relations/chains.ts"
import { bound } from "../relations/inequalities.ts"
import { type OfKind } from "../same-kind.ts"
import { isOneBracket, splitAt } from "../split.ts"
import { isInfinite } from "../unions.ts"

type Read = (text: string) => Answer

const TERM = /^([^]*?)\s*\\hat\{([ijk])\}$|^\\hat\{([ijk])\}\s*([^]+)$/

/** `3\mathbf{i} - \mathbf{j}`: in the plane, or in space where k is among them. */
export const unitVectors = (text: string, whole: Read): Answer | null => {
  // With a name before them they are read behind it.
  if (!text.includes("\\hat{") || splitAt(text, ["="]).parts.length > 1) return null
  const components = componentsIn(text, whole) ?? componentsOf(text)
  if (components === null) return null
  const letters = components.has("k") ? ["i", "j", "k"] : ["i", "j"]
  const all = anyVector(letters.map((letter) => components.get(letter) ?? bound(NOUGHT)))
  // Written by hand they are letters; one alone were a number of another kind, `3i`.
  const as = components.size < 2 ? null : tried(text.replaceAll(/\\hat\{([ijk])\}/g, " $1"), whole)
  return as === null ? all : { ...all, as: { kind: "rounded", exact: all.as, as } }
}

type Components = ReadonlyMap<string, Answer>

/** Of a sum of multiples, each of another unit vector; null for all else. */
const componentsIn = (text: string, whole: Read): Components | null => {
  const { parts, separators } = splitAt(text, ["+", "-"])
  const signs = ["+", ...separators]
  const components = new Map<string, Answer>()
  for (const [i, part] of parts.entries()) {
    if (part === "" && i === 0) continue
    const found = TERM.exec(part)
    const letter = found?.[2] ?? found?.[3]
    const factor = found?.[1] ?? found?.[4] ?? ""
    if (letter === undefined || components.has(letter) || factor.includes("\\hat{")) return null
    components.set(letter, whole(`${signs[i] === "-" ? "-" : ""}${factor === "" ? "1" : factor}`))
  }
  return components
}

/** Of a sum with brackets in it, `2(\mathbf{i} + \mathbf{j})`. */
const componentsOf = (text: string): Components | null => {
  const expression = tryExpression(text)
  const letters = ["i", "j", "k"].filter((letter) => text.includes(`\\hat{${letter}}`))
  const found = letters.map((letter) => expression && alongOf(expression, `\\hat ${letter}`))
  return found.every((along) => along != null) && found.length > 0
    ? new Map(letters.map((letter, i) => [letter, bound(found[i]!)]))
    : null
}

const number = (top: bigint): Expression => ({ kind: "number", value: { top, bottom: 1n } })
const [NOUGHT, ONCE] = [number(0n), number(1n)]
const isUnit = (name: string): boolean => /^\\hat [ijk]$/.test(name)
const isScalar = (at: Expression): boolean => !variablesOf(at).some(isUnit)

/** How much of a unit vector is in a sum of multiples; null for what is none. */
const alongOf = (at: Expression, unit: string): Expression | null => {
  switch (at.kind) {
    case "variable":
      return isUnit(at.name) ? (at.name === unit ? ONCE : NOUGHT) : null
    case "negative": {
      const of = alongOf(at.of, unit)
      return of && { kind: "negative", of }
    }
    case "sum":
    case "difference": {
      const [left, right] = [alongOf(at.left, unit), alongOf(at.right, unit)]
      return left && right && { kind: at.kind, left, right }
    }
    case "product": {
      const [factor, of] = isScalar(at.left) ? [at.left, at.right] : [at.right, at.left]
      const along = isScalar(factor) ? alongOf(of, unit) : null
      return along && { kind: "product", left: factor, right: along }
    }
    case "quotient": {
      const along = isScalar(at.right) ? alongOf(at.left, unit) : null
      return along && { kind: "quotient", left: along, right: at.right }
    }
    default:
      return null
  }
}

const MATRIX = /^\\begin\{([pb]matrix|matrix|array)\}(?:\s*\{([^{}]*)\})?([^]*?)\\end\{\1\}$/

const matrixIn = (text: string): RegExpExecArray | null =>
  MATRIX.exec(text.replace(/^[([]\s*(?=\\begin\{(?:array|matrix)\})([^]*)[)\]]$/, "$1"))

/** How many columns stand before each bar. */
const barsIn = (columns = ""): ReadonlyArray<number> => {
  const letters = columns.replaceAll(/[^clr|:]/g, "")
  const bars = [...letters.matchAll(/[|:]+/g)].map(({ index }) => letters.slice(0, index).replaceAll(/[|:]/g, "").length)
  if (bars.includes(0) || /[clr][|:]+$/.test(letters)) throw new Unreadable("has bars round a matrix")
  return bars
}

const rowsIn = (text: string): Rows | null => {
  const found = matrixIn(text)
  if (found === null || found[3]!.includes("\\begin")) return null
  const rows = found[3]!.split(/\\cr(?![A-Za-z])/).map((row) => row.trim())
  if (rows.at(-1) === "") rows.pop()
  return rows.map((row) => row.split("&").map(parseExpression))
}

export const matrix = (text: string): Answer | null => {
  const rows = rowsIn(text)
  return rows && columnOf({ kind: "matrix", rows, bars: barsIn(matrixIn(text)?.[2]) })
}

/** `isPoint`: with commas between its coordinates. */
interface Multiple {
  readonly rows: Rows
  readonly isPoint: boolean
  readonly isPlain: boolean
}

/** Parameters before a point; of other letters it might be what a function is of. */
const PARAMETER = /^(?:[a-ckrst]|\\(?:lambda|mu|alpha|beta))$/
const THOUSAND = /^\(\s*\d{1,3},\d{3}\s*\)$/

const OVER = /^([^]*?)\\frac\s*\{\s*((?:\(|\\langle|\\begin)[^]*)\}\s*\{([^{}]*)\}$/

/** A point, a column or a matrix, with what it is multiplied by before it, and a matrix also behind it. */
const multipleIn = (term: string): Multiple | null => {
  const over = term.includes("\\frac") ? OVER.exec(term) : null
  if (over !== null) return multipleIn(`${over[1]}\\frac{1}{${over[3]}}${over[2]}`)
  const end = term.lastIndexOf("}", term.indexOf("\\end{") < 0 ? -1 : term.indexOf("}", term.indexOf("\\end{"))) + 1
  const [product, behind] = end > 0 ? [term.slice(0, end), term.slice(end).replace(/^\s*[)\]]/, "")] : [term, ""]
  const open = opensAt(end > 0 && /^\s*[)\]]/.test(term.slice(end)) ? term : product)
  const vector = open < 0 ? "" : term.slice(open, term.length - behind.length)
  const isPoint = /[)e]$/.test(vector) && !/\\begin/.test(vector)
  const plain = isPoint ? coordinatesIn(vector) : rowsIn(vector)
  const [rows, scale] = plain === null ? [null, ""] : operated(plain, behind)
  const before = term.slice(0, Math.max(0, open)).replace(/(?:\\cdot|\\times|\*)?\s*$/, "")
  const factor = /^[-\s]*$/.test(before) ? ONCE : tryExpression(before)
  // A sign there would be of the matrix, and is none of a number.
  const last = scale.trim() === "" ? ONCE : /^\s*[\^_!'|]/.test(scale) ? null : tryExpression(`(1)${scale}`)
  if (rows === null || factor === null || last === null || THOUSAND.test(vector)) return null
  if (isPoint && !variablesOf(factor).every((name) => PARAMETER.test(name))) return null
  const isTurned = /^\s*-/.test(before) && factor === ONCE
  const first: Expression = { kind: "product", left: isTurned ? number(-1n) : factor, right: last }
  const times = (right: Expression): Expression => ({ kind: "product", left: first, right })
  return { rows: rows.map((row) => row.map(times)), isPoint, isPlain: before.trim() + behind.trim() === "" }
}

const TRANSPOSE = String.raw`T|\\top(?![A-Za-z])|\\intercal(?![A-Za-z])|\\text\s*\{\s*T\s*\}`
const OPERATION = new RegExp(
  String.raw`^\s*\^\s*(?:\{\s*(?:(${TRANSPOSE})|([-+]?\d{1,2}))\s*\}|(${TRANSPOSE})|(-?\d{1,2})(?!\d))`
)

/** A matrix with the power or the turn that stands behind it worked out, and what stands behind that. */
const operated = (rows: Rows, behind: string): readonly [Rows | null, string] => {
  const found = OPERATION.exec(behind)
  if (found === null) return [rows, behind]
  const exponent = found[2] ?? found[4]
  return [exponent === undefined ? turned(rows) : raisedMatrix(rows, Number(exponent)), behind.slice(found[0].length)]
}

const coordinatesIn = (point: string): Rows | null => {
  const inside = /^\(([^]*)\)$/.exec(point)?.[1] ?? /^\\langle([^]*)\\rangle$/.exec(point)?.[1]
  const parts = inside === undefined ? [] : splitAt(inside, [","]).parts
  const values = parts.map(tryExpression)
  return parts.length > 1 && values.every((value) => value !== null) ? values.map((value) => [value]) : null
}

/** Where the vector at the end of a product begins; below zero where none does. */
const opensAt = (term: string): number => {
  if (term.endsWith("\\rangle")) return term.lastIndexOf("\\langle")
  if (!term.endsWith(")") || /\\end\{\w+\}\s*\)$/.test(term)) return term.search(/[([]?\s*\\begin\{/)
  let depth = 0
  for (let at = term.length - 1; at >= 0; at--) {
    depth += term[at] === ")" ? 1 : term[at] === "(" ? -1 : 0
    if (depth === 0) return at
  }
  return -1
}

/** `2(1, 2)`, `\begin{pmatrix}1\\2\end{pmatrix} + t\begin{pmatrix}3\\4\end{pmatrix}`, worked out. */
export const combination = (text: string): Answer | null => {
  if (!/\\begin|\\rangle|,[^]*\)/.test(text) || /[=<>]|\\(?:[lg]eq|neq|in|cup|cap|setminus|pm|mp)(?![A-Za-z])/.test(text))
    return null
  if (/^[([{]/.test(text) && isOneBracket(text)) return null
  const times = /\\end[^]*\\begin/.test(text) ? product(text) : null
  if (times !== null) return times
  const { parts, separators } = splitAt(text, ["+", "-"])
  const terms = parts[0] === "" ? parts.slice(1) : parts
  const signs = parts[0] === "" ? separators : ["+", ...separators]
  if (parts.length === 1 && !/^(?:[-\d\\a-z({.]|\[\s*\\begin)/.test(text)) return null
  const multiples = terms.map(multipleIn)
  if (!multiples.every((multiple) => multiple !== null) || multiples.length === 0) return null
  const [first, ...others] = multiples
  const { rows, isPoint } = first!
  // Intervals, one without the other.
  if (others.length > 0 && multiples.every((one) => one.isPoint && one.isPlain) && signs.includes("-")) return null
  if (others.length === 0 && first!.isPlain && signs[0] === "+") return null
  if (!others.every((one) => one.rows.length === rows.length && one.rows.every((row, i) => row.length === rows[i]!.length)))
    return null
  const sum = rows.map((row, i) =>
    row.map((_, j) =>
      multiples
        .slice(1)
        .reduce<Expression>(
          (left, one, at) => ({ kind: signs[at + 1] === "-" ? "difference" : "sum", left, right: one.rows[i]![j]! }),
          signs[0] === "-" ? { kind: "negative", of: row[j]! } : row[j]!
        )
    )
  )
  return isPoint && others.every((one) => one.isPoint)
    ? anyVector(sum.map(([value]) => bound(value!)))
    : columnOf({ kind: "matrix", rows: sum, bars: [] })
}

const FACTOR = /\s*(?:\\cdot|\\times)?\s*([([]?\s*\\begin\{([pb]matrix|matrix|array)\}[^]*?\\end\{\2\}\s*[)\]]?)/y
const MOST_MATRICES = 6

/** Matrices side by side, each with a power or a turn behind it, multiplied; a single entry is a number. */
const product = (text: string): Answer | null => {
  const factors: Array<Rows> = []
  let rest = text
  while (rest !== "" && factors.length < MOST_MATRICES) {
    FACTOR.lastIndex = 0
    const found = FACTOR.exec(rest)
    const plain = found && rowsIn(found[1]!.trim())
    if (found === null || plain === null) return null
    const [rows, behind] = operated(plain, rest.slice(found[0].length))
    if (rows === null) return null
    factors.push(rows)
    rest = behind.trim()
  }
  if (rest !== "" || factors.length < 2) return null
  const rows = factors.slice(1).reduce<Rows | null>((all, next) => all && multiplied(all, next), factors[0]!)
  if (rows === null) return null
  const [[only] = []] = rows
  return rows.length === 1 && rows[0]!.length === 1 ? bound(only!) : columnOf({ kind: "matrix", rows, bars: [] })
}

const point = (items: ReadonlyArray<Answer>, of: string): Answer => ({ kind: "sequence", open: "(", close: ")", items, of })

/** A column, and a point as angle brackets write it. */
export const anyVector = (items: ReadonlyArray<Answer>): OfKind<"rounded"> => ({
  kind: "rounded",
  exact: point(items, COLUMN),
  as: point(items, VECTOR)
})

/** A matrix, and a column also as a point and a sum of unit vectors; a row is neither. */
const columnOf = (matrix: OfKind<"matrix">): Answer => {
  const { rows } = matrix
  if (rows.length < 2 || rows.some((row) => row.length !== 1)) return matrix
  const as = point(
    rows.map((row) => bound(row[0]!)),
    COLUMN
  )
  return { kind: "rounded", exact: { kind: "rounded", exact: matrix, as }, as }
}

const TURNED = new RegExp(String.raw`^(\([^]*\)|\[[^]*\])\s*\^\s*(?:\{\s*)?(?:${TRANSPOSE})\s*\}?$`)

/** `(1, 2, 3)^T`, `[1, 2, 3]^T`: a column. */
export const transposed = (text: string, whole: Read): Answer | null => {
  const of = TURNED.exec(text)?.[1]
  const row = of === undefined || of.includes("\\begin") || !isOneBracket(of) ? null : whole(of)
  const values = row?.kind === "sequence" && (row.open === "(") === (row.close === ")") ? row.items : []
  const entries = values.flatMap((value) => (value.kind === "value" ? [value.expression] : []))
  return entries.length < 2 || entries.length < values.length || entries.some(isInfinite)
    ? null
    : columnOf({ kind: "matrix", rows: entries.map((entry) => [entry]), bars: [] })
}

/** Whether an answer is a column, or a point in angle brackets: no set, and nothing that something is an element of. */
export const isColumn = (answer: Answer): boolean =>
  answer.kind === "matrix" ||
  (answer.kind === "sequence" && (answer.of === COLUMN || answer.of === VECTOR)) ||
  (answer.kind === "rounded" && (isColumn(answer.exact) || isColumn(answer.as)))
