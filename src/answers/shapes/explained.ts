/**
 * Letters of which an answer says that they may be any constant or number: `f(x) = cx, c \in \mathbb{R}`, `kx \text{ for some
 * constant } k`, `(t, 2t), t \in \mathbb{R}`, `2k + 1 \text{ where } k \text{ is an integer}`. With other letters it is the same.
 */

import type { Answer } from "../Answer.ts"
import { MOST_CONSTANTS, variablesIn } from "../families.ts"
import { variablesOf } from "../mathematics/Expression.ts"
import { GREEK } from "../mathematics/symbols.ts"
import { tried } from "../relations/chains.ts"
import { PRIMES } from "../relations/whole-numbers.ts"
import { numberSetNamed, wholeNumbers } from "./number-sets.ts"

type Read = (text: string) => Answer

const LETTER = String.raw`(?:[A-Za-z](?:_\{?\w\}?)?|\\(?:${[...GREEK].join("|")})(?![A-Za-z]))`
const LETTERS = String.raw`(${LETTER}(?:\s?(?:,|,?\sand\s)\s?${LETTER}){0,3})`
const KIND =
  String.raw`((?:[a-z-]{3,12}\s){0,3}` +
  String.raw`(?:constants?(?:\sof\sintegration)?|numbers?|reals?|integers?|scalars?|parameters?|primes?|odd|even))`
const SAID = [
  // `for some constant k`
  new RegExp(String.raw`^(?:(?:some|any|all|every|each|an?|the)\s){0,2}${KIND}\s${LETTERS}$`),
  // `c is any real number`, `a, b are constants`
  new RegExp(String.raw`^${LETTERS}\s(?:(?:is|are|being|denotes?)\s)?(?:(?:both|an?|any|the|some)\s){0,2}${KIND}$`),
  // `for any c \in \mathbb{R}`, `for any c`
  new RegExp(
    String.raw`^(?:(?:some|any|all|every|each|constants?)\s){0,2}${LETTERS}\s?` +
      String.raw`(?:\\in(?![A-Za-z])\s?([^=<>]{1,40}?)|(?:is\s|are\s)?(?:an?\s)?(arbitrary|constant))$`
  ),
  new RegExp(String.raw`^(?:some|any|all|every)\s${LETTERS}$`)
]
/** `for some integer`, of the only letter there is. */
const UNNAMED = new RegExp(String.raw`^(?:some|an?|any)\s${KIND}$`)
const NOUN = /(?:constants?(?:\sof\sintegration)?|scalars?|parameters?)$/

/** Of which numbers, as one name; "" for constants and real numbers, null for none. */
const numbersNamed = (kind: string): string | null => {
  // In haste, without its font; real numbers are read as their interval.
  const said = kind
    .trim()
    .replace(/^([ZQN])(?=$|\s*[\^_])/, "\\mathbb{$1}")
    .replace(/^R(?=$|\s*[\^_])/, "(-\\infty,\\infty)")
    .replaceAll(/\b(?:arbitrary|any|fixed|some|numerical|constant(?=\s(?!of\s)))\s?/g, "")
  if (/^(?:real\s)?(?:numbers?)?$/.test(said.replace(NOUN, "number"))) return ""
  const parity = /^(prime|odd|even)s?(?:\s(?:numbers?|integers?))?$/.exec(said)?.[1]
  if (parity !== undefined) return parity === "prime" ? PRIMES : `${parity} integers`
  const name =
    numberSetNamed(said) ?? numberSetNamed(said.replace(NOUN, "").trim()) ?? numberSetNamed(said.replace(NOUN, "reals"))
  return name === "reals" ? "" : name
}

