/**
 * Reads one expression, in LaTeX or in plain text: `\frac{3\sqrt2}{4}`, `2x^2 - 1/3`, `\log_2 8`, `2\frac12`, `0.2\overline{7}`.
 *
 *   sum      = [+-] product { [+-] product }
 *   product  = power { (* | / | nothing) power }
 *   power    = atom { ! | ^ argument }
 *
 * Left to itself, `2\frac12` is a mixed number (5/2): a whole number before a proper fraction of whole numbers. `\frac` and
 * `\sqrt` take single digits where braces are missing, as TeX does. A letter is a variable, but `e` and `i` are numbers.
 */

import { type Expression, type FunctionName, isCapital, isMinusOne, isProper, Unreadable } from "./Expression.ts"
import { applied, event, isOfEvents, isOperated } from "./notation/applied.ts"
import { withEachApplied } from "./notation/combined.ts"
import { Cursor, shown } from "./notation/cursor.ts"
import { derivativeAt, derivativeOf, DIFFERENCES } from "./notation/derivatives.ts"
import { applicationAt, hasEvents } from "./notation/function-letters.ts"
import { type Letters, lettersIn } from "./notation/letters-in.ts"
import { behindBracket, letterAt, partsOf, UPRIGHT_D, withPlainLetters, wordAt } from "./notation/letters.ts"
import { functionOf, inverseOf, isNamedFunction } from "./notation/named-functions.ts"
import { rational, type Rational } from "./rational.ts"
import { ACCENTS, BRACKETS, CONSTANTS, GREEK, TIMES, UPRIGHT } from "./symbols.ts"
import { type Token, tokensOf } from "./tokens.ts"
import { isVector, powerOf, productOf } from "./vectors.ts"

/** Deeper nesting is no answer of anybody, and would cost a stack. */
const DEEPEST = 60

/** Double factorials of more than this are not read. */
const MOST_FACTORS = 500n

/** Functions that say nothing of one value: `max 3` is no 3. */
const OF_SEVERAL: ReadonlySet<string> = new Set(["max", "min", "gcd", "lcm"])

const ONE: Rational = { top: 1n, bottom: 1n }
const number = (value: Rational): Expression => ({ kind: "number", value })
const call = (name: FunctionName, ...values: ReadonlyArray<Expression>): Expression => ({ kind: "call", name, values })
const quotient = (left: Expression, right: Expression): Expression => ({ kind: "quotient", left, right })

/** Throws `Unreadable`. */
export const parseExpression = (text: string): Expression => parseSide(text, "")

/** One side of an equation: what stands on the other shows too what letters are. Throws `Unreadable`. */
export const parseSide = (text: string, other: string): Expression => {
  const tokens = plainTokens(text)
  const all = other === "" ? tokens : [...tokens, EQUALS, ...plainTokens(other)]
  return new Reader(tokens, lettersIn(all)).whole()
}
const plainTokens = (text: string): ReadonlyArray<Token> => withEachApplied(withPlainLetters(tokensOf(text)))
const EQUALS: Token = { kind: "sign", text: "=" }

/** Null where it is none. */
export const tryExpression = (text: string): Expression | null => tried(() => parseExpression(text))

const tried = (read: () => Expression): Expression | null => {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Unreadable) return null
    throw cause
  }
}

class Reader extends Cursor {
  private depth = 0
  /** Bars that are open: another one closes. */
  private bars = 0
  private readonly letters: Letters

  constructor(tokens: ReadonlyArray<Token>, letters: Letters, depth = 0) {
    super(tokens)
    this.letters = letters
    this.depth = depth
  }

  whole(): Expression {
    const all = this.sum()
    const rest = this.tokens[this.at]
    if (rest !== undefined) throw new Unreadable(`goes on with "${shown(rest)}"`)
    return all
  }

  private sum(): Expression {
    if (++this.depth > DEEPEST) throw new Unreadable("nests too deep")
    let left = this.signed()
    for (;;) {
      const minus = this.is("-")
      if (!minus && !this.is("+")) break
      this.at++
      left = { kind: minus ? "difference" : "sum", left, right: this.signed() }
    }
    this.depth--
    return left
  }

  /** A product with signs before it. */
  private signed(): Expression {
    let negative = false
    for (; this.is("+") || this.is("-"); this.at++) if (this.is("-")) negative = !negative
    const of = this.product()
    return negative ? { kind: "negative", of } : of
  }

