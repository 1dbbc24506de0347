/** A place among tokens, and what is looked for there. */

import { Unreadable } from "../Expression.ts"
import type { Token } from "../tokens.ts"
import { wordAt } from "./letters.ts"
import { isNamedFunction } from "./named-functions.ts"

export class Cursor {
  protected at = 0
  protected readonly tokens: Array<Token>

  constructor(tokens: ReadonlyArray<Token>) {
    this.tokens = [...tokens]
  }

  protected is(text: string, kind?: Token["kind"]): boolean {
    const token = this.tokens[this.at]
    return token !== undefined && token.text === text && token.kind !== "letter" && (kind === undefined || token.kind === kind)
  }
  protected take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }
  protected expect(text: string): void {
    if (!this.take(text)) throw new Unreadable(this.at < this.tokens.length ? `lacks "${text}"` : "ends too early")
  }

  protected command(): string | undefined {
    const token = this.tokens[this.at]
    return token?.kind === "command" ? token.text : undefined
  }

  /** Whether what a function without brackets is of ends here: at a bracket, a bar, a thin space or the next function. */
  protected endsArgument(): boolean {
    const isApart = this.tokens[this.at]?.isApart === true
    return isApart || this.is("(") || this.is("|") || isNamedFunction(this.command() ?? "")
  }

  /** The letters between braces. */
  protected word(): string {
    const word = this.is("{") ? wordAt(this.tokens, this.at) : null
    if (word === null) throw new Unreadable(this.at < this.tokens.length ? 'lacks "{"' : "ends too early")
    this.at = word.end
    return word.text
  }
}

/** A token as it is written. */
export const shown = ({ kind, text }: Token): string => (kind === "command" ? `\\${text}` : text)
