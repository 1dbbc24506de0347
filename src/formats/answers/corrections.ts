/**
 * How a text takes back what it said: `Wait, the answer is 32`, `Scratch that: 32`, `\boxed{31} is incorrect`, `not \boxed{31}`.
 * The patterns are parts of those of `stated-in-prose.ts`.
 */

const WRONG = String.raw`(?:(?:also|clearly|actually|of\s+course)\s+)?(?:incorrect|wrong|not\s+(?:correct|right))\b`
const THAT_IS = String.raw`(?:(?:that|this|it)(?:['’]s|\s+is|\s+was))`

/** Before what is said instead of something else. */
export const INSTEAD =
  "wait|actually|sorry|apologies|my (?:mistake|bad|apologies)|correction|no(?:pe)?|hm+|oh|ah|o+ps|but|however|rather|instead|" +
  "hold on|hang on|one (?:moment|second)|(?:scratch|strike) that|never ?mind|edit|update|i was wrong|" +
  "i (?:have )?(?:made an? (?:mistake|error|slip)|mis(?:calculated|counted|read|took|spoke)[a-z ]{0,20})|" +
  `${THAT_IS} (?:incorrect|wrong|not (?:correct|right))|` +
  "on (?:second thoughts?|reflection)|let me (?:correct|fix|revise|restate|rephrase)(?: (?:that|this|it|myself|my answer))?|" +
  "(?:after|on|upon) (?:(?:a )?(?:further|closer|careful|second) )?" +
  "(?:re-?check(?:ing)?|checking|re-?view(?:ing)?|re-?consider(?:ing|ation)|re-?calculat(?:ing|ion)|re-?reading|" +
  "double-?checking|verif(?:ying|ication)|inspection|look)(?: (?:this|that|it|again|(?:my|the) (?:work|calculations?|steps)))?"

export const PAUSE = String.raw`(?:,|:|;|!|\.{3}|…)?(?:\s+[–—-]{1,2})?\s+`

/** Without these nothing but a value is a correction. */
const TAKES_BACK =
  "wait|actually|sorry|apologies|my (?:mistake|bad|apologies)|correction|no(?:pe)?|o+ps|hold on|hang on|" +
  "(?:scratch|strike) that|never ?mind|edit|update|i was wrong|on (?:second thoughts?|reflection)|" +
  `${THAT_IS} (?:incorrect|wrong|not (?:correct|right))`

/** Whether a text may correct itself by a value alone. */
export const MAY_CORRECT = new RegExp(String.raw`\b(?:${TAKES_BACK}|meant|make (?:that|it))\b`, "i")

/** `Correction:`, `Actually, it is`, `I meant`, before a value. `copula`: whether a verb leads to it. */
export const CORRECTION =
  String.raw`(?:(?:(?:${TAKES_BACK})${PAUSE}){1,3}(?:(?:so|now|then),?\s+)?` +
  String.raw`(?<copula>(?:(?:it|that|this)(?:['’]s|\s+(?:is|equals|(?:should|must|would|will)\s+be))|i\s+meant?|` +
  String.raw`make\s+(?:that|it)|should\s+be)(?:\s+(?:actually|really|just|simply))?\s+)?|` +
  String.raw`(?<meant>i\s+meant|make\s+(?:that|it))\s+)`

/** Where it may stand inside a sentence, behind a value. */
export const BREAKS = String.raw`(?:[,;]\s+|\.{3}\s+|…\s*|\s+[–—-]{1,2}\s+|\s+\()(?=(?:${TAKES_BACK}|hm+)\b)`

const DENIED_BEFORE = /\b(?:not|never|isn['’]t|wasn['’]t|can(?:not|['’]t)\s+be|instead of|rather than)\s*[$*_({\\[]{0,6}\s*$/i
const CLOSES = String.raw`[$*_)}\]\\]{0,6}`
const DENIED_BEHIND = new RegExp(String.raw`${CLOSES}\s*(?:is|was|would\s+be)\s+${WRONG}`, "iy")
const WITHDRAWN_BEHIND = new RegExp(
  String.raw`${CLOSES}[.!;,]?${CLOSES}\s+(?:(?:${INSTEAD})${PAUSE}){0,2}${THAT_IS}\s+${WRONG}[.!\s]*$`,
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
