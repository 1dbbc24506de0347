/**
 * Values that a plain sentence says, `Tom has 42 apples`, `The probability is \frac{7}{18}`, `approximately 42`, or that stand
 * before what they were worked out from, `42 apples (40 + 2)`. What the sentence says it of is the value's name, so that it is
 * the bare value and not what another sentence says: Tom has 42, and not what Bob has.
 */

import type { Answer } from "../Answer.ts"
import { equalExpressions } from "../mathematics/compare.ts"
import { variablesOf } from "../mathematics/Expression.ts"
import { areInRatio } from "../same-kind.ts"
import { made } from "../units/quantities.ts"
import { sayingIn } from "../vocabulary/statement.ts"
import { areWords } from "../words.ts"
import { called, named } from "./assignments.ts"
import { tried } from "./chains.ts"

type Read = (text: string) => Answer

/** What a sentence says; null for what is none. */
export const saidIn = (text: string, whole: Read): Answer | null => {
  const said = sayingIn(text)
  const answer = said === null ? null : tried(said.value, whole)
  if (said === null || answer === null || !(said.names ? isValue(answer) : isAmount(answer))) return null
  const value = made(answer)
  if (said.name === null) return value
  return said.names ? named(value, said.name) : called(value, `'${said.name}'`)
}

/** One value: a number, or what has no unknown. */
const isAmount = (answer: Answer): boolean =>
  answer.kind === "ratio" || (answer.kind === "value" && answer.name === null && variablesOf(answer.expression).length === 0)

const isValue = (answer: Answer): boolean =>
  !areWords(answer) &&
  answer.kind !== "choice" &&
  !((answer.kind === "set" || answer.kind === "sequence") && answer.items.some(areWords))

/** Behind what is counted or measured, or the brackets were a factor. */
const WORKED_OUT = /^([^()]*\d[^()]*[A-Za-z]{2,}\}?)\s*\(([^()]*\d[^()]*)\)$/

/** `42 apples (40 + 2)`: the value, if what it was worked out from is the same; null for all else. */
export const workedOut = (text: string, whole: Read): Answer | null => {
  const [, said, from] = WORKED_OUT.exec(text) ?? []
  if (said === undefined || from === undefined) return null
  const [answer, calculated] = [said, from].map((part) => tried(part, whole))
  if (answer?.kind !== "value" || calculated?.kind !== "value") return null
  if (answer.unit === "" && answer.counted.length === 0) return null
  // `160 minutes (2 hours and 40 minutes)`.
  if (calculated.unit !== "") return answer.unit !== "" && areInRatio(answer, calculated) ? made(answer) : null
  return equalExpressions(answer.expression, calculated.expression) ? made(answer) : null
}
