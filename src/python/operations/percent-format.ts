/** `'%d of %s' % values`: the printf style. */

import type { BudgetAccount } from "../values/Budget.ts"
import { dictGet } from "../values/dicts.ts"
import { raised, typeError, valueError } from "../values/exceptions.ts"
import { truncate, asFloat } from "../values/floats.ts"
import { toDecimal, toRadix, asInt } from "../values/integers.ts"
import { type Int, PyDict, PyFloat, PyTuple, type PyValue, typeName } from "../values/objects.ts"
import { ascii, repr, str } from "../values/repr.ts"
import { formatFloat, type Spec } from "./format-value.ts"

const field = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?(.)?/gsu

/** `template % values`. Throws TypeError and ValueError as CPython does. */
export const percentFormat = (account: BudgetAccount, template: string, values: PyValue): string => {
  const items = values instanceof PyTuple ? values.items : [values]
  let used = 0
  const next = (): PyValue => {
    const value = items[used++]
    if (value === undefined) throw typeError("not enough arguments for format string")
    return value
  }
  const size = (text: string | undefined): number => {
    const value = text === "*" ? next() : Number(text ?? 0)
    if (typeof value !== "number") throw typeError("* wants int")
    account.allocate(Math.abs(value))
    return value
  }
  let named = false
  account.work(template.length)
  account.allocate(template.length + 49)
  const text = template.replaceAll(field, (whole, name, flags: string, width, precision, type, ...rest) => {
    if (type === undefined) throw valueError("incomplete format")
    if (type === "%") return "%"
    const space = size(width)
    const digits = whole.includes(".") ? size(precision) : null
    let value: PyValue
    if (name === undefined) value = next()
    else {
      named = true
      value = member(account, values, name as string)
    }
    const offset = rest[0] as number
    const part = pad(convert(account, type as string, value, flags, digits, offset + whole.length - 1), space, flags)
    account.allocate(part.length)
    return part
  })
  if (used < items.length && !named && !(values instanceof PyDict) && !(values instanceof PyTuple && items.length === 0))
    throw typeError("not all arguments converted during string formatting")
  return text
}

const member = (account: BudgetAccount, values: PyValue, name: string): PyValue => {
  if (!(values instanceof PyDict)) throw typeError("format requires a mapping")
  const value = dictGet(account, values, name)
  if (value === undefined) throw raised("KeyError", name)
  return value
}

interface Converted {
  readonly sign: string
  readonly body: string
  readonly numeric: boolean
}

const pad = ({ sign, body, numeric }: Converted, width: number, flags: string): string => {
  const missing = Math.abs(width) - sign.length - body.length
  if (missing <= 0) return sign + body
  if (flags.includes("-") || width < 0) return sign + body + " ".repeat(missing)
  return flags.includes("0") && numeric ? sign + "0".repeat(missing) + body : " ".repeat(missing) + sign + body
}

const convert = (
  account: BudgetAccount,
  type: string,
  value: PyValue,
  flags: string,
  precision: number | null,
  index: number
): Converted => {
  const sign = (negative: boolean) => (negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "")
  const plain = (text: string): Converted => ({
    sign: "",
    body: precision === null ? text : text.slice(0, precision),
    numeric: false
  })
  switch (type) {
    case "s":
      return plain(str(account, value))
    case "r":
      return plain(repr(account, value))
    case "a":
      return plain(ascii(account, value))
    case "c":
      return { sign: "", body: character(value), numeric: false }
    case "d":
    case "i":
    case "u":
    case "x":
    case "X":
    case "o": {
      const int = integer(value, type)
      const digits = integerDigits(account, int < 0 ? -int : int, type)
      const prefix = flags.includes("#") && "xXo".includes(type) ? `0${type}` : ""
      return { sign: sign(int < 0) + prefix, body: digits.padStart(precision ?? 0, "0"), numeric: true }
    }
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G": {
      const x = real(value)
      const body = formatFloat(account, Math.abs(x), { ...bare, type, precision: precision ?? 6, alternate: flags.includes("#") })
      return { sign: sign(x < 0 || Object.is(x, -0)), body, numeric: Number.isFinite(x) }
    }
    default:
      throw valueError(`unsupported format character '${type}' (0x${type.codePointAt(0)!.toString(16)}) at index ${index}`)
  }
}

const bare: Spec = {
  fill: " ",
  align: "",
  sign: "",
  noNegativeZero: false,
  alternate: false,
  width: 0,
  grouping: "",
  precision: null,
  type: ""
}

const integerDigits = (account: BudgetAccount, size: Int, type: string): string => {
  if (type === "x" || type === "X") return type === "x" ? toRadix(account, size, 16) : toRadix(account, size, 16).toUpperCase()
  return type === "o" ? toRadix(account, size, 8) : toDecimal(account, size)
}

const integer = (value: PyValue, type: string): Int => {
  const int = asInt(value)
  if (int !== null) return int
  if (value instanceof PyFloat && "diu".includes(type)) return truncate(value.value)
  const wanted = "diu".includes(type) ? "a real number" : "an integer"
  throw typeError(`%${type} format: ${wanted} is required, not ${typeName(value)}`)
}

const real = (value: PyValue): number => {
  const x = asFloat(value)
  if (x === null) throw typeError(`must be real number, not ${typeName(value)}`)
  return x
}

const character = (value: PyValue): string => {
  if (typeof value === "string" && [...value].length === 1) return value
  if (typeof value === "number" && value >= 0 && value <= 0x10ffff) return String.fromCodePoint(value)
  if (typeof value === "number") throw raised("OverflowError", "%c arg not in range(0x110000)")
  throw typeError("%c requires int or char")
}
