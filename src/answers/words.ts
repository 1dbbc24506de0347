/** Answers in words. */

import type { Answer } from "./Answer.ts"
import { Unreadable } from "./mathematics/Expression.ts"
import { isNamedFunction } from "./mathematics/notation/named-functions.ts"
import { isMathematical, isOperator, TEX_BLANK } from "./mathematics/tokens.ts"
import { isWord } from "./vocabulary/counted.ts"
import { areVariables } from "./vocabulary/variables.ts"

/** Letters alone that are words and no product of variables. */
export const wordsIn = (text: string): Answer | null => {
  const plain = text.replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ").trim()
  const called = CALLED.exec(text)
  if (called !== null && isCalled(called[1] ?? called[2]!)) return null
  if (!/^[\p{L}\p{M}\d\s'’.,:;!?&()/-]+$/u.test(plain) || !/\p{L}{2}/u.test(plain)) return null
  if (plain !== text.trim() || /^(?:no|ok|up)$/i.test(plain)) return words(plain)
  if (/^(?:max|min|gcd|lcm)[.:]?\s+[-\d.]/i.test(plain)) return words(plain)
  const behindNumber = /^[-+]?\d/.test(plain)
  if (behindNumber && plain.includes(TEX_BLANK)) return null
  // `31. Some say so`: another sentence.
  if (behindNumber && /\d\.\s+\p{Lu}\p{L}/u.test(plain)) return words(plain)
  // `5 isn't`: an apostrophe inside letters makes words of them.
  if (behindNumber && /\p{L}{2}['’]\p{L}/u.test(plain)) return words(plain)
  // Letters that touch a number before them are variables, and so are those behind one that make no word.
  const long = (plain.match(/(?<![\p{L}\p{M}\d]|\d\.)\p{L}{3,}/gu) ?? []).filter(
    (word) => !areVariables(word) && !(behindNumber && /^[A-Za-z]+$/.test(word) && !isWord(word))
  )
  // What the reader of expressions knows as a name: `sin x`, `2log 2`, `pi`.
  const isMath = long.every((word) => isMathematical(word, plain === word))
  return isMath ? null : words(plain)
}

/** `\text{lcm}(4, 6)`, `\text{arsinh } x`, `det(A)`. */
const CALLED = /\\text\s*\{\s*([A-Za-z]+)\s*\}\s*(?:[(^\\]|[a-z](?![A-Za-z]))|(?<![A-Za-z])([A-Za-z]{2,4})\(/
const isCalled = (name: string): boolean => isOperator(name) || isNamedFunction(name)

/** Before what words are said of, in the name of what they are called. */
export const SAID_OF = "of "

/** Whether an answer is in words, also where it says of what: `f is odd`. */
export const areWords = (answer: Answer): boolean =>
  answer.kind === "words" || (answer.kind === "called" && answer.name.startsWith(SAID_OF))

/** How many solutions there are, also as infinity. */
export const INFINITELY_MANY = "infinitely many"

/** Words as they are compared: small letters, without an article, a full stop, or the plural of what there is none of. */
export const words = (text: string): Answer => {
  const plain = text.toLowerCase().replaceAll(/\s+/g, " ").trim()
  const bare = plain
    .replace(/^(?:an?(?!\s(?:only|alone)\b)|the)\s+/, "")
    .replace(/[.!]+$/, "")
    .replace(/^(?:dne|d\.n\.e|(?:limit\s)?do(?:es)?\snot\sexist)$/, "does not exist")
    .replace(/^(?:there are )?(?:infinitely many|an infinite number of|infinite)(?: (?:real )?solutions?)?$/, INFINITELY_MANY)
    .replace(/(?<=\s\p{L}{3,})s$/u, "")
    .trim()
  if (bare === "") throw new Unreadable("is empty")
  return { kind: "words", text: bare }
}
