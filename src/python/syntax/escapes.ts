/**
 * Backslash escapes of string literals: `\n`, `\x41`, `\u00e9`, `\101`.
 *
 * An unknown escape stays as written, as in Python 3.11.
 */

import { syntaxError } from "../values/exceptions.ts"
import { Refusal } from "../values/Refusal.ts"

const simple: ReadonlyMap<string, string> = new Map([
  ["\n", ""],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"]
])

const widths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** The text that the body of a literal stands for. `line` is where the literal starts. Throws PyRaise (SyntaxError). */
export const decodeEscapes = (body: string, line: number): string => {
  if (!body.includes("\\")) return body
  let text = ""
  let at = 0
  for (let slash = body.indexOf("\\"); slash >= 0; slash = body.indexOf("\\", at)) {
    const next = body[slash + 1]!
    text += body.slice(at, slash)
    const known = simple.get(next)
    const width = widths[next]
    if (known !== undefined) {
      text += known
      at = slash + 2
    } else if (width !== undefined) {
      text += codePoint(body, slash, next, width, line)
      at = slash + 2 + width
    } else if (next >= "0" && next <= "7") {
      const digits = /^[0-7]{1,3}/.exec(body.slice(slash + 1, slash + 4))![0]
      text += String.fromCodePoint(Number.parseInt(digits, 8))
      at = slash + 1 + digits.length
    } else if (next === "N") {
      throw new Refusal("Unsupported", "characters by name (\\N{...}) are outside this evaluator's Python", line)
    } else {
      text += `\\${next}`
      at = slash + 2
    }
  }
  return text + body.slice(at)
}

const codePoint = (body: string, slash: number, letter: string, width: number, line: number): string => {
  const digits = body.slice(slash + 2, slash + 2 + width)
  const complete = digits.length === width && /^[0-9a-fA-F]+$/.test(digits)
  const point = complete ? Number.parseInt(digits, 16) : -1
  if (point >= 0 && point <= 0x10ffff) return String.fromCodePoint(point)
  const what = complete ? "illegal Unicode character" : `truncated \\${letter}${"X".repeat(width)} escape`
  const good = /^[0-9a-fA-F]*/.exec(digits)![0].length
  const to = complete ? slash + 1 + width : slash + 1 + good
  throw syntaxError(`(unicode error) 'unicodeescape' codec can't decode bytes in position ${slash}-${to}: ${what}`, line)
}