  private product(): Expression {
    const start = this.at
    let left = this.power()
    /** Whether all so far is one whole number as it is written. */
    let plain =
      this.at === start + 1 && this.tokens[start]!.kind === "number" && left.kind === "number" && left.value.bottom === 1n
    for (;;) {
      const divides = this.is("/") || this.is("div")
      if (divides || this.is("*") || TIMES.has(this.command() ?? "")) {
        const isCross = this.is("times")
        this.at++
        let right = this.factor()
        // `\vec a \times 2\vec b`: with what stands side by side behind the sign.
        if (!divides && isVector(left)) while (this.startsFactor()) right = productOf(right, this.power(), false)
        if (isCross && isCapital(left) && isCapital(right)) throw new Unreadable("has a product of sets or of matrices")
        left = divides ? quotient(left, right) : productOf(left, right, isCross)
      } else if (this.startsFactor()) {
        const [before, next] = [this.tokens[this.at - 1]!, this.tokens[this.at]!]
        if (before.kind === "number" && next.kind === "number") throw new Unreadable("has two numbers side by side")
        const fraction = plain && this.command() === "frac"
        const right = this.power()
        left = fraction && isProper(right) ? { kind: "sum", left, right } : productOf(left, right, false)
      } else return left
      plain = false
    }
  }

  /** What follows a sign of multiplication may have a sign of its own. */
  private factor(): Expression {
    if (this.take("-")) return { kind: "negative", of: this.factor() }
    return this.take("+") ? this.factor() : this.power()
  }

  /** Whether the next token begins a value, so that what stands before it is multiplied by it. */
  private startsFactor(): boolean {
    const token = this.tokens[this.at]
    if (token === undefined) return false
    if (token.kind === "number" || token.kind === "letter") return true
    if (token.text === "|") return this.bars === 0
    if (token.kind === "sign") return Object.hasOwn(BRACKETS, token.text)
    return (
      ["frac", "sqrt", "binom", "lfloor", "lceil", "lvert", UPRIGHT_D].includes(token.text) ||
      isNamedFunction(token.text) ||
      isOperated(token.text) ||
      GREEK.has(token.text) ||
      ACCENTS.has(token.text) ||
      UPRIGHT.has(token.text) ||
      Object.hasOwn(CONSTANTS, token.text)
    )
  }

  private power(): Expression {
    let base = this.atom()
    for (;;) {
      if (this.take("!")) base = this.take("!") ? this.doubleFactorial(base) : call("factorial", base)
      else if (this.take("^")) base = this.raised(base)
      else return base
    }
  }

  /** `n!!`, every second factor. */
  private doubleFactorial(of: Expression): Expression {
    if (of.kind !== "number" || of.value.bottom !== 1n || of.value.top > MOST_FACTORS || this.is("!"))
      throw new Unreadable("has a double factorial that is not read")
    let value = 1n
    for (let factor = of.value.top; factor > 1n; factor -= 2n) value *= factor
    return number(rational(value)!)
  }

  /** What stands behind `^`; degrees are parts of pi. */
  private raised(base: Expression): Expression {
    if (!this.isCircle()) return powerOf(base, this.exponent())
    this.at += this.is("{") ? 3 : 1
    return { kind: "product", left: base, right: quotient({ kind: "constant", name: "pi" }, number({ top: 180n, bottom: 1n })) }
  }

  private isCircle(at = this.at): boolean {
    const next = this.tokens[at]
    const inside = next?.kind === "sign" && next.text === "{" ? this.tokens[at + 1] : next
    return inside?.kind === "command" && inside.text === "circ"
  }

  /**
   * Without braces all digits behind `^` and their sign are the exponent: `2^10` is 1024, where TeX would set 2^1 0. Powers group
   * from the right: `2^3^2` is 2^9, as in mathematics and in programs, where TeX would refuse it.
   */
  private exponent(): Expression {
    if (this.take("-")) return { kind: "negative", of: this.exponentOf() }
    const token = this.tokens[this.at]
    const left = token?.kind === "number" ? this.numeral(token.text) : this.argument()
    if (!this.is("^") || this.isCircle(this.at + 1)) return left
    this.at++
    return { kind: "power", left, right: this.exponentOf() }
  }

  private exponentOf(): Expression {
    if (++this.depth > DEEPEST) throw new Unreadable("nests too deep")
    const of = this.exponent()
    this.depth--
    return of
  }

