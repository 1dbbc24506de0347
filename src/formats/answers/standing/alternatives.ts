/**
 * What `or` before an answer says: another value beside it, `32 or \boxed{31}`, or what stands before once more, `that is`: an
 * expression of the same value, `50 \cdot 12, or \boxed{600}`; words, `half of them, or \boxed{3}`; a measure in another unit,
 * `180 minutes, or \boxed{3} hours`; an equation that it solves, `2x = 110 or x = \boxed{55}`. Where both can be read, they are
 * evaluated; what cannot be shown to be another value of the same kind is none.
 */

import { isSameAnswer, reading } from "../../../answers/answers.ts"
import { isValue } from "../values.ts"

const LAST_OR = /^([^]*)\b(or|nor|either|alternatively|versus|vs|unless)\b([^]*)$/i
const NAMED = /([A-Za-z](?:_\{?\w\}?)?)\s*=[\s$\\(]*$/

/** What stands right before: a formula in marks, or a number with a name and a unit, or a word. */
const FORMULA = /(?:\$([^$]{1,160})\$|\\\(((?:(?!\\\()[^]){1,160})\\\)|\\\[((?:(?!\\\[)[^]){1,160})\\\])(?:\s+([a-z]{1,15}))?$/
const PLAIN = new RegExp(
  String.raw`((?:(?<![A-Za-z])[A-Za-z]\s*=\s*)?-?\\?\$?(?:\d[\d.,/:]*|\\[dt]?frac\s*\{[^{}]*\}\s*\{[^{}]*\}|` +
    String.raw`(?:\d\s*)?\\sqrt\s*\{[^{}]*\})\\?%?)(?:\s+([a-z]{1,15}))?$|\(?\b([A-Za-z]{1,15})\)?$`
)
/** `half of 6`, `3 times 4`: an operand is not what is said. */
const OPERAND = new RegExp(
  String.raw`(?:\b(?:of|times|minus|plus|by|past|from|than|to|over|in|into)(?:\s+(?:the|all|these|those|his|her|their))?|` +
    String.raw`[-+*/×]|(?<!\w)[<>])[\s$(]*$`,
  "i"
)

/** Whether the value that a text goes on to, with its unit, stands beside another one that `or` joins to it. */
export const isAlternative = (lead: string, said: string, unit: string): boolean => {
  const [, front, word, between] = LAST_OR.exec(lead) ?? []
  if (front === undefined || word!.toLowerCase() !== "or") return true
  if (/\b(?:either|whether)\b[^.!?;]*$/i.test(front)) return true
  const prior = priorIn(front.replace(/(?:[\s,*]|\band\/|<\/\w{1,14}>|\\(?:text|mbox|mathrm)\s*\{|\\q?quad|\\[,;:! ])+$/, ""))
  if (prior === null) return false
  const name = NAMED.exec(between!)?.[1]
  return name === undefined
    ? isOther(prior, said, /\\\$[\s$]*$/.test(between!) ? "dollars" : unit)
    : isOtherStatement(prior.text, name, said)
}

interface Prior {
  readonly text: string
  readonly unit: string
}

const priorIn = (front: string): Prior | null => {
  const formula = FORMULA.exec(front)
  const found = formula ?? PLAIN.exec(front)
  if (found === null || OPERAND.test(front.slice(0, found.index))) return null
  const text = (found[1] ?? (formula === null ? null : (found[2] ?? found[3])) ?? found[3]!).replace(/[\s.,;]+$/, "")
  // Words say a value only as numbers and letters of choices do.
  if (formula === null && found[1] === undefined && !isValue(text)) return null
  return { text, unit: (formula === null ? found[1] && found[2] : formula[4]) ?? "" }
}

const isOther = ({ text, unit: unitBefore }: Prior, said: string, unit: string): boolean => {
  const last = text.split(/=|\\equiv|\\approx|≈/).at(-1)!
  const [with1, with2] = [unitBefore === "" ? last : `${last} ${unitBefore}`, unit === "" ? said : `${said} ${unit}`]
  if ([text, last, with1].some((one) => isSameAnswer(one, said) || isSameAnswer(one, with2))) return false
  if (unitBefore !== "" && unit !== "" && unitBefore !== unit) return false
  const [before, answer] = [reading(said.includes("=") ? text : last), reading(said)]
  if ("problem" in before || "problem" in answer || before.answer.kind !== answer.answer.kind) return false
  return !hasLetters(last) || hasLetters(said)
}

const hasLetters = (text: string): boolean => /(?<![\\A-Za-z])[a-z](?![A-Za-z])/.test(text.replaceAll(/\\text\s*\{[^{}]*\}/g, ""))

const isOtherStatement = (text: string, name: string, said: string): boolean => {
  const sides = text.split("=")
  if (sides.length === 1 || (sides.length === 2 && /^\s*[A-Za-z](?:_\{?\w\}?)?\s*$/.test(sides[0]!) && sides[0]!.trim() === name))
    return !isSameAnswer(sides.at(-1)!, said)
  if (!text.includes(name)) return /^\s*[A-Za-z]\s*$/.test(sides[0]!)
  const solved = sides.map((side) =>
    side.replaceAll(/\\[A-Za-z]+|[A-Za-z](?:_\{?\w\}?)?/g, (letters) => (letters === name ? `(${said})` : letters))
  )
  if (solved.some((side) => hasLetters(side) || "problem" in reading(side))) return false
  return solved.some((side) => !isSameAnswer(side, solved[0]!))
}
