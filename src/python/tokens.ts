import { decodeEscapes } from "./escapes.ts"
/**
 * Source text to tokens, as CPython's tokenizer does it: logical lines, indentation as INDENT and DEDENT, brackets that join lines.
 *
 * The body of an f-string stays raw here; strings.ts takes it apart. Tokens are in source order and end with `end`.
 */
import { raised, syntaxError } from "./exceptions.ts"
import { Refusal } from "./Meter.ts"
import { type Int, PyFloat } from "./objects.ts"

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

/** Longest first within a first character. */
const operators: ReadonlyMap<
  number,
  ReadonlyArray<string>
> = "**= ** *= * //= // /= / += + -= -> - %= % @= @ == = != <<= <= << < >>= >= >> > &= & |= | ^= ^ ~ ( ) [ ] { } , : := ; ... ."
  .split(" ")
  .reduce((table, operator) => {
    const first = operator.charCodeAt(0)
    const sorted = [...(table.get(first) ?? []), operator].toSorted((a, b) => b.length - a.length)
    return table.set(first, sorted)
  }, new Map<number, ReadonlyArray<string>>())

/** What each closing bracket closes. */
const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" }
const maxBrackets = 200
const maxIndents = 100
const maxSource = 2 ** 18

const number =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d(?:_?\d)*)?/y
const stringStart = /(?:[rR][fFbB]?|[fFbB][rR]?|[uU])?("""|'''|"|')/y
const identifier = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}_]*/uy

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
const isDigit = (code: number): boolean => code >= 48 && code <= 57

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
  }

  private push(kind: TokenKind, text: string, line: number, value: Int | PyFloat | null = null, raw = false): void {
    this.tokens.push({ kind, text, line, value, raw })
  }

  run(): ReadonlyArray<Token> {
    const { source } = this
    while (this.at < source.length) {
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
    const { source } = this
    let column = 0
    let alternate = 0
    for (; this.at < source.length; this.at++) {
      const code = source.charCodeAt(this.at)
      if (code === 32) {
        column++
        alternate++
      } else if (code === 9) {
        column = (column & ~7) + 8
        alternate++
      } else if (code === 12) column = alternate = 0
      else break
    }
    if (this.at >= source.length) return false
    const code = source.charCodeAt(this.at)
    if (code === 35) this.comment()
    if (this.lineEnd()) return false
    if (this.at >= source.length) return false
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
    const code = this.source.charCodeAt(this.at)
    if (code === 13) this.at += this.source.charCodeAt(this.at + 1) === 10 ? 2 : 1
    else if (code === 10) this.at++
    else return false
    this.line++
    return true
  }

  private logicalLine(): void {
    const { source } = this
    for (;;) {
      const code = source.charCodeAt(this.at)
      if (code === 32 || code === 9 || code === 12) this.at++
      else if (code === 10 || code === 13) {
        const line = this.line
        this.lineEnd()
        if (this.brackets.length === 0) return this.push("newline", "", line)
      } else if (this.at >= source.length) {
        if (this.brackets.length === 0) this.push("newline", "", this.line)
        return
      } else if (code === 35) this.comment()
      else if (code === 92) this.continuation()
      else this.token(code)
    }
  }

  private continuation(): void {
    this.at++
    if (this.at >= this.source.length) throw syntaxError("unexpected EOF while parsing", this.line)
    if (!this.lineEnd()) throw syntaxError("unexpected character after line continuation character", this.line)
    if (this.at >= this.source.length) throw syntaxError("unexpected EOF while parsing", this.line)
  }

  private token(code: number): void {
    const { source } = this
    if (isLetter(code)) {
      let end = this.at + 1
      for (let next = source.charCodeAt(end); isLetter(next) || isDigit(next); next = source.charCodeAt(end)) end++
      const next = source.charCodeAt(end)
      if ((next === 34 || next === 39) && end - this.at <= 2 && this.string()) return
      if (!(next >= 128)) {
        const text = source.slice(this.at, end)
        this.at = end
        return this.push(keywords.has(text) ? "keyword" : "name", text, this.line)
      }
    }
    if (isDigit(code) || (code === 46 && isDigit(source.charCodeAt(this.at + 1)))) return this.number()
    if (code === 34 || code === 39) {
      this.string()
      return
    }
    if (code >= 128 || isLetter(code)) return this.unicodeName()
    this.operator(code)
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

  /** The longest operator here. Where no second character can follow, the first is all of it. */
  private operatorAt(code: number): string | undefined {
    const known = operators.get(code)
    if (known === undefined) return undefined
    const next = this.source.charCodeAt(this.at + 1)
    const shortest = known.at(-1)!
    if (shortest.length === 1 && (next === 32 || known.length === 1)) return shortest
    return known.find((operator) => this.source.startsWith(operator, this.at))
  }

  private operator(code: number): void {
    const text = this.operatorAt(code)
    if (text === undefined) throw code < 32 || code === 127 ? this.invalidCharacter() : syntaxError("invalid syntax", this.line)
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
    number.lastIndex = this.at
    const text = number.exec(this.source)![0]
    const next = this.source.charCodeAt(this.at + text.length)
    if ((isLetter(next) || isDigit(next)) && !this.keywordAt(this.at + text.length)) throw this.badNumber(text, next)
    this.at += text.length
    this.push("number", text, this.line, this.numberValue(text.replaceAll("_", "")))
  }

  /** A short run of digits and nothing else, as most numbers are. */
  private plainInteger(): boolean {
    const { source, at } = this
    let end = at
    let value = 0
    for (let code = source.charCodeAt(end); isDigit(code); code = source.charCodeAt(++end)) value = value * 10 + code - 48
    const next = source.charCodeAt(end)
    const leadingZero = end - at > 1 && source.charCodeAt(at) === 48
    if (end === at || end - at > 15 || next === 46 || isLetter(next) || leadingZero) return false
    this.at = end
    this.push("number", "", this.line, value)
    return true
  }

  /** `1if x else 2`: these keywords may follow a number without a space. */
  private keywordAt(at: number): boolean {
    return /^(?:and|else|for|if|in|is|not|or)/.test(this.source.slice(at, at + 4))
  }

  private badNumber(text: string, next: number) {
    const after = this.source.charCodeAt(this.at + text.length + 1)
    if ((next === 106 || next === 74) && (isLetter(after) || isDigit(after)))
      return syntaxError("invalid imaginary literal", this.line)
    if (next === 106 || next === 74)
      return new Refusal("Unsupported", "complex numbers are outside this evaluator's Python", this.line)
    const radix = text.charCodeAt(1) | 32
    if (/^0[xob]/i.test(this.source.slice(this.at, this.at + 2))) {
      const kind = radix === 120 ? "hexadecimal" : radix === 111 ? "octal" : "binary"
      return syntaxError(`invalid ${kind} literal`, this.line)
    }
    return syntaxError("invalid decimal literal", this.line)
  }

  private numberValue(digits: string): Int | PyFloat {
    if (/^0[xob]/i.test(digits)) {
      const big = BigInt(digits)
      return big <= Number.MAX_SAFE_INTEGER ? Number(big) : big
    }
    if (/[.eE]/.test(digits)) return new PyFloat(Number(digits))
    if (digits.length > 1 && digits.startsWith("0") && /[1-9]/.test(digits))
      throw syntaxError(
        "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
        this.line
      )
    if (digits.length > 4300)
      throw syntaxError(
        "Exceeds the limit (4300 digits) for integer string conversion: value has " +
          `${digits.length} digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer ` +
          "literals to avoid decimal conversion limits.",
        this.line
      )
    const small = Number(digits)
    return Number.isSafeInteger(small) ? small : BigInt(digits)
  }

  /** Reads a string with its prefix. False where the letters before the quote are no prefix. */
  private string(): boolean {
    const { source } = this
    stringStart.lastIndex = this.at
    const match = stringStart.exec(source)
    if (match === null) return false
    const quote = match[1]!
    const prefix = match[0].slice(0, -quote.length).toLowerCase()
    const line = this.line
    const start = this.at + match[0].length
    const end = this.stringEnd(start, quote, line)
    const body = source.slice(start, end)
    this.at = end + quote.length
    if (prefix.includes("b")) throw new Refusal("Unsupported", "bytes are outside this evaluator's Python", line)
    const raw = prefix.includes("r")
    if (prefix.includes("f")) this.push("fstring", body, line, null, raw)
    else this.push("string", raw ? unifyLineEnds(body) : decodeEscapes(unifyLineEnds(body), line), line)
    return true
  }

  private stringEnd(start: number, quote: string, line: number): number {
    const { source } = this
    const triple = quote.length === 3
    const mark = quote.charCodeAt(0)
    for (let at = start; at < source.length; at++) {
      const code = source.charCodeAt(at)
      if (code === 92) {
        at++
        if (source.charCodeAt(at) === 10) this.line++
      } else if (code === 10) {
        if (!triple) break
        this.line++
      } else if (code === mark && (!triple || source.startsWith(quote, at))) return at
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
  const nul = source.indexOf("\0")
  if (nul >= 0) throw raised("ValueError", "source code string cannot contain null bytes")
  return new Lexer(source.startsWith("\uFEFF") ? source.slice(1) : source, firstLine).run()
}
