/** String literals side by side, and f-strings taken apart into text and fields (the grammar of Python 3.11). */

import { append } from "../../lists/large.ts"
import type { Expr, FStringPart } from "./ast.ts"
import { Cursor } from "./Cursor.ts"
import { decodeEscapes } from "./escapes.ts"
import { parseExpressionList, parseNamed, parseYield } from "./expressions.ts"
import { tokenize } from "./tokens.ts"

/** One or more adjacent literals: a constant, or an FString where any of them is formatted. */
export const parseStrings = (cursor: Cursor): Expr => {
  const line = cursor.line
  if (cursor.token.kind === "string" && cursor.peek().kind !== "string" && cursor.peek().kind !== "fstring")
    return { kind: "Constant", value: cursor.advance().text, line }
  const parts: Array<FStringPart> = []
  let formatted = false
  while (cursor.token.kind === "string" || cursor.token.kind === "fstring") {
    const token = cursor.advance()
    if (token.kind === "string") parts.push({ kind: "text", text: token.text })
    else {
      formatted = true
      append(parts, new FStringReader(cursor, token.text, token.raw, token.line).parts(0))
    }
  }
  if (formatted) return { kind: "FString", parts, line }
  return { kind: "Constant", value: parts.map((part) => (part.kind === "text" ? part.text : "")).join(""), line }
}

/** Reads the body of one f-string: text, and fields `{expression!conversion:spec}`. */
class FStringReader {
  private readonly cursor: Cursor
  private readonly body: string
  private readonly raw: boolean
  private readonly line: number
  private at = 0

  constructor(cursor: Cursor, body: string, raw: boolean, line: number) {
    this.cursor = cursor
    this.body = body
    this.raw = raw
    this.line = line
  }

  private error(message: string) {
    return this.cursor.error(`f-string: ${message}`, this.line)
  }

  /** Text and fields up to the end, or inside a format spec (`depth` 1) up to its `}`. */
  parts(depth: number): Array<FStringPart> {
    const { body } = this
    const parts: Array<FStringPart> = []
    let text = ""
    for (;;) {
      const next = body[this.at]
      if (next === undefined || (next === "}" && depth > 0)) break
      if (next === "}") {
        if (body[this.at + 1] !== "}") throw this.error("single '}' is not allowed")
        text += "}"
        this.at += 2
      } else if (next === "{" && body[this.at + 1] === "{" && depth === 0) {
        text += "{"
        this.at += 2
      } else if (next === "{") {
        if (text !== "") parts.push(this.text(text))
        text = ""
        append(parts, this.field(depth))
      } else {
        text += next
        this.at++
      }
    }
    if (text !== "") parts.push(this.text(text))
    return parts
  }

  private text(text: string): FStringPart {
    return { kind: "text", text: this.raw ? text : decodeEscapes(text, this.line) }
  }

  private field(depth: number): ReadonlyArray<FStringPart> {
    if (depth >= 2) throw this.error("expressions nested too deeply")
    const { body } = this
    const start = ++this.at
    this.at = this.expressionEnd(start)
    const source = body.slice(start, this.at)
    const value = this.expression(source)
    const before = this.at
    let debug: FStringPart | null = null
    if (body[this.at] === "=") {
      this.at++
      while (body[this.at] === " ") this.at++
      debug = { kind: "text", text: source + body.slice(before, this.at) }
    }
    const conversion = this.conversion()
    let spec: ReadonlyArray<FStringPart> | null = null
    if (body[this.at] === ":") {
      this.at++
      spec = this.parts(depth + 1)
    }
    if (body[this.at] !== "}") throw this.error("expecting '}'")
    this.at++
    const implied = debug !== null && conversion === "" && spec === null ? "r" : conversion
    const field: FStringPart = { kind: "field", value, conversion: implied, spec }
    return debug === null ? [field] : [debug, field]
  }

  private conversion(): "r" | "s" | "a" | "" {
    if (this.body[this.at] !== "!") return ""
    const letter = this.body[this.at + 1]
    if (letter !== "r" && letter !== "s" && letter !== "a")
      throw this.error("invalid conversion character: expected 's', 'r', or 'a'")
    this.at += 2
    return letter
  }

  /** Where the expression that starts at `start` ends: outside brackets and strings, at `}`, `:`, `!` or a lone `=`. */
  private expressionEnd(start: number): number {
    const { body } = this
    const open: Array<string> = []
    let quote = ""
    for (let at = start; at < body.length; at++) {
      const c = body[at]!
      if (c === "\\") throw this.error("expression part cannot include a backslash")
      if (quote !== "") {
        if (body.startsWith(quote, at)) {
          at += quote.length - 1
          quote = ""
        }
      } else if (c === '"' || c === "'") {
        quote = body.startsWith(c.repeat(3), at) ? c.repeat(3) : c
        at += quote.length - 1
      } else if (c === "#") throw this.error("expression part cannot include '#'")
      else if (c === "(" || c === "[" || c === "{") open.push(c)
      else if ((c === "}" || c === ":") && open.length === 0) return at
      else if (c === ")" || c === "]" || c === "}") this.close(open.pop(), c)
      else if (open.length > 0) continue
      else if (c === "!" && body[at + 1] !== "=") return at
      else if ((c === "!" || c === "=" || c === "<" || c === ">") && body[at + 1] === "=") at++
      else if (c === "=") return at
    }
    if (quote !== "") throw this.error("unterminated string")
    throw this.error(open.length > 0 ? `unmatched '${open.at(-1)}'` : "expecting '}'")
  }

  private close(opened: string | undefined, closer: string): void {
    if (opened === undefined) throw this.error(`unmatched '${closer}'`)
    if (opened + closer !== "()" && opened + closer !== "[]" && opened + closer !== "{}")
      throw this.error(`closing parenthesis '${closer}' does not match opening parenthesis '${opened}'`)
  }

  private expression(source: string): Expr {
    if (source.trim() === "") throw this.error("empty expression not allowed")
    const inner = new Cursor(tokenize(`(${source})`, this.line), this.cursor.scope)
    inner.advance()
    const value = this.cursor.nested(() =>
      inner.isKeyword("yield") ? parseYield(inner) : parseExpressionList(inner, parseNamed)
    )
    if (!inner.takeOperator(")")) throw this.error("invalid syntax")
    if (inner.token.kind !== "newline") throw this.error("invalid syntax")
    return value
  }
}
