/**
 * How an answer stands in what is said around it. It is `said`; or `denied` (`not \boxed{31}`, `\boxed{31} is wrong`); or left
 * `open`: asked, supposed, doubted, or beside another that may be it as well. What is denied or open is no answer. A sentence
 * behind may take back what was said.
 *
 * Only what touches the answer counts, in its own clause: `The answer is not obvious, but it is \boxed{31}` says 31. All patterns
 * are bounded, so that a text of any length costs one look at each place.
 */

import { isSameAnswer } from "../../answers/answers.ts"
import { INSTEAD, PAUSE, RETRACTION, RIGHT, UNSURE, WRONG } from "./corrections.ts"

export type Standing = "said" | "denied" | "open"

/** Words of doubt before an answer, and before another that it may be. */
export const DOUBT = "could|may|might|maybe|perhaps|possibly|probably|likely|presumably"

/** What an answer line says, left open: `10 (could be 11)`. */
export const LEAVES_OPEN = /\b(?:(?:could|may|might)\s+(?:also\s+)?be|maybe|perhaps|possibly|probably|presumably)\b/i

/** What sets an answer off from the words before it and behind it. */
const OPENS = String.raw`[\s$*_({}\\[:"“]{0,10}$`
const CLOSES = String.raw`[$*_)}\]\\"”]{0,6}(?:<\/\w{1,12}>)?`

/** What the answer is called. */
const NOUN = String.raw`(?:answer|value|result|solution|choice|option|number|total|guess)s?`
const IS = String.raw`(?:\s+(?:is|are|was|were|equals?|(?:would|should|must|will)\s+be)|['’]s|\s*=)`
/** `it is`, `the final answer is`. */
const IT_IS = String.raw`(?:it|this|that|(?:the|my|our)\s+(?:[a-z]+\s+)?${NOUN})${IS}`
/** `the number of apples is`, or nothing. */
const SOMETHING_IS = String.raw`(?:(?:(?!that\b)[\w$\\'’-]+\s+){0,6}(?!that\b)[\w$\\-]+${IS})?`
/** Of what others say, or nobody should. */
const SAY = String.raw`(?:say|answer|write|think|believe|guess|expect|claim|choose|pick|put)s?(?:\s+that)?\s+`
const NOT = String.raw`(?:\bnot?|n['’]t|\bnever|\bhardly|\bnone)`

const DENIED_BEFORE = new RegExp(
  [
    String.raw`\b(?:not|never)(?:\s+(?:equal\s+to|actually|really))?`,
    String.raw`\b(?:isn|wasn|aren|weren)['’]t`,
    String.raw`\bcan(?:not|\s+not|['’]t)(?:\s+[a-z]+ly)?\s+be`,
    String.raw`\b(?:by\s+no\s+means|in\s+no\s+way|nowhere\s+near|(?:all|every\w*)\s+(?:but|except))`,
    String.raw`(?:${NOT}|\b(?:wrong|incorrect|mistake|error)\s+to)\s+${SAY}${SOMETHING_IS}`,
    String.raw`(?:does\s+not|doesn['’]t)\s+equal`,
    String.raw`(?:\\neq?(?![A-Za-z])|≠)`,
    String.raw`\b(?:instead\s+of|rather\s+than|except(?:\s+for)?|unlike|different\s+from|far\s+from|ruled?\s+out)`,
    String.raw`(?<!${NOT}\s(?:be\s)?(?:[a-z]+\s)?)\b(?:any(?:thing|\s+\w+)\s+(?:but|except)|(?:any\w*\s+)?other\s+than)`,
    String.raw`\b(?:wrong|incorrect|false|mistaken|erroneous)\s+(?:[a-z]+\s+)?${NOUN}(?:${IS}|\s+of)?`,
    String.raw`\bno\s+(?:[a-z]+\s+)?(?:answer|solution)\s*:`,
    String.raw`(?:\bdo(?:es)?(?:\s+not|n['’]t)\s+(?:think|believe|say|mean|claim)|(?<!\b(?:no|any|a)\s)\bdoubt|\bdisagree|` +
      String.raw`(?:\bit\s+is|\bit['’]s|\bthat\s+is)\s+(?:false|wrong|incorrect|untrue|unlikely|` +
      String.raw`not\s+(?:true|the\s+case|likely))` +
      String.raw`(?:\s+to\s+say)?)(?:\s+that)?\s+${SOMETHING_IS}`
  ].join(`${OPENS}|`) + OPENS,
  "i"
)

const OPEN_BEFORE = new RegExp(
  [
    String.raw`\b(?:could|may|might)(?:\s+(?:well|also|possibly|just|even|still))?(?:\s+have)?\s+be(?:en)?`,
    String.raw`\b(?:maybe|perhaps|possibly|probably|likely|presumably)(?:\s+${SOMETHING_IS})?`,
    String.raw`\b(?:not|n['’]t|never|un)\s*(?:sure|certain|confident|clear)\s+(?:that|if|whether|it|the)\s+${SOMETHING_IS}`,
    String.raw`\b(?:possible|conceivable|plausible|(?:a\s+)?(?:chance|possibility))\s+that\s+${SOMETHING_IS}`,
    String.raw`\b(?:one|you|someone|some|many|most|others|people|students)` +
      String.raw`(?:\s+(?:people|students|may|might|could|would|be|(?:tempted|inclined)\s+to))*\s+${SAY}${SOMETHING_IS}`,
    String.raw`(?<!\bonly\s)\b(?:if|suppose|supposing|assume|assuming|unless|whether|wonder\s+if)(?:\s+that)?\s+(?:${IT_IS})?`
  ].join(`${OPENS}|`) + OPENS,
  "i"
)

