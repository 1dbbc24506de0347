/** A parser's place in the tokens, with what it must know of its surroundings: the scope that binds names, loops, functions. */

import { PyRaise, raised, syntaxError } from "../values/exceptions.ts"
import { Scope } from "./ast.ts"
import type { Token } from "./tokens.ts"

/** Nested expressions and statements; a parser level takes about a dozen frames of the host's stack. */
const maxNesting = 200

/** What CPython says where one expression follows another inside brackets. */
export const forgottenComma = "invalid syntax. Perhaps you forgot a comma?"

export class Cursor {
  readonly tokens: ReadonlyArray<Token>
  token: Token
  scope: Scope
  loops = 0
  /** `yield`s read so far in this function. */
  yields = 0
  private at = 0
  private nesting = 0

  constructor(tokens: ReadonlyArray<Token>, scope: Scope) {
    this.tokens = tokens
    this.token = tokens[0]!
    this.scope = scope
  }

  get line(): number {
    return this.token.line
  }

  /** The token just read. */
  get previous(): Token {
    return this.tokens[this.at - 1] ?? this.token
  }

  peek(): Token {
    return this.tokens[this.at + 1] ?? this.token
  }

  /** Whether a `match` statement begins here: the word is a name like any other unless a block of `case`s follows its line. */
  opensMatch(): boolean {
    if (this.token.text !== "match") return false
    let end = this.at
    while (this.tokens[end]!.kind !== "newline" && end < this.tokens.length - 1) end++
    const [colon, , indent, first] = this.tokens.slice(end - 1)
    return end - this.at > 2 && colon!.text === ":" && indent?.kind === "indent" && first?.text === "case"
  }

  /** Whether `type X = ...` of Python 3.12 begins here: two names side by side are nothing else. */
  opensAlias(): boolean {
    if (this.token.text !== "type") return false
    const [name, next] = this.tokens.slice(this.at + 1, this.at + 3)
    return name?.kind === "name" && next?.kind === "operator" && /^[=[]$/.test(next.text)
  }

  advance(): Token {
    const token = this.token
    if (this.at < this.tokens.length - 1) this.token = this.tokens[++this.at]!
    return token
  }

  isOperator(text: string): boolean {
    return this.token.kind === "operator" && this.token.text === text
  }

  isKeyword(text: string): boolean {
    return this.token.kind === "keyword" && this.token.text === text
  }

  takeOperator(text: string): boolean {
    if (!this.isOperator(text)) return false
    this.advance()
    return true
  }

  takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false
    this.advance()
    return true
  }

  expectOperator(text: string): void {
    if (!this.takeOperator(text)) throw this.invalid()
  }

  expectKeyword(text: string): void {
    if (!this.takeKeyword(text)) throw this.invalid()
  }

  expectName(): string {
    if (this.token.kind !== "name") throw this.invalid()
    return this.advance().text
  }

  /** Runs `parse` one level deeper. */
  nested<A>(parse: (cursor: Cursor) => A): A {
    if (++this.nesting > maxNesting) {
      const error = raised("RecursionError", "maximum recursion depth exceeded during compilation")
      error.exception.line = this.line
      throw error
    }
    const result = parse(this)
    this.nesting--
    return result
  }

  /** Runs `parse` with names bound in `scope`, outside any loop. */
  within<A>(scope: Scope, parse: () => A): A {
    const outer = this.scope
    const { loops, yields } = this
    this.scope = scope
    this.loops = 0
    const result = parse()
    this.scope = outer
    this.loops = loops
    this.yields = yields
    return result
  }

  /** What CPython reports in place of `error`: an open bracket where the parser has gone past its line. */
  blame(error: unknown): unknown {
    const { text, value } = this.tokens.at(-1)!
    if (!(error instanceof PyRaise) || typeof value !== "number") return error
    const message = error.exception.args[0]
    const stopped = message === "invalid syntax" ? this.token : message === forgottenComma ? this.peek() : null
    return stopped?.kind === "end" || this.token.line > value ? syntaxError(`'${text}' was never closed`, value) : error
  }

  error(message: string, line = this.line): PyRaise {
    return syntaxError(message, line)
  }

  invalid(): PyRaise {
    if (this.token.kind === "indent") return syntaxError("unexpected indent", this.line, "IndentationError")
    return this.error("invalid syntax")
  }
}