  /** The base of a logarithm: all digits too, where a value follows that it is the logarithm of. */
  private logarithmBase(): Expression {
    this.at++
    const stands = this.startsFactor()
    this.at--
    return stands ? this.exponent() : this.argument()
  }

  /** One argument of a command or of `^`: braces, or a single digit, letter or command. */
  private argument(): Expression {
    if (this.take("-")) return { kind: "negative", of: this.argument() }
    if (this.is("{")) return this.bracketed("{")
    const token = this.tokens[this.at]
    if (token?.kind === "number" && /^\d\d/.test(token.text)) {
      this.tokens[this.at] = { kind: "number", text: token.text.slice(1) }
      return number(rational(BigInt(token.text[0]!))!)
    }
    return this.atom(true)
  }

  private bracketed(open: string): Expression {
    const [close, of] = BRACKETS[open]!
    this.at++
    const { bars } = this
    this.bars = 0
    const value = this.sum()
    this.bars = bars
    this.expect(close)
    return of === null ? value : call(of, value)
  }

  /** `isAlone`: without what stands behind it, as TeX takes the argument of a command. */
  private atom(isAlone = false): Expression {
    const token = this.tokens[this.at]
    if (token === undefined) throw new Unreadable("ends too early")
    if (token.kind === "number") return this.numeral(token.text)
    if (Object.hasOwn(BRACKETS, token.text) && token.kind !== "letter") return this.bracketed(token.text)
    this.at++
    if (token.kind === "letter") {
      const derivative = token.text === "d" ? this.derivative(this.at - 1) : null
      if (derivative !== null) return derivative
      if (token.text === "d" && this.letters.areDifferentials && !isAlone) return this.differential("d")
      if (token.text === "e" || token.text === "i") return { kind: "constant", name: token.text }
      return this.lettered(isAlone)
    }
    if (token.kind === "sign") {
      if (token.text !== "|") throw new Unreadable(`has "${token.text}" where a value should be`)
      if (this.bars > 0) throw new Unreadable("has an empty absolute value")
      this.bars++
      const value = this.sum()
      this.bars--
      this.expect("|")
      return call("abs", value)
    }
    return this.commanded(token.text, isAlone)
  }

  private derivative(at: number): Expression | null {
    const found = derivativeAt(this.tokens, at)
    if (found !== null) this.at = found.end
    return found === null ? null : found.value
  }

  /** A variable, or a function of what stands behind it, that begins at the token before. */
  private lettered(isAlone: boolean): Expression {
    const application = isAlone ? null : applicationAt(this.tokens, this.at - 1, this.letters.functions)
    if (application !== null) {
      this.at = application.open
      return this.applied(application.name)
    }
    const letter = letterAt(this.tokens, this.at - 1)
    if (letter === null) throw new Unreadable("ends too early")
    this.at = letter.end
    return { kind: "variable", name: letter.key + letter.marks }
  }

  /** `dx`, `\Delta x`, `d(xy)`: the mark and what it is of. */
  private differential(mark: string): Expression {
    const of = letterAt(this.tokens, this.at)
    if (of === null && this.is("(")) return this.applied(mark)
    if (of === null) throw new Unreadable("has a differential of nothing")
    this.at = of.end
    return { kind: "variable", name: `${mark} ${of.key}${of.marks}` }
  }

  /** What a function is of, in the brackets that begin here. */
  private applied(name: string): Expression {
    const end = behindBracket(this.tokens, this.at)
    if (end === null) throw new Unreadable("ends too early")
    const values = partsOf(this.tokens.slice(this.at + 1, end - 1)).map((part) => {
      const read = () => new Reader(part, this.letters, this.depth).whole()
      return isOfEvents(name) || hasEvents(part) ? (tried(read) ?? event(part)) : read()
    })
    this.at = end
    return derivativeOf(name, values) ?? applied(name, values)
  }

  /** `\det(A)`, `\det A`, and no `\det AB`, of which nobody knows how far it goes. */
  private operated(word: string): Expression {
    const index = this.take("_") ? wordAt(this.tokens, this.at) : null
    this.at = index?.end ?? this.at
    const name = index === null ? word : `${word}_${index.text}`
    if (this.is("(") || this.is("[")) return this.applied(name)
    const of = letterAt(this.tokens, this.at)
    const next = this.tokens[of?.end ?? this.at]
    this.at = of?.end ?? this.at
    if (of === null || this.is("^") || (this.startsFactor() && !isOperated(next?.text ?? "")))
      throw new Unreadable(`has "${name}" without brackets`)
    return applied(name, [{ kind: "variable", name: of.key + of.marks }])
  }