/** Where an explanation may begin: at a blank, a comma or a bracket, with a word that explains. */
const BEGINNING = /\s*[,;(]?\s*(?:\\text\s*\{\s*[,;(]?\s*)?(?:(?:where|with|for|and)\s+)?/y
const MOST_SAID = 120
/** Unknowns, but in a point, of which they are the parameters. */
const UNKNOWN = /^(?:[r-uw-z]|\\theta)$/
const OWN = /^[A-Za-z]'{0,3}(?:_\w)?\(\s*([a-z](?:\s*,\s*[a-z])*)\s*\)\s*=|^[A-Za-z]_(?:\{\s*)?([a-z])/

interface Explanation {
  readonly letters: ReadonlyArray<string>
  readonly over: string
  readonly isConstant: boolean
}

const explanationIn = (tail: string): Explanation | null => {
  for (const [i, pattern] of SAID.entries()) {
    const found = pattern.exec(tail)
    if (found === null) continue
    const [letters, kind] = i === 0 ? [found[2]!, found[1]!] : [found[1]!, found[2] ?? found[3] ?? ""]
    const over = kind === "" ? "" : numbersNamed(kind)
    if (over === null) continue
    const names = letters.split(/\s?(?:,|\sand\s)\s?/).map((letter) => letter.replaceAll(/[{}\s]/g, ""))
    return names.includes("") ? null : { letters: names, over, isConstant: IS_CONSTANT.test(kind) }
  }
  const kind = UNNAMED.exec(tail)?.[1]
  const over = kind === undefined ? null : numbersNamed(kind)
  return over === null ? null : { letters: [], over, isConstant: IS_CONSTANT.test(kind!) }
}
const IS_CONSTANT = /constant|arbitrary|parameter|scalar/

/** What an explanation has, so that other texts cost nothing. */
const MAYBE =
  /constant|arbitrary|\b(?:real|integer|number|scalar|parameter|prime|odd|even)|\\in(?![A-Za-z])|\b(?:any|some|all|every)\s/

export const explained = (text: string, whole: Read): Answer | null => {
  if (!MAYBE.test(text)) return null
  for (let at = Math.max(1, text.length - MOST_SAID); at < text.length; at++) {
    if (!/[\s,;(\\]/.test(text[at]!)) continue
    BEGINNING.lastIndex = at
    const begins = BEGINNING.exec(text)
    if (begins === null || begins[0] === "") continue
    const found = explanationIn(plainTail(text.slice(BEGINNING.lastIndex), text.slice(at, BEGINNING.lastIndex)))
    const body = text.slice(0, at).trim()
    if (found === null || body === "") continue
    const answer = ofAny(body, found, whole)
    if (answer !== null) return answer
  }
  return null
}

/** Without commands for text, and without the bracket that the beginning opened. */
const plainTail = (tail: string, beginning: string): string => {
  const said = tail.replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
  const plain = (beginning.includes("{") ? said.replace("}", " ") : said).replaceAll(/[$\s]+/g, " ").trim()
  return beginning.includes("(") ? plain.replace(/\s?\)$/, "") : plain
}

/** Whether it says what an unknown is. */
const isOf = (answer: Answer, name: string): boolean =>
  answer.kind === "value"
    ? answer.name === name
    : answer.kind === "named"
      ? answer.values.has(name)
      : answer.kind === "set" && answer.items.every((item) => isOf(item, name))

/** The letter on the right of a name, if it is the only one. */
const onlyLetterIn = (answer: Answer): ReadonlyArray<string> => {
  const letters = answer.kind === "relation" ? variablesOf(answer.right) : variablesIn(answer)
  return letters.length === 1 ? letters : []
}

/** What is said, with any of its letters; null where it does not have them, or where they are no constants. */
const ofAny = (body: string, explanation: Explanation, whole: Read): Answer | null => {
  const { over, isConstant } = explanation
  const own = OWN.exec(body)
  const unknowns = new Set((own?.[1] ?? own?.[2] ?? "").split(",").map((letter) => letter.trim()))
  const answer = tried(body, whole)
  if (answer === null) return null
  const plain = answer.kind === "family" ? answer.of : answer
  const letters = explanation.letters.length > 0 ? explanation.letters : onlyLetterIn(plain)
  if (letters.length === 0 || letters.length > MOST_CONSTANTS || letters.some((letter) => unknowns.has(letter))) return null
  const among = letters.length === 1 ? wholeNumbers(over === "" ? "reals" : over, plain, letters[0]!, whole) : null
  if (among !== null) return among
  const names = variablesIn(plain)
  // `x = 3, x \in \mathbb{Z}` says what x is, and of which kind.
  if (names.length === 0 && letters.every((letter) => isOf(plain, letter))) return answer
  if (new Set(letters).size < letters.length || !letters.every((letter) => names.includes(letter))) return null
  const isPoint = plain.kind === "sequence" || plain.kind === "named" || plain.kind === "matrix" || plain.kind === "rounded"
  if (!isConstant && !isPoint && letters.some((letter) => UNKNOWN.test(letter))) return null
  const others =
    answer.kind === "family" && answer.over === over ? answer.letters.filter((letter) => !letters.includes(letter)) : []
  return { kind: "family", of: plain, letters: [...letters, ...others], over }
}
