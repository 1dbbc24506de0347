/**
 * How a text takes back what it said: `Wait, the answer is 32`, `Scratch that: 32`, `\boxed{31} is incorrect`, `not \boxed{31}`.
 * The patterns are parts of those of `stated-in-prose.ts`.
 */

const SURELY = String.raw`(?:(?:also|clearly|actually|of\s+course)\s+)?`
const RIGHT = String.raw`(?:correct|right|the\s+(?:(?:correct|right)\s+)?answer)\b`
const WRONG = String.raw`${SURELY}(?:incorrect\b|wrong\b|not\s+${RIGHT})`
/** What says of an answer before it that it is none. */
const CANNOT_BE =
  String.raw`(?:(?:can(?:not|\s+not|['’]t)|could(?:\s+not|n['’]t))\s+be|(?:is|was)n['’]t|` +
  String.raw`do(?:es)?(?:\s+not|n['’]t)\s+(?:look|seem|sound))\s+${RIGHT}`
const THAT_IS = String.raw`(?:(?:that|this|it)(?:['’]s|\s+is|\s+was))`
const SORRY = String.raw`(?:sorry|apologies|(?:i\s+)?apologi[sz]e)(?: for (?:the|my|any) [a-z]{2,15})?`
const SECOND = "on (?:second thoughts?|(?:further )?reflection)"

/** Before what is said instead of something else. */
export const INSTEAD =
  `wait|actually|${SORRY}|my (?:mistake|bad|apologies)|correction|no(?:pe)?|hm+|oh|ah|o+ps|but|however|rather|instead|` +
  "hold on|hang on|one (?:moment|second)|(?:scratch|strike) that|never ?mind|edit|update|i was wrong|" +
  "i (?:have )?(?:made an? (?:mistake|error|slip)|mis(?:calculated|counted|read|took|spoke)[a-z ]{0,20})|" +
  `${THAT_IS} (?:incorrect|wrong|not (?:correct|right))|` +
  `${SECOND}|let me (?:correct|fix|revise|restate|rephrase)(?: (?:that|this|it|myself|my answer))?|` +
  "(?:after|on|upon) (?:(?:a )?(?:further|closer|careful|second) )?" +
  "(?:re-?check(?:ing)?|checking|re-?view(?:ing)?|re-?consider(?:ing|ation)|re-?calculat(?:ing|ion)|re-?reading|reflection|" +
  "double-?checking|verif(?:ying|ication)|inspection|look)(?: (?:this|that|it|again|(?:my|the) (?:work|calculations?|steps)))?"

/** Also in bold type, `**Correction:** 32`. */
export const PAUSE = String.raw`[*_]{0,3}(?:,|:|;|!|\.{3}|…)?[*_]{0,3}(?:\s+[–—-]{1,2})?\s+`

/** Without these nothing but a value is a correction. */
const TAKES_BACK =
  `wait|actually|${SORRY}|my (?:mistake|bad|apologies)|correction|corrected|revised|no(?:pe)?|o+ps|hm+|er+|or rather|` +
  `hold on|hang on|(?:scratch|strike) that|never ?mind|edit|update|i was wrong|${SECOND}|` +
  `${THAT_IS} (?:incorrect|wrong|not (?:correct|right))`
const MEANT = String.raw`i\s+meant?|make\s+(?:that|it)`
const IT_IS =
  String.raw`(?:(?:it|that|this)(?:['’]s|\s+(?:is|equals|(?:should|must|would|will)\s+be))|should\s+be|${MEANT})` +
  String.raw`(?:\s+(?:actually|really|just|simply))?\s+`

/** Whether a text may correct itself by a value alone. */
export const MAY_CORRECT = new RegExp(String.raw`\b(?:${TAKES_BACK}|${MEANT}|wrong|incorrect)\b`, "i")

/**
 * `Correction:`, `Actually, it is`, `I meant`, before a value. `verb`, `meant`: whether one leads to it; `denied`: behind what is
 * said to be wrong.
 */
export const CORRECTION =
  String.raw`(?:(?:(?:${TAKES_BACK})(?:${PAUSE}|[.!]\s+)){1,3}(?:(?:so|now|then),?\s+)?(?<verb>${IT_IS})|` +
  String.raw`(?:(?:${TAKES_BACK})${PAUSE}){1,3}|(?<meant>${MEANT})\s+|` +
  String.raw`(?<=\b(?:wrong|incorrect)[.;:!]\s+)(?<denied>(?:it|that|this)\s+(?:should|must)\s+(?:be|have\s+been)\s+))`

/** Where it may stand inside a sentence, behind a value. */
export const BREAKS = String.raw`(?:[,;]\s+|\.{3}\s+|…\s*|\s+-{1,2}\s+|\s*[–—]\s*|\s+\()(?=(?:${TAKES_BACK}|${MEANT})\b)`

const DENIED_BEFORE = /\b(?:not|never|isn['’]t|wasn['’]t|can(?:not|['’]t)\s+be|instead of|rather than)\s*[$*_({\\[]{0,6}\s*$/i
const CLOSES = String.raw`[$*_)}\]\\]{0,6}(?:<\/\w{1,12}>)?`
const DENIED_BEHIND = new RegExp(
  String.raw`${CLOSES}(?:\s*(?:(?:is|was|would\s+be)\s+${WRONG}|(?:(?:is|was)n['’]t|can(?:not|['’]t)\s+be)\s+${RIGHT})|` +
    String.raw`\s*[–—(-]\s*(?:wrong|incorrect)\b|,?\s+which\s+(?:is|was)\s+${WRONG}|` +
    String.raw`\s+(?:is|was)\s+an?\s+(?:[a-z]+\s+){1,4}but\s+(?:it\s+is\s+|is\s+)?${WRONG}|` +
    String.raw`,?\s+but\s+i\s+(?:really\s+)?(?:don['’]t|do\s+not)\s+know[.!\s]*$)`,
  "iy"
)
const WITHDRAWN_BEHIND = new RegExp(
  String.raw`${CLOSES}(?:\.{3}|[.!;,…])?${CLOSES}\s+(?:(?:${INSTEAD})(?:${PAUSE}|\.\s+)){0,2}` +
    String.raw`(?:${THAT_IS}\s+${WRONG}|(?:that|this|it)\s+${CANNOT_BE})[.!\s]*$`,
  "iy"
)

const FARTHEST = 30

/** Whether what stands between two places is said not to be the answer: `not \boxed{31}`, `\boxed{31} is wrong`. */
export const isDenied = (text: string, start: number, end: number): boolean =>
  DENIED_BEFORE.test(text.slice(Math.max(0, start - FARTHEST), start)) || matches(DENIED_BEHIND, text, end)

/** Whether nothing follows but that it is wrong: `That is incorrect.` */
export const isWithdrawn = (text: string, end: number): boolean => matches(WITHDRAWN_BEHIND, text, end)

const matches = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}
