/**
 * Source text to tokens, as CPython's tokenizer does it: logical lines, INDENT and DEDENT, brackets that join lines.
 *
 * Tokens are in source order and end with `end`. The body of an f-string stays raw here; string-literals.ts takes it apart.
 * A short program spends most of its time here.
 * So the characters are read from a typed array: `charCodeAt` costs several times as much.
 */

import { raised, syntaxError } from "../values/exceptions.ts"
import type { Int, PyFloat } from "../values/objects.ts"
import { Refusal } from "../values/Refusal.ts"
import { decodeEscapes } from "./escapes.ts"
import { readNumber } from "./number-literals.ts"

export type TokenKind =
  | "name"
  | "keyword"
  | "number"
  | "string"
  | "fstring"
  | "operator"
  | "newline"
  | "indent"
  | "dedent"
  | "end"

export interface Token {
  readonly kind: TokenKind
  /** Spelling of a name, keyword or operator; decoded text of a string; body of an f-string. */
  readonly text: string
  readonly line: number
  /** Value of a number; at the end, the line of a bracket that was never closed (its spelling is the text). */
  readonly value: Int | PyFloat | null
  /** An f-string written with `r`. */
  readonly raw: boolean
}

const keywords: ReadonlySet<string> = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if import " +
    "in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" ")
)
const longestKeyword = 8

/** By first character, longest first. */
const operators: ReadonlyArray<ReadonlyArray<string>> =
  "**= ** *= * //= // /= / += + -= -> - %= % @= @ == = != <<= <= << < >>= >= >> > &= & |= | ^= ^ ~ ( ) [ ] { } , := : ; ... ."
    .split(" ")
    .reduce(
      (table, operator) => {
        const first = operator.charCodeAt(0)
        table[first] = [...table[first]!, operator].toSorted((a, b) => b.length - a.length)
        return table
      },
      Array.from({ length: 128 }, (): ReadonlyArray<string> => [])
    )

/** What each closing bracket closes. */
const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" }
const maxBrackets = 200
const maxIndents = 100
const maxSource = 2 ** 18

/** What may stand before a quote, in lower case. */
const prefixes: ReadonlySet<string> = new Set(["r", "f", "b", "u", "rf", "fr", "rb", "br"])
const identifier = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}_]*/uy

const letter = 1
const digit = 2
/** Class of each ASCII character: letters (and `_`), digits, the rest. */
const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  const c = String.fromCharCode(code)
  return /[A-Za-z_]/.test(c) ? letter : /\d/.test(c) ? digit : 0
})

/** The source being read, with a NUL after its end; no source holds one. Sources are read one at a time, each to its end. */
const units = new Uint16Array(maxSource + 1)
const unitBytes = Buffer.from(units.buffer)

class Lexer {
  readonly tokens: Array<Token> = []
  private readonly source: string
  private at = 0
  private line: number
  private readonly indents = [0]
  private readonly alternates = [0]
  private readonly brackets: Array<{ readonly bracket: string; readonly line: number }> = []

  constructor(source: string, firstLine: number) {
    this.source = source
    this.line = firstLine
    unitBytes.write(source, "utf16le")
    units[source.length] = 0
  }

  private push(kind: TokenKind, text: string, line: number, value: Int | PyFloat | null = null, raw = false): void {
    this.tokens.push({ kind, text, line, value, raw })
  }

  run(): ReadonlyArray<Token> {
    while (units[this.at] !== 0) {
      if (this.indentation()) this.logicalLine()
    }
    while (this.indents.length > 1) {
      this.indents.pop()
      this.push("dedent", "", this.line)
    }
    const open = this.brackets.at(-1)
    if (open === undefined) this.push("end", "", this.line)
    else this.push("end", open.bracket, this.line, open.line)
    return this.tokens
  }

  /** Reads the white space that opens a line. False where the line is blank or a comment: such lines say nothing. */
  private indentation(): boolean {
    let column = 0
    let alternate = 0
    let { at } = this
    for (; ; at++) {
      const code = units[at]
      if (code === 32) {
        column++
        alternate++
      } else if (code === 9) {
        column = (column & ~7) + 8
        alternate++
      } else if (code === 12) column = alternate = 0
      else break
    }
    this.at = at
    if (units[at] === 35) this.comment()
    if (this.lineEnd() || units[this.at] === 0) return false
    this.indent(column, alternate)
    return true
  }

