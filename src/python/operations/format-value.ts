/**
 * `format(value, spec)`: the format mini-language of f-strings and str.format.
 *
 *   [[fill]align][sign][z][#][0][width][grouping][.precision][type]
 */

import type { BudgetAccount } from "../values/Budget.ts"
import { textLength, textSlice } from "../values/code-points.ts"
import { raised, typeError, valueError } from "../values/exceptions.ts"
import { exponentText, fixedDigits, floatRepr, significantDigits } from "../values/floats.ts"
import { toDecimal, toFloat, toRadix } from "../values/integers.ts"
import { type Int, PyFloat, type PyValue, typeName } from "../values/objects.ts"
import { str } from "../values/repr.ts"

/** A format spec, taken apart. */
export interface Spec {
  readonly fill: string
  readonly align: "<" | ">" | "^" | "=" | ""
  readonly sign: "+" | "-" | " " | ""
  readonly noNegativeZero: boolean
  readonly alternate: boolean
  readonly width: number
  readonly grouping: "," | "_" | ""
  readonly precision: number | null
  readonly type: string
}

const grammar = /^(?:(.)?([<>=^]))?([+\- ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?(.)?$/su

/** `format(value, spec)`. Throws ValueError for a spec that does not fit the value. */
export const formatValue = (account: BudgetAccount, value: PyValue, spec: string): string => {
  if (spec === "") return str(account, value)
  if (typeof value === "boolean") return formatInt(account, value ? 1 : 0, parseSpec(account, spec, value), "bool")
  if (typeof value === "string") return formatText(value, parseSpec(account, spec, value))
  if (typeof value === "number" || typeof value === "bigint")
    return formatInt(account, value, parseSpec(account, spec, value), "int")
  if (value instanceof PyFloat) return formatFloat(account, value.value, parseSpec(account, spec, value))
  throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`)
}

const parseSpec = (account: BudgetAccount, spec: string, value: PyValue): Spec => {
  const match = grammar.exec(spec)
  if (match === null) throw badSpec(spec, value)
  const [, fill, align, sign, z, alternate, zero, width, grouping, precision, type] = match
  const parsed: Spec = {
    fill: fill ?? (zero === undefined ? " " : "0"),
    align: (align ?? (zero !== undefined && typeof value !== "string" ? "=" : "")) as Spec["align"],
    sign: (sign ?? "") as Spec["sign"],
    noNegativeZero: z !== undefined,
    alternate: alternate !== undefined,
    width: width === undefined ? 0 : digitsOf(width),
    grouping: (grouping ?? "") as Spec["grouping"],
    precision: precision === undefined ? null : digitsOf(precision),
    type: type ?? ""
  }
  account.allocate(parsed.width + (parsed.precision ?? 0))
  return parsed
}

const digitsOf = (text: string): number => {
  const value = Number(text)
  if (value > 2 ** 31 - 1) throw valueError("Too many decimal digits in format string")
  return value
}

const badSpec = (spec: string, value: PyValue) => {
  if (/,_|_,/.test(spec)) return valueError("Cannot specify both ',' and '_'.")
  if (/,,/.test(spec)) return valueError("Cannot specify ',' with ','.")
  if (/\.(?!\d)/.test(spec)) return valueError("Format specifier missing precision")
  return valueError(`Invalid format specifier '${spec}' for object of type '${typeName(value)}'`)
}

const unknownCode = (type: string, name: string) => valueError(`Unknown format code '${type}' for object of type '${name}'`)

/** Pads `sign + body` to the width; `=` puts the fill between sign and digits. */
const pad = (sign: string, body: string, spec: Spec, usual: "<" | ">"): string => {
  const missing = spec.width - textLength(sign + body)
  if (missing <= 0) return sign + body
  const align = spec.align === "" ? usual : spec.align
  const fill = (count: number) => spec.fill.repeat(count)
  if (align === "<") return sign + body + fill(missing)
  if (align === ">") return fill(missing) + sign + body
  if (align === "=") return sign + fill(missing) + body
  const left = Math.floor(missing / 2)
  return fill(left) + sign + body + fill(missing - left)
}

const formatText = (text: string, spec: Spec): string => {
  if (spec.grouping !== "" && (spec.type === "" || spec.type === "s"))
    throw valueError(`Cannot specify '${spec.grouping}' with 's'.`)
  if (spec.type !== "" && spec.type !== "s") throw unknownCode(spec.type, "str")
  if (spec.sign !== "") throw valueError(`${spec.sign === " " ? "Space" : "Sign"} not allowed in string format specifier`)
  if (spec.alternate) throw valueError("Alternate form (#) not allowed in string format specifier")
  if (spec.align === "=") throw valueError("'=' alignment not allowed in string format specifier")
  return pad("", spec.precision === null ? text : textSlice(text, 0, spec.precision), spec, "<")
}

const signOf = (negative: boolean, spec: Spec): string => (negative ? "-" : spec.sign === "-" ? "" : spec.sign)

/** Separators every `size` digits of the integer part; zero fill is grouped too, up to the width. */
const group = (digits: string, rest: string, sign: string, spec: Spec, size: number): string => {
  let integer = digits
  if (spec.fill === "0" && spec.align === "=") {
    // The fewest digits that fill the room with a separator after every `size` of them; none comes first, as in Python.
    const room = spec.width - sign.length - rest.length
    const filled = spec.grouping === "" ? room : Math.floor(room / (size + 1)) * size + Math.max(1, room % (size + 1))
    integer = integer.padStart(filled, "0")
  }
  return grouped(integer, spec.grouping, size)
}

const grouped = (digits: string, separator: string, size: number): string => {
  if (separator === "") return digits
  const first = digits.length % size || size
  let text = digits.slice(0, first)
  for (let i = first; i < digits.length; i += size) text += separator + digits.slice(i, i + size)
  return text
}

const radixes: Readonly<Record<string, readonly [2 | 8 | 16, string]>> = {
  b: [2, "0b"],
  o: [8, "0o"],
  x: [16, "0x"],
  X: [16, "0X"]
}

const formatInt = (account: BudgetAccount, value: Int, spec: Spec, name: string): string => {
  const { type } = spec
  if ("eEfFgG%".includes(type) && type !== "") return formatFloat(account, toFloat(value), spec)
  if (type === "c") return formatCharacter(value, spec)
  const radix = radixes[type]
  if (radix === undefined && !["", "d", "n"].includes(type)) throw unknownCode(type, name)
  if (spec.precision !== null) throw valueError("Precision not allowed in integer format specifier")
  if (radix !== undefined && spec.grouping === ",") throw valueError(`Cannot specify ',' with '${type}'.`)
  const negative = value < 0
  const size = negative ? -value : value
  let digits = radix === undefined ? toDecimal(account, size) : toRadix(account, size, radix[0])
  if (type === "X") digits = digits.toUpperCase()
  const sign = signOf(negative, spec) + (spec.alternate && radix !== undefined ? radix[1] : "")
  return pad(sign, group(digits, "", sign, spec, radix === undefined ? 3 : 4), spec, ">")
}

const formatCharacter = (value: Int, spec: Spec): string => {
  if (typeof value !== "number" || value < 0 || value > 0x10ffff) throw raised("OverflowError", "%c arg not in range(0x110000)")
  return pad("", String.fromCodePoint(value), spec, "<")
}

/** A float by its spec. */
export const formatFloat = (account: BudgetAccount, value: number, spec: Spec): string => {
  const { type } = spec
  if (type !== "" && !"eEfFgGn%".includes(type)) throw unknownCode(type, "float")
  if (spec.precision !== null && spec.precision > 2 ** 31 - 2) throw valueError("precision too big")
  const scaled = type === "%" ? value * 100 : value
  const size = Math.abs(scaled)
  const precision = spec.precision ?? 6
  account.work(precision * (4 + precision / 1024))
  account.step(size >= 1e21 || size < 1e-6 ? 20 : 2)
  let body = Number.isFinite(size) ? finiteBody(size, spec) : Number.isNaN(size) ? "nan" : "inf"
  let negative = scaled < 0 || Object.is(scaled, -0)
  if (spec.noNegativeZero && negative && !/[1-9]/.test(body)) negative = false
  if (type === "E" || type === "F" || type === "G") body = body.toUpperCase()
  const end = type === "%" ? "%" : ""
  const sign = signOf(negative, spec)
  const integer = /^\d*/.exec(body)![0]
  const rest = body.slice(integer.length) + end
  return pad(sign, (integer === "" ? "" : group(integer, rest, sign, spec, 3)) + rest, spec, ">")
}

/** Digits of a finite, non-negative float in the style of `spec.type`. */
const finiteBody = (size: number, { type, precision, alternate }: Spec): string => {
  const point = (text: string) => (alternate && !text.includes(".") ? `${text}.` : text)
  switch (type) {
    case "f":
    case "F":
    case "%":
      return point(fixedDigits(size, precision ?? 6))
    case "e":
    case "E":
      return exponentForm(size, precision ?? 6, alternate)
    case "":
      return precision === null ? floatRepr(size) : generalForm(size, Math.max(1, precision), alternate, true)
    default:
      return generalForm(size, Math.max(1, precision ?? 6), alternate, false)
  }
}

const exponentForm = (size: number, precision: number, alternate: boolean): string => {
  const { digits, exponent } = significantDigits(size, precision + 1)
  const fraction = precision > 0 || alternate ? `.${digits.slice(1)}` : ""
  return `${digits[0]}${fraction}e${exponentText(exponent)}`
}

/**
 * `g`: fixed where -4 <= exponent < precision, else scientific; without trailing zeros.
 * `point` asks for a digit after the point.
 */
const generalForm = (size: number, precision: number, alternate: boolean, point: boolean): string => {
  const { digits, exponent } = significantDigits(size, precision)
  const limit = point ? precision - 1 : precision
  const trim = (text: string) => (alternate || !text.includes(".") ? text : text.replace(/\.?0+$/, ""))
  if (exponent < -4 || exponent >= limit) {
    const mantissa = trim(digits.length > 1 || alternate ? `${digits[0]}.${digits.slice(1)}` : digits)
    return `${mantissa}e${exponentText(exponent)}`
  }
  const text =
    exponent < 0
      ? `0.${"0".repeat(-exponent - 1)}${digits}`
      : `${digits.slice(0, exponent + 1)}${digits.length > exponent + 1 || alternate ? "." : ""}${digits.slice(exponent + 1)}`
  const trimmed = trim(text)
  return point && !trimmed.includes(".") ? `${trimmed}.0` : trimmed
}
