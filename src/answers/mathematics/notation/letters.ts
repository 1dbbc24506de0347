/**
 * Letters with all that belongs to their names: a mark over them, an index, primes, the order of a derivative. `y''`, `y^{(2)}`
 * and `y^{\prime\prime}` are one name, and no power of y.
 */

import { ACCENTS, GREEK, UPRIGHT } from "../symbols.ts"
import type { Token } from "../tokens.ts"
import { isNamedFunction } from "./named-functions.ts"

export interface Lettered {
  /** The letter with its index and the mark over it: `f_1`, `\hat f`. */
  readonly key: string
  /** Primes, or an order that is a letter: `^(n)`. */
  readonly marks: string
  /** The place behind it. */
  readonly end: number
}

export const isSign = (token: Token | undefined, text: string): boolean => token?.kind === "sign" && token.text === text

/** The letters in braces, or one token alone; null where there is none, or where no brace closes. */
export const wordAt = (tokens: ReadonlyArray<Token>, at: number): { readonly text: string; readonly end: number } | null => {
  const first = tokens[at]
  if (first === undefined) return null
  if (!isSign(first, "{")) return { text: first.text, end: at + 1 }
  const end = behindBracket(tokens, at)
  if (end === null) return null
  const inside = tokens.slice(at + 1, end - 1).map(({ text }) => text)
  return { text: inside.filter((text) => !/^(?:[{}]|text)$/.test(text)).join(""), end }
}

const [OPENING, CLOSING] = ["([{", ")]}"]

/** Behind the bracket that closes the one at `at`; null where none does. */
export const behindBracket = (tokens: ReadonlyArray<Token>, at: number): number | null => {
  let depth = 0
  for (let i = at; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!
    if (kind === "letter" || text.length !== 1) continue
    if (OPENING.includes(text)) depth++
    else if (CLOSING.includes(text) && --depth === 0) return i + 1
  }
  return null
}

/** A letter that begins at a place; null for all else. */
export const letterAt = (tokens: ReadonlyArray<Token>, at: number): Lettered | null => {
  const base = baseAt(tokens, at)
  if (base === null) return null
  let { end } = base
  let [primes, index] = [0, ""]
  for (;;) {
    if (isSign(tokens[end], "'")) {
      primes++
      end++
      continue
    }
    const word = isSign(tokens[end], "_") && index === "" ? wordAt(tokens, end + 1) : null
    if (word === null) break
    index = `_${word.text}`
    end = word.end
  }
  const order = primes === 0 ? orderAt(tokens, end) : null
  const marks =
    order === null ? "'".repeat(primes) : /^\d$/.test(order.text) ? "'".repeat(Number(order.text)) : `^(${order.text})`
  return { key: base.text + index, marks, end: order?.end ?? end }
}

/** The places of all letters that stand for themselves: neither in an index nor in a word. */
export const placesOfLetters = (tokens: ReadonlyArray<Token>): ReadonlyArray<number> => {
  const places: Array<number> = []
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!
    const letter = letterAt(tokens, at)
    if (letter !== null) places.push(at)
    const isWord = (token.kind === "command" && UPRIGHT.has(token.text)) || isSign(token, "_")
    at = letter?.end ?? (isWord ? wordAt(tokens, at + 1)?.end : undefined) ?? at + 1
  }
  return places
}

const baseAt = (tokens: ReadonlyArray<Token>, at: number): { readonly text: string; readonly end: number } | null => {
  const token = tokens[at]
  if (token?.kind === "letter") return { text: token.text, end: at + 1 }
  if (token?.kind !== "command") return null
  if (GREEK.has(token.text)) return { text: `\\${token.text}`, end: at + 1 }
  const word = ACCENTS.has(token.text) ? wordAt(tokens, at + 1) : null
  return word && { text: `\\${token.text} ${word.text}`, end: word.end }
}

/** `^{(4)}`: one number or letter in brackets in braces, which nobody writes of a power. */
const orderAt = (tokens: ReadonlyArray<Token>, at: number): { readonly text: string; readonly end: number } | null => {
  const [power, brace, open, order, close, last] = tokens.slice(at, at + 6)
  if (!isSign(power, "^") || !isSign(brace, "{") || !isSign(open, "(") || !isSign(close, ")") || !isSign(last, "}")) return null
  const isOrder = order?.kind === "letter" || (order?.kind === "number" && /^\d+$/.test(order.text))
  return isOrder ? { text: order.text, end: at + 6 } : null
}

/** Cut at commas and semicolons outside all brackets. */
export const partsOf = (tokens: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<Token>> => {
  const parts: Array<Array<Token>> = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind !== "letter" && token.text.length === 1)
      depth += OPENING.includes(token.text) ? 1 : CLOSING.includes(token.text) ? -1 : 0
    if (depth === 0 && (isSign(token, ",") || isSign(token, ";"))) parts.push([])
    else parts.at(-1)!.push(token)
  }
  return parts
}

/** An upright d, which is that of a differential before a letter. */
export const UPRIGHT_D = "d"

/**
 * Letters in a font of their own as plain ones, `\mathrm{P}`, `\mathcal{O}`; an upright d before a letter, the signs of
 * expectation and of probability, `\mathbb{E}`, and functions named in words, `\operatorname{sech}`, as commands.
 */
export const withPlainLetters = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  const all: Array<Token> = []
  for (let at = 0; at < tokens.length;) {
    const word = isFont(tokens[at]!) ? wordAt(tokens, at + 1) : null
    const isBlackboard = tokens[at]!.text === "mathbb"
    const isFunction = word !== null && UPRIGHT.has(tokens[at]!.text) && isNamedFunction(word.text)
    if (word === null || !(isFunction || (isBlackboard ? /^[EP]$/ : /^[A-Za-z]$/).test(word.text))) {
      all.push(tokens[at++]!)
      continue
    }
    const isD = word.text === UPRIGHT_D && letterAt(tokens, word.end) !== null
    all.push({ ...tokens[at]!, kind: isBlackboard || isD || isFunction ? "command" : "letter", text: word.text })
    at = word.end
  }
  return all
}

const isFont = ({ kind, text }: Token): boolean =>
  kind === "command" && (UPRIGHT.has(text) || text === "mathbb" || text === "mathcal")