const DENIED_BEHIND = new RegExp(
  String.raw`${CLOSES}(?:\s*(?:(?:is|was|would\s+be)\s+(?:${WRONG}|too\s+(?:small|large|big|high|low|many|few|much)\b)|` +
    String.raw`(?:(?:is|was)n['’]t|can(?:not|['’]t)\s+be)\s+${RIGHT}|(?:does\s+not|doesn['’]t)\s+(?:work|fit|satisfy)\b)|` +
    String.raw`\s*[–—(-]\s*(?:wrong|incorrect|false)\b|,?\s+which\s+(?:is|was)\s+${WRONG}|` +
    String.raw`\s+(?:is|was)\s+(?:an?|the)\s+(?:[a-z]+\s+){0,3}(?:wrong|incorrect|false)\s+${NOUN}\b|` +
    String.raw`\s+(?:is|was)\s+an?\s+(?:[a-z]+\s+){1,4}but\s+(?:it\s+is\s+|is\s+)?${WRONG}|` +
    String.raw`,?\s+(?:but|though|although)\s+(?:i\s+(?:really\s+)?(?:don['’]t|do\s+not)\s+know[.!\s]*$|${UNSURE}))`,
  "iy"
)

/** The sentence ends in a question mark, and nobody says yes. */
const ASKED = new RegExp(String.raw`${CLOSES}(?!\s+[A-Z])(?:[^.!?\n]|\.\d){0,60}\?(?!["”]?\s+(?:[Yy]es|YES)\b)`, "y")

/** `or 32`, `(could be 32)`, `, maybe 32`. */
const BESIDE = new RegExp(
  String.raw`${CLOSES}[.,;]?\s*[(–—-]?\s*` +
    String.raw`(?<doubt>(?:or\s+)?(?:(?:it|that|which)\s+)?(?:${DOUBT})(?:\s+(?:also|even))?(?:\s+be)?\s+)?` +
    String.raw`(?<or>or\s+(?:equivalently,?\s+|about\s+)?)?(?<other>\$[^$\n]{1,60}\$|\\\([^\n]{1,60}?\\\)|` +
    String.raw`-?[$€£]?\d(?:[\d,/:%]|\.\d){0,20})` +
    String.raw`(?<words>(?:\s+[a-z]{1,12}){1,2})?`,
  "iy"
)

/** As much of a text before an answer is looked at. */
const FARTHEST = 90
const ENDS = ".!?;"

const sentenceBefore = (text: string, start: number): string => {
  let at = start
  while (at > Math.max(0, start - FARTHEST) && !ENDS.includes(text[at - 1]!)) at--
  return text.slice(at, start)
}

/** How what stands between two places of a text stands there. `said`: its value. */
export const standingOf = (text: string, start: number, end: number, said: string): Standing => {
  const before = sentenceBefore(text, start)
  if (DENIED_BEFORE.test(before) || matches(DENIED_BEHIND, text, end)) return "denied"
  return OPEN_BEFORE.test(before) || matches(ASKED, text, end) || mayBeOther(text, end, said) ? "open" : "said"
}

/** Whether another value is put beside it; one that is the same says it twice. */
const mayBeOther = (text: string, end: number, said: string): boolean => {
  BESIDE.lastIndex = end
  const { doubt, or, other, words = "" } = BESIDE.exec(text)?.groups ?? {}
  if (other === undefined || (doubt === undefined && or === undefined)) return false
  return !isSameAnswer(other, said) && !isSameAnswer(other + words, said)
}

const WITHDRAWN = new RegExp(
  String.raw`${CLOSES}(?:\.{3}|[.!;,…])?${CLOSES}\s+(?:(?:${INSTEAD})(?:${PAUSE}|[.!]\s+)){0,3}${RETRACTION}`,
  "iy"
)
/** Whoever finds it right after all says so. */
const REINSTATED = new RegExp(
  String.raw`\b(?:it|that|this|\d+[}$]{0,2})(?:['’]s|\s+(?:is|was))` +
    String.raw`(?:\s+(?:indeed|actually|in\s+fact|still|really))?\s+(?:right|correct)\b`,
  "i"
)
/** How often a value is looked for behind where it was said. */
const MOST_NAMED = 5

/** Whether what stands behind an answer takes it back: `That is wrong.`, `So 31 is wrong.`, and not `but it is right`. */
export const isWithdrawn = (text: string, end: number, said: string): boolean => {
  WITHDRAWN.lastIndex = end
  const found = WITHDRAWN.exec(text)
  if (found !== null) return !REINSTATED.test(text.slice(end + found[0].length))
  if (!/^-?[\d.,/]{1,20}$/.test(said)) return false
  for (let at = text.indexOf(said, end), tries = 0; at >= 0 && tries < MOST_NAMED; at = text.indexOf(said, at + 1), tries++)
    if (!/[\w.,/-]/.test(text[at - 1] ?? " ") && matches(DENIED_BEHIND, text, at + said.length)) return true
  return false
}

const matches = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}
