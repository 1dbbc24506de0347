/** Answers in words. */

import type { Answer } from "./Answer.ts"
import { Unreadable } from "./mathematics/Expression.ts"

/** Letters alone that are words and no product of variables. */
export const wordsIn = (text: string): Answer | null => {
  const plain = text.replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ").trim()
  if (!/^[\p{L}\p{M}\d\s'’.,:;!?&()/-]+$/u.test(plain) || !/\p{L}{2}/u.test(plain)) return null
  const isSpoken = plain !== text.trim() || /\p{L}{3}/u.test(plain) || /^(?:no|ok|up)$/i.test(plain)
  // What the reader of expressions knows as a name: `sin x`, `log 2`, `pi`.
  const isMath = plain === text.trim() && /\b(?:sin|cos|tan|cot|sec|csc|log|ln|exp|sqrt|pi|inf|abs|max|min|gcd|lcm)\b/.test(plain)
  return isSpoken && !isMath ? words(plain) : null
}

/** Words as they are compared: small letters, without an article, a full stop, or the plural of what there is none of. */
export const words = (text: string): Answer => {
  const plain = text.toLowerCase().replaceAll(/\s+/g, " ").trim()
  const bare = plain
    .replace(/^(?:an?|the)\s+/, "")
    .replace(/[.!]+$/, "")
    .replace(/(?<=\s\p{L}{3,})s$/u, "")
    .trim()
  if (bare === "") throw new Unreadable("is empty")
  return { kind: "words", text: bare }
}