  private commanded(name: string, isAlone: boolean): Expression {
    if (Object.hasOwn(CONSTANTS, name)) return { kind: "constant", name: CONSTANTS[name]! }
    const derivative = DIFFERENCES.has(name) ? this.derivative(this.at - 1) : null
    if (derivative !== null) return derivative
    if (name === UPRIGHT_D) return this.differential("d")
    if (name === "Delta" && !isAlone && letterAt(this.tokens, this.at) !== null) return this.differential("\\Delta")
    if (GREEK.has(name) || ACCENTS.has(name)) return this.lettered(isAlone)
    switch (name) {
      case "frac":
        return this.derivative(this.at) ?? quotient(this.argument(), this.argument())
      case "binom":
        return call("binomial", this.argument(), this.argument())
      case "sqrt": {
        const degree = this.is("[") ? this.bracketed("[") : null
        // All digits, as behind `^`: people mean the root of 13 by `\\sqrt13` and `√13`.
        const value = this.tokens[this.at]?.kind === "number" || this.is("(") ? this.atom() : this.argument()
        return degree === null ? call("sqrt", value) : { kind: "power", left: value, right: quotient(number(ONE), degree) }
      }
    }
    const word = UPRIGHT.has(name) ? this.word() : name
    if (isNamedFunction(word)) return this.named(word)
    if (isOperated(word)) return this.operated(word)
    throw new Unreadable(UPRIGHT.has(name) ? `has the words "${word}"` : `has \\${name}, which is not read`)
  }

  /** A function with its power and its base: `\sin^2 x`, `\log_2 8`, `\sin^{-1} x`. */
  private named(name: string): Expression {
    let base: Expression | null = name === "log" || name === "lg" ? number({ top: 10n, bottom: 1n }) : null
    let exponent: Expression | null = null
    for (let more = true; more;) {
      if (/^l(?:n|o?g)$/.test(name) && this.take("_")) base = this.logarithmBase()
      else if (this.take("^")) exponent = this.exponent()
      else more = false
    }
    const values = this.values(name)
    if (OF_SEVERAL.has(name) && values.length < 2) throw new Unreadable(`has the \\${name} of one value`)
    if (exponent !== null && isMinusOne(exponent)) return inverseOf(name, values[0]!)
    const of = base === null ? functionOf(name, values) : quotient(call("ln", values[0]!), call("ln", base))
    return exponent === null ? of : { kind: "power", left: of, right: exponent }
  }

  /** What a function is applied to: brackets, several values in them for some, braces, or factors as far as they go on. */
  private values(name: string): ReadonlyArray<Expression> {
    const close = this.is("(") ? ")" : OF_SEVERAL.has(name) && this.is("{", "command") ? "}" : null
    if (close !== null) {
      this.at++
      const { bars } = this
      this.bars = 0
      const values = [this.sum()]
      while (OF_SEVERAL.has(name) && this.take(",")) values.push(this.sum())
      this.bars = bars
      this.expect(close)
      // `\sin(x)^2` is the square of the sine, and so is `\ln(x)!` no logarithm of a factorial.
      return values
    }
    if (this.is("{", "sign")) return [this.power()]
    if (++this.depth > DEEPEST) throw new Unreadable("nests too deep")
    let value = this.power()
    while (!this.endsArgument() && this.startsFactor()) value = { kind: "product", left: value, right: this.power() }
    this.depth--
    return [value]
  }

  /** A number as it is written: `0.2\overline{7}`, `6.02e23` where digits touch the letter, which then is no variable. */
  private numeral(text: string): Expression {
    this.at++
    const [whole = "", decimals = ""] = text.split(".")
    const scale = 10n ** BigInt(decimals.length)
    const value = rational(BigInt(whole + decimals || "0"), scale)
    if (value === null) throw new Unreadable("has a number that is too long")
    if (text.includes(".") && this.take("overline")) {
      const period = this.word()
      if (!/^\d+$/.test(period)) throw new Unreadable("has a period that is no number")
      const part = rational(BigInt(period), scale * (10n ** BigInt(period.length) - 1n))
      if (part === null) throw new Unreadable("has a number that is too long")
      if (this.tokens[this.at]?.kind === "number" || this.command() === "overline")
        throw new Unreadable("has digits behind its period")
      return { kind: "sum", left: number(value), right: number(part) }
    }
    return number(value)
  }
}
