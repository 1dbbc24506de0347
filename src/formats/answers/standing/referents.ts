/**
 * What a pronoun in a sentence behind an answer stands for: the nearest value that its own sentence named before it, `I tried 7
 * and it does not work`; only where there is none, the answer. A clause without a subject of its own, `but not absolutely`, goes
 * on about that of the clause before it, and so does `they`.
 */

import { isSameAnswer } from "../../../answers/answers.ts"
import { clean } from "../values.ts"
import { signOf } from "./lexicon.ts"

/** What opens a clause and says nothing of its subject. */
const OPENS =
  String.raw`^[\s"“'’*_]*(?:(?:and|but|so|then|yet|thus|hence|therefore|however|because|since|as|or|now|here|also|` +
  String.raw`clearly|obviously|although|though|while|where|actually|indeed)\b[\s,]*)*`
const PRONOUN = new RegExp(String.raw`${OPENS}(?:it|itself|this|that|which)(?:['’]s)?\s+([a-z]+(?:['’]t)?)`, "i")
const SEVERAL = new RegExp(
  String.raw`${OPENS}(?:they|these|those|all|none|neither|both)\s+(?:of\s+(?:them|these|those)\s+)?([a-z]+(?:['’]t)?)`,
  "i"
)
/** A predicate alone. */
const NO_SUBJECT = new RegExp(
  String.raw`${OPENS}(?:(?:do|does|did|will|would|should|must|can|could|cannot|may|might|is|are|was|were|has|have|had|` +
    String.raw`not|never|` +
    String.raw`also|only|just|still|always|even|at\s+all|[a-z]+n['’]t)\b|(?:fails?|failed|violates?|contradicts?|wrong|` +
    String.raw`incorrect|invalid|rejected|discarded|excluded|extraneous|impossible)\b)`,
  "i"
)
const IS_JOINED = /^\s*(?:and|but|so|yet|or|although|though)\b/i
/** `we reject it`. */
const OBJECT = new RegExp(
  String.raw`\b(?:reject|discard|exclude|scratch|strike|forget|ignore|disregard|retract)\s+` +
    String.raw`(?:it|this|that|them|these|those|both)\b(?!\s+[a-z])`,
  "i"
)

/** A formula, a number, the letter of a choice. */
const VALUE = new RegExp(
  String.raw`\$([^$\n]{1,80})\$|\\\(([^\n]{1,80}?)\\\)|(?<![\w.,])(-?\\?[$€£]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:\/\d+)?%?)` +
    String.raw`(?![\w.]?\w)|` +
    String.raw`\b(?:option|choice|answer)s?\s+\(?([A-H])\b|(?<=\w\s)\(?([B-H])\)?(?![\w'’])`,
  "gi"
)
/** Numbers that say which one, or count what is looked at: `step 2`, `the 3 boxes`. */
const LABELS =
  /\b(?:step|part|case|line|page|problem|question|example|equation|row|day|week|year|section|figure|method)s?\s+\(?$/i
const OF_KNOWN = /\b(?:the|these|those|all|both|first|last|other)\s+$/i
const COUNTS = /^\s+[a-z]{2,}/
const NO_COUNT = new RegExp(
  String.raw`^\s+(?:and|or|but|is|was|are|were|as|for|by|with|from|in|at|on|instead|too|also|first|because|since|when|` +
    String.raw`which|that|makes?|gives?|does|would|could|can|cannot|seems|looks|works?|fails?)\b`,
  "i"
)
const BY_US = /^\W*(?:\w+\s+)?(?:i|we|you)\b/i

type What = "answer" | "other"

export class Referents {
  private named: What | null = null
  private subject: What | null
  private readonly said: string
  private readonly unit: string
  private isOfAnswer: boolean

  /** `first`: whether the sentence is that of the answer, whose first clause goes on about it. */
  constructor(said: string, unit: string, first: boolean) {
    this.said = said
    this.unit = unit
    this.isOfAnswer = first
    this.subject = first ? "answer" : null
  }

  /** Whether a clause speaks of something else, by a pronoun or by leaving its subject out. */
  isOfOther(clause: string): boolean {
    if (this.isOfAnswer) return false
    if (this.named === "other" && (isPronoun(PRONOUN.exec(clause)?.[1]) || OBJECT.test(clause))) return true
    const isAfterOther = this.subject === "other"
    if (isAfterOther && this.named !== "answer" && isPronoun(SEVERAL.exec(clause)?.[1])) return true
    return isAfterOther && IS_JOINED.test(clause) && NO_SUBJECT.test(clause) && !PRONOUN.test(clause)
  }

  /** Takes a clause in. */
  pass(clause: string, isOfOther: boolean): void {
    if (this.isOfAnswer) {
      this.isOfAnswer = false
      return
    }
    for (const found of clause.matchAll(VALUE)) {
      const what = this.valueIn(found, clause)
      if (what !== null) this.named = what
    }
    if (isOfOther || (IS_JOINED.test(clause) && NO_SUBJECT.test(clause))) return
    const subject = this.subjectOf(clause)
    if (subject !== undefined) this.subject = subject
  }

  private valueIn(found: RegExpExecArray, clause: string): What | null {
    const [all, dollars, brackets, number, option, letter] = found
    if (letter !== undefined && !/^\(?[A-H]\)?$/.test(this.said)) return null
    const text = clean(dollars ?? brackets ?? number ?? option ?? letter ?? "")
    if (number !== undefined) {
      const [before, behind] = [clause.slice(0, found.index), clause.slice(found.index + all.length)]
      const counts = COUNTS.test(behind) && !NO_COUNT.test(behind)
      if (LABELS.test(before) || (counts && (OF_KNOWN.test(before) || BY_US.test(clause)))) return null
    }
    return isSameAnswer(text, this.said) || isSameAnswer(text, this.said + this.unit) ? "answer" : "other"
  }

  /** Somebody is no subject that verdicts are passed on; null is one that is not known. */
  private subjectOf(clause: string): What | null | undefined {
    for (const word of clause.match(/[A-Za-z]+(?:['’][A-Za-z]+)*|\d|[$\\]/g) ?? []) {
      if (!/^[A-Za-z]/.test(word)) return this.named ?? "other"
      const sign = signOf(word)
      if (sign === "x") return this.named ?? "other"
      if (/[kfH]/.test(sign) || /^(?:i|we|you)$/i.test(word)) return sign === "H" ? null : "answer"
      if (/[ignmwWEr]/.test(sign)) return null
    }
    return undefined
  }
}

/** What a pronoun is followed by; `this value` has none. */
const isPronoun = (behind: string | undefined): boolean =>
  behind !== undefined && (/n['’]t$/i.test(behind) || /[ignmderwWEcph]/.test(signOf(behind)))
