/**
 * One record of JSON as it was written. `JSON.parse` takes the last of two equal names, rounds numbers to what a double can hold,
 * and follows brackets however deep: a row would be another than the one in the file, and nothing would say so.
 */

import { visible } from "../../text/visible.ts"
import { WrittenNumber } from "../Dataset.ts"
import { asRow, type RawRow } from "./RawRow.ts"
import { strictText } from "./text.ts"

/** No record is nested deeper; deeper ones would overflow what reads them. */
const DEEPEST = 200

/** The bytes of one record as a row; `place` (`line 3 `) stands before what is wrong with them. */
export const jsonRow = (bytes: Uint8Array, row: number, place: string): RawRow => {
  const bad = (problem: string): RawRow => ({ row, field: "", problem: `${place}${problem}` })
  const decoded = strictText(bytes)
  if ("problem" in decoded) return bad(decoded.problemInTextFile)
  const passedOver = passedOverIn(decoded.text)
  if (passedOver.nested) return bad(`is nested more than ${DEEPEST} deep`)
  try {
    const value = exactly(decoded.text)
    return passedOver.twice === null
      ? asRow(row, value)
      : bad(`has the name "${visible(passedOver.twice.slice(0, 40))}" twice in one object, and nothing says which one counts`)
  } catch (error) {
    return bad(`is not valid JSON${where(error as Error, decoded.text)}`)
  }
}

/** A run of characters that a number longer than a double's certain digits has, or an exponent beyond its range. */
const PERHAPS_INEXACT = /[\d.]{16}|[eE][+-]?\d{3}/

/** `JSON.parse`, but numbers that a double would make another number of are kept by their digits. */
const exactly = (text: string): unknown =>
  PERHAPS_INEXACT.test(text)
    ? JSON.parse(text, function number(_key, value: unknown, context?: { readonly source?: string }) {
        const source = context?.source
        return typeof value === "number" && source !== undefined && !isDouble(source, value) ? new WrittenNumber(source) : value
      })
    : JSON.parse(text)

/**
 * Whether a double is the number that its source says: a whole number to the last digit; any other also as other programs print
 * doubles, with more digits than it takes to tell them apart. 0.10000000000000001 is the double 0.1, and 108224794.200000003 is
 * 108224794.2.
 */
const isDouble = (source: string, value: number): boolean => {
  if (digits(source) === digits(String(value))) return true
  const places = /\.(\d*)/.exec(source)?.[1]?.length ?? 0
  if (Number.isInteger(value) || !Number.isFinite(value) || places > MOST_PLACES) return false
  return digits(source) === digits(/e/i.test(source) ? value.toExponential(places) : value.toFixed(places))
}

/** Decimal places that a number can be printed with. */
const MOST_PLACES = 100

/** A numeral as its significant digits and the power of ten behind them; null for what is none, as Infinity. */
const digits = (numeral: string): string | null => {
  const match = /^-?(\d+)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(numeral)
  if (match === null) return null
  const [, whole = "", fraction = "", exponent = "0"] = match
  const significant = `${whole}${fraction}`.replace(/^0+/, "")
  const short = significant.replace(/0+$/, "")
  return short === "" ? "0" : `${short}e${BigInt(exponent) + BigInt(significant.length - short.length - fraction.length)}`
}

const [QUOTE, COLON, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x22, 0x3a, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]

/** What `JSON.parse` passes over: a name twice in one object, too many brackets in each other. Of no JSON it means nothing. */
const passedOverIn = (text: string): { readonly twice: string | null; readonly nested: boolean } => {
  const open: Array<Set<string> | null> = []
  let [start, end] = [0, 0]
  let twice: string | null = null
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      start = i
      i = end = endOfString(text, i)
    } else if (code === OPEN || code === OPEN_LIST) {
      if (open.push(code === OPEN ? new Set() : null) > DEEPEST) return { twice, nested: true }
    } else if (code === CLOSE || code === CLOSE_LIST) open.pop()
    else if (code === COLON && end > start) {
      const names = open.at(-1)
      if (names !== null && names !== undefined && twice === null) {
        const name: string = nameOf(text.slice(start, end + 1))
        if (names.has(name)) twice = name
        names.add(name)
      }
      // A string is the name of one value: of what is no JSON no string is looked at again and again.
      start = end
    }
  }
  return { twice, nested: false }
}

/** The index of the quote that closes a string, or of the end of the text. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end
    while (text.charCodeAt(before - 1) === BACKSLASH) before--
    if ((end - before) % 2 === 0) return end
  }
  return text.length
}

/** `"a"` and `"\u0061"` are one name. */
const nameOf = (token: string): string => {
  if (!token.includes("\\")) return token.slice(1, -1)
  try {
    return String(JSON.parse(token))
  } catch {
    return token
  }
}

/** Where a text stops being JSON, in words of our own. */
const where = ({ message }: Error, text: string): string => {
  if (/end of JSON|Unterminated/.test(message)) return ": it ends too early"
  const position = /at position (\d+)/.exec(message)?.[1]
  if (position !== undefined)
    return ` from character ${position} on: "${visible(text.slice(Number(position), Number(position) + 20))}"`
  const token = /^Unexpected token '(.+?)',/su.exec(message)?.[1]
  return token === undefined ? "" : `: unexpected "${visible(token)}"`
}