  private indent(column: number, alternate: number): void {
    const current = this.indents.at(-1)!
    if (column === current) {
      if (alternate !== this.alternates.at(-1)) throw this.tabError()
      return
    }
    if (column > current) {
      if (alternate <= this.alternates.at(-1)!) throw this.tabError()
      if (this.indents.length >= maxIndents) throw syntaxError("too many levels of indentation", this.line, "IndentationError")
      this.indents.push(column)
      this.alternates.push(alternate)
      this.push("indent", "", this.line)
      return
    }
    while (this.indents.at(-1)! > column) {
      this.indents.pop()
      this.alternates.pop()
      this.push("dedent", "", this.line)
    }
    if (this.indents.at(-1) !== column)
      throw syntaxError("unindent does not match any outer indentation level", this.line, "IndentationError")
    if (this.alternates.at(-1) !== alternate) throw this.tabError()
  }

  private tabError() {
    return syntaxError("inconsistent use of tabs and spaces in indentation", this.line, "TabError")
  }

  private comment(): void {
    const end = this.source.indexOf("\n", this.at)
    this.at = end < 0 ? this.source.length : end
  }

  /** Steps over a line end where there is one. */
  private lineEnd(): boolean {
    const code = units[this.at]
    if (code === 13) this.at += units[this.at + 1] === 10 ? 2 : 1
    else if (code === 10) this.at++
    else return false
    this.line++
    return true
  }

  private logicalLine(): void {
    for (;;) {
      const code = units[this.at]!
      if (code === 32 || code === 9 || code === 12) this.at++
      else if (code === 10 || code === 13) {
        const line = this.line
        this.lineEnd()
        if (this.brackets.length === 0) return this.push("newline", "", line)
      } else if (code === 0) {
        if (this.brackets.length === 0) this.push("newline", "", this.line)
        return
      } else if (code === 35) this.comment()
      else if (code === 92) this.continuation()
      else this.token(code)
    }
  }

  private continuation(): void {
    this.at++
    if (units[this.at] === 0) throw syntaxError("unexpected EOF while parsing", this.line)
    if (!this.lineEnd()) throw syntaxError("unexpected character after line continuation character", this.line)
    if (units[this.at] === 0) throw syntaxError("unexpected EOF while parsing", this.line)
  }

  private token(code: number): void {
    if (code >= 128) return this.unicodeName()
    const kind = classes[code]
    if (kind === letter) return this.word()
    if (kind === digit || (code === 46 && classes[units[this.at + 1]!] === digit)) return this.number()
    if (code === 34 || code === 39) return this.string("", this.at, code)
    this.operator(code)
  }

  private word(): void {
    const { source, at } = this
    let end = at + 1
    // Beyond ASCII there is no class: a comparison with undefined is false.
    while (classes[units[end]!]! > 0) end++
    const next = units[end]!
    if (next >= 128) return this.unicodeName()
    const text = source.slice(at, end)
    if ((next === 34 || next === 39) && prefixes.has(text.toLowerCase())) return this.string(text.toLowerCase(), end, next)
    this.at = end
    this.push(end - at <= longestKeyword && keywords.has(text) ? "keyword" : "name", text, this.line)
  }

  /** Names outside ASCII, in NFKC as the language reference has it. */
  private unicodeName(): void {
    identifier.lastIndex = this.at
    const match = identifier.exec(this.source)
    if (match === null) throw this.invalidCharacter()
    this.at = identifier.lastIndex
    const text = match[0].normalize("NFKC")
    this.push(keywords.has(text) ? "keyword" : "name", text, this.line)
  }

  private invalidCharacter() {
    const point = this.source.codePointAt(this.at)!
    const hex = point.toString(16).toUpperCase().padStart(4, "0")
    const printable = point > 127 && !/[\p{C}\p{Z}]/u.test(String.fromCodePoint(point))
    return syntaxError(
      printable ? `invalid character '${String.fromCodePoint(point)}' (U+${hex})` : `invalid non-printable character U+${hex}`,
      this.line
    )
  }

