/**
 * Letters of a multiple choice, alone or with what the choice says behind them: `(B)`, `B)`, `option B`, `\text{(B) }12`,
 * `\text{(B) 12}`, `(B)\ 12`, `B. 12`. The letter is the answer.
 */

import type { Answer } from "../Answer.ts"

const LABEL = String.raw`(?:\(\s*([A-H])\s*\)|([A-H])\s*[.):])`
/** What a value begins with. Without a sign: `(A) + 3` is a sum. */
const VALUE = String.raw`(?:-?[\d.$]|-?\\(?:frac|sqrt|text|pi|binom|log|\$|infty)|[({]\s*-?[\d\\])`

const ALONE: ReadonlyArray<RegExp> = [
  /^([A-H])\)?$/,
  /^\(([A-Ha-h])\)$/,
  /^(?:\\text\s*\{\s*)?(?:[Oo]ption|[Cc]hoice)\s+\(?([A-H])\)?\s*\}?$/
]
/** In a command for text no letter is a variable; without one a blank stands before the value, or it were a product. */
const WITH_VALUE: ReadonlyArray<RegExp> = [
  /^\\text\s*\{\s*\(?([A-H])\)?[.:]?\s*\}(?:$|[\s\\:.])/,
  new RegExp(String.raw`^\\text\s*\{\s*${LABEL}\s*\}\s*(?:$|[:.\\]|${VALUE})`),
  new RegExp(String.raw`^\\text\s*\{\s*${LABEL}\s*[^\s{}][^{}]*\}$`),
  new RegExp(String.raw`^(?:${LABEL}|\{\s*\(\s*([A-H])\s*\)\s*\})\s+${VALUE}`),
  new RegExp(String.raw`^\(\s*\\text\s*\{\s*([A-H])\s*\}\s*\)\s*(?:$|${VALUE})`)
]
/** Another letter further on: several choices are not the first of them. */
const ANOTHER = /(?:\(\s*(?:\\text\s*\{\s*)?[A-H]\s*\}?\s*\)|(?<![A-Za-z\\])[A-H]\s*[.)])(?!\s*=)/

export const choiceIn = (text: string): Answer | null => {
  if (!/^[A-HOCoc(\\{]/.test(text)) return null
  const found = firstOf(ALONE, text) ?? firstOf(WITH_VALUE, text)
  if (found === null) return null
  const letter = found.slice(1).find(Boolean)
  if (ANOTHER.test(text.slice(text.indexOf(letter!) + 2))) return null
  return { kind: "choice", letter: letter!.toUpperCase() }
}

const firstOf = (patterns: ReadonlyArray<RegExp>, text: string): RegExpExecArray | null => {
  for (const pattern of patterns) {
    const found = pattern.exec(text)
    if (found !== null) return found
  }
  return null
}
