/**
 * How a text corrects what it said: `Wait, the answer is 32`, `Scratch that: 32`, `Let me recheck. It is 32.` The patterns are
 * parts of those of `stated-in-prose.ts` and `standing.ts`.
 */

const SURELY = String.raw`(?:(?:also|clearly|actually|of\s+course)\s+)?`
export const RIGHT = String.raw`(?:correct|right|true|the\s+(?:(?:correct|right)\s+)?answer)\b`
/** What is said of an answer that is none. */
export const WRONG =
  String.raw`${SURELY}(?:incorrect\b|wrong\b|false\b|not\s+(?:quite\s+)?${RIGHT}|` +
  String.raw`(?:a|my|an?\s+obvious)\s+mistake\b|an\s+error\b)`
const THAT = String.raw`(?:that|this|it|(?:that|this|the|my)\s+(?:final\s+)?(?:answer|result|value)(?:\s+(?:above|here))?)`
const THAT_IS = String.raw`(?:${THAT}(?:['’]s|\s+is|\s+was))`
export const UNSURE =
  String.raw`i(?:['’]m|\s+am)\s+(?:not\s+(?:[a-z]+\s+)?(?:sure|certain)|unsure)(?:\s+(?:about|of)\s+(?:that|this|it))?` +
  String.raw`(?=\s*(?:[.!,;\n]|$))`
const MISTAKEN =
  "i was wrong|i (?:have )?(?:made an? (?:mistake|error|slip)|mis(?:calculated|counted|read|took|spoke)[a-z ]{0,20})"
const SORRY = String.raw`(?:sorry|apologies|(?:i\s+)?apologi[sz]e)(?: for (?:the|my|any) [a-z]{2,15})?`
const SECOND = "on (?:second thoughts?|(?:further )?reflection)"
const KIDDING = "(?:i(?:['’]m| am| was) )?(?:just |only )?(?:kidding|joking)"
const FORGET = "(?:scratch|strike|forget|ignore|disregard) (?:that|this|it)|i take (?:that|it) back"

/** Looking again, which corrects nothing by itself. */
const AGAIN =
  "let(?:['’]s| me| us) (?:(?:quickly |just )?(?:re-?[a-z]{2,12}|double-?check|check|verify|try|think|count|look|start over))" +
  "(?: (?:that|this|it|again|once more|over|about|my|the|at|work|answer|steps?|calculations?|numbers?|problem)){0,5}"

/** Before what is said instead of something else. */
export const INSTEAD =
  `wait|actually|${SORRY}|my (?:mistake|bad|apologies)|correction|no(?:pe)?|hm+|oh|ah|o+ps|but|however|rather|instead|` +
  `hold on|hang on|one (?:moment|second)|${FORGET}|never ?mind|edit|update|${KIDDING}|${MISTAKEN}|` +
  `${THAT_IS} ${WRONG}(?! (?:that|to))|` +
  `${SECOND}|let me (?:correct|fix|revise|restate|rephrase)(?: (?:that|this|it|myself|my answer))?|${AGAIN}|` +
  "(?:after|on|upon) (?:(?:a )?(?:further|closer|careful|second) )?" +
  "(?:re-?check(?:ing)?|checking|re-?view(?:ing)?|re-?consider(?:ing|ation)|re-?calculat(?:ing|ion)|re-?reading|reflection|" +
  "double-?checking|verif(?:ying|ication)|inspection|look)(?: (?:this|that|it|again|(?:my|the) (?:work|calculations?|steps)))?"

/** Also in bold type, `**Correction:** 32`. */
export const PAUSE = String.raw`[*_]{0,3}(?:,|:|;|!|\.{3}|…)?[*_]{0,3}(?:\s+[–—-]{1,2})?\s+`

/** Without these nothing but a value is a correction. */
const TAKES_BACK =
  `wait|actually|${SORRY}|my (?:mistake|bad|apologies)|correction|corrected|revised|no(?:pe)?|o+ps|hm+|er+|or rather|` +
  `wrong|incorrect|false|not quite|hold on|hang on|${FORGET}|never ?mind|edit|update|${KIDDING}|${MISTAKEN}|${SECOND}|` +
  `${THAT_IS} ${WRONG}(?! (?:that|to))`
const MEANT = String.raw`i\s+meant?|make\s+(?:that|it)`
const IT_IS =
  String.raw`(?:(?:it|that|this)(?:['’]s|\s+(?:is|equals|(?:should|must|would|will)\s+be))|should\s+be|${MEANT})` +
  String.raw`(?:\s+(?:actually|really|just|simply))?\s+`

/** Whether a text may correct itself by a value alone. */
export const MAY_CORRECT = new RegExp(String.raw`\b(?:${TAKES_BACK}|${AGAIN}|${MEANT}|wrong|incorrect|actually)\b`, "i")

/**
 * `Correction:`, `Actually, it is`, `I meant`, before a value. `verb`, `meant`: whether one leads to it; `denied`: behind what is
 * said to be wrong.
 */
export const CORRECTION =
  String.raw`(?:(?:(?:${TAKES_BACK}|${AGAIN})(?:${PAUSE}|[.!]\s+)){1,3}(?:(?:so|now|then),?\s+)?(?<verb>${IT_IS})|` +
  String.raw`(?:(?:${TAKES_BACK})${PAUSE}){1,3}|(?<meant>${MEANT}|it(?:['’]s|\s+is)\s+actually)\s+|` +
  String.raw`(?<=\b(?:wrong|incorrect)[.;:!]\s+)(?<denied>(?:it|that|this)\s+(?:should|must)\s+(?:be|have\s+been)\s+))`

/** Behind an answer and before another value: nothing says which of them counts. */
export const IT_IS_ALSO =
  String.raw`(?:(?!(?:for|in|as|with|at|on|by|if|when|to(?!\s+be)|of|from|round\w*)\b)[a-z]+(?:\s+[a-z]+){0,3}[,.!:]\s+){0,2}` +
  String.raw`(?:that\s+is,\s+|(?:(?:actually|so|then|now)\s+)?(?:it|that|this)(?:['’]s|\s+is|\s+(?:should|must)\s+be)\s+` +
  String.raw`(?:actually\s+|really\s+)?)`

/** Where it may stand inside a sentence, behind a value. */
export const BREAKS = String.raw`(?:[,;]\s+|\.{3}\s+|…\s*|\s+-{1,2}\s+|\s*[–—]\s*|\s+\()(?=(?:${TAKES_BACK}|${MEANT})\b)`

/** A sentence that takes back what stands before it, in whole; `bare`: one that is no more than a word or two. */
export const RETRACTION =
  String.raw`(?:(?:${THAT_IS}\s+(?:just\s+)?${WRONG}|${THAT}\s+` +
  String.raw`(?:(?:can(?:not|\s+not|['’]t)|could(?:\s+not|n['’]t))\s+be|(?:is|was)n['’]t|` +
  String.raw`do(?:es)?(?:\s+not|n['’]t)\s+(?:look|seem|sound))\s+${RIGHT}|` +
  String.raw`(?:${FORGET}|${MISTAKEN}|${KIDDING})(?:\s+(?:there|here|somewhere))?)` +
  String.raw`(?=\s*(?:[.!,;:…–—\n]|-\s|$))|(?:but\s+)?${UNSURE}|` +
  String.raw`(?:wrong|incorrect|false|no(?:pe)?|no\s+way|not\s+(?:quite|so|(?:quite\s+)?${RIGHT}))` +
  String.raw`(?=\s*(?:[.!…](?!\s*\d)|\n|$)))`