  /** The longest operator here, or a character that is none, which the parser refuses where it comes to it, as CPython's does. */
  private operatorAt(code: number): string {
    const known = operators[code]!
    const shortest = known.at(-1)
    // Where no second character can follow, the first is all of it.
    if (shortest !== undefined && shortest.length === 1 && (known.length === 1 || units[this.at + 1] === 32)) return shortest
    for (const operator of known) if (this.source.startsWith(operator, this.at)) return operator
    if (code < 32 || code === 127) throw this.invalidCharacter()
    return String.fromCharCode(code)
  }

  private operator(code: number): void {
    const text = this.operatorAt(code)
    this.at += text.length
    if (text === "(" || text === "[" || text === "{") {
      if (this.brackets.length >= maxBrackets) throw syntaxError("too many nested parentheses", this.line)
      this.brackets.push({ bracket: text, line: this.line })
    } else if (text === ")" || text === "]" || text === "}") this.close(text)
    this.push("operator", text, this.line)
  }

  private close(closer: string): void {
    const open = this.brackets.pop()
    if (open === undefined) throw syntaxError(`unmatched '${closer}'`, this.line)
    if (open.bracket === closers[closer]) return
    const where = open.line === this.line ? "" : ` on line ${open.line}`
    throw syntaxError(`closing parenthesis '${closer}' does not match opening parenthesis '${open.bracket}'${where}`, this.line)
  }

  private number(): void {
    if (this.plainInteger()) return
    const { value, end } = readNumber(this.source, this.at, this.line)
    this.at = end
    this.push("number", "", this.line, value)
  }

  /** A short run of digits and nothing else, as most numbers are. */
  private plainInteger(): boolean {
    const { at } = this
    let end = at
    let value = 0
    for (; classes[units[end]!] === digit; end++) value = value * 10 + units[end]! - 48
    const next = units[end]!
    const leadingZero = end - at > 1 && units[at] === 48
    if (end === at || end - at > 15 || next === 46 || classes[next] === letter || leadingZero) return false
    this.at = end
    this.push("number", "", this.line, value)
    return true
  }

  /** The string whose opening quote, `mark`, stands at `quote`. */
  private string(prefix: string, quote: number, mark: number): void {
    const { line } = this
    const width = units[quote + 1] === mark && units[quote + 2] === mark ? 3 : 1
    const start = quote + width
    const end = this.stringEnd(start, mark, width === 3, line)
    const body = this.source.slice(start, end)
    this.at = end + width
    if (prefix.includes("b")) throw new Refusal("Unsupported", "bytes are outside this evaluator's Python", line)
    const raw = prefix.includes("r")
    if (prefix.includes("f")) this.push("fstring", body, line, null, raw)
    else this.push("string", raw ? unifyLineEnds(body) : decodeEscapes(unifyLineEnds(body), line), line)
  }

  private stringEnd(start: number, mark: number, triple: boolean, line: number): number {
    for (let at = start; ; at++) {
      const code = units[at]
      if (code === 0) break
      if (code === 92) {
        at++
        if (units[at] === 10) this.line++
        if (units[at] === 0) break
      } else if (code === 10) {
        if (!triple) break
        this.line++
      } else if (code === mark && (!triple || (units[at + 1] === mark && units[at + 2] === mark))) return at
    }
    const last = triple ? this.line : line
    throw syntaxError(`unterminated ${triple ? "triple-quoted " : ""}string literal (detected at line ${last})`, line)
  }
}

const unifyLineEnds = (text: string): string => (text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text)

/** Tokens of `source`; `firstLine` is the line its first character stands on. Throws PyRaise (SyntaxError) or Refusal. */
export const tokenize = (source: string, firstLine = 1): ReadonlyArray<Token> => {
  if (source.length > maxSource)
    throw new Refusal("BudgetExceeded", `the source has ${source.length} characters, more than ${maxSource}`, null)
  if (source.includes("\0")) throw raised("ValueError", "source code string cannot contain null bytes")
  return new Lexer(source.startsWith("\uFEFF") ? source.slice(1) : source, firstLine).run()
}
