/**
 * What a function or a sequence is said to be everywhere: `f(x) = x + 1 \text{ for all } x`, `f(n) = n, n \in \mathbb{N}`,
 * `f \equiv 0`. Where that is said of some numbers only, one of two may leave out which: of integers is not of real numbers.
 */

import type { Answer } from "../Answer.ts"
import { isWholeLetter } from "../mathematics/normal/letters.ts"
import { words } from "../words.ts"
import { numberSetNamed } from "./number-sets.ts"

type Read = (text: string) => Answer

/** A curve, and what its equation is said of. */
const CURVE = /^y\s*=[^=]*(?<![A-Za-z\\])x(?![A-Za-z])/
const VARIABLES = String.raw`[a-z](?:\s*,\s*[a-z])*`
/** `f(x) =`, `a_n =`: what is said of it is said of its variables. */
const SUBJECT = new RegExp(
  String.raw`^[A-Za-z](?:'{0,3}(?:_\w)?(?:\^\s*\{?\s*-1\s*\}?)?\(\s*(${VARIABLES})\s*\)|_(?:\{([a-z])\}|([a-z])))\s*(?:=|\\equiv)`
)
const SAID = /^([^]*?[^\s,;(])\s*[,;]?\s*\(?\s*(?:for\s+(?:all|every|each|any)\b|\\forall(?![A-Za-z]))\s*([^]+?)\s*\)?$/
const SOME = new RegExp(String.raw`^([^]*?[^\s,;(])\s*[,;]?\s*for\s+some\s+(?:[a-z]+\s+){0,2}?(${VARIABLES})$`)
const IN = new RegExp(String.raw`^([^]*?[^\s,;(])\s*[,;(]\s*(?:where|with|for)?\s*(${VARIABLES}\s*\\in(?![A-Za-z])[^=]+?)\s*\)?$`)
const WHERE = new RegExp(
  String.raw`^([a-z -]{0,40}?)\s*(?:\b(${VARIABLES}))?\s*(?:(\\in(?![A-Za-z])|\bin\b|[<>]|\\[lgn]eq)\s*([^]+))?$`
)

export const everywhere = (text: string, whole: Read): Answer | null => {
  const constant = /^([fghpqFGHPQ])\s*(?:\(\s*([a-z])\s*\))?\s*\\equiv(?![A-Za-z])\s*([^]+)$/.exec(text)
  if (constant !== null && !/mod/.test(text)) return whole(`${constant[1]}(${constant[2] ?? "x"})=${constant[3]}`)
  const subject = SUBJECT.exec(text)
  const isCurve = subject === null && CURVE.test(text)
  if ((subject === null && !isCurve) || !/\bfor\b|\\(?:forall|in)(?![A-Za-z])/.test(text)) return null
  const own = lettersOf(subject?.[1] ?? subject?.[2] ?? subject?.[3] ?? "x")
  const said = text.replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ").replaceAll(/\s+/g, " ")
  const some = SOME.exec(said)
  // Which it may be, and no more.
  if (some !== null && lettersOf(some[2]!).every((letter) => own.includes(letter)))
    return { kind: "conditional", value: whole(some[1]!), condition: words(some[0].slice(some[1]!.length)) }
  const found = SAID.exec(said) ?? IN.exec(said)
  const where = found === null ? null : WHERE.exec(found[2]!.replace(/^the\s/, ""))
  if (where === null) return null
  const [, kind, variables, sign, bound] = where
  if (variables === undefined ? sign !== undefined || kind === "" : !lettersOf(variables).every((letter) => own.includes(letter)))
    return null
  const domain =
    sign === undefined
      ? kind!
      : sign.endsWith("in")
        ? closed(bound!)
        : `${kindOf(kind!, own)}${sign} ${bound!.replaceAll(/\s+/g, "")}`
  const answer = whole(found![1]!)
  const name = domain === "" ? null : (numberSetNamed(domain) ?? (sign === undefined ? null : domain.trim()))
  if (domain !== "" && name === null) return null
  return name === null ? answer : { kind: "called", name: `for all of ${name}`, of: answer }
}

/** Of which numbers, but of letters for whole numbers that they are such. */
const kindOf = (kind: string, letters: ReadonlyArray<string>): string => {
  const name = numberSetNamed(kind)
  return name === null || (name.endsWith("integers") && letters.every(isWholeLetter)) ? "" : `${name} `
}

/** With the bracket of its own that was taken for one round all of it. */
const closed = (set: string): string => (/\([^()]*$/.test(set) ? `${set})` : set)

const lettersOf = (variables: string): ReadonlyArray<string> => variables.split(",").map((letter) => letter.trim())
