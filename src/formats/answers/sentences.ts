/**
 * The one number of a plain sentence that is said to be the answer: `Natalia sold 72 clips in April and May`. Numbers in adjuncts
 * of time or purpose, `in five days`, `to read 120 pages`, are not what it says, and a number with no other beside it is. A
 * sentence that denies, doubts, bounds, compares or asks says none.
 */

import { reading } from "../../answers/answers.ts"

const NUMBER_WORD = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
const FIGURE = String.raw`-?(?:\\?[$€£]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:\/\d+)?%?`
const NUMBERS = new RegExp(String.raw`(?<![\w.,/$])(?=[-\\$€£.]{0,3}\d)${FIGURE}(?![\w/]|[.,]\d)`, "g")
/** How long, how often, and what for. */
const ADJUNCT = new RegExp(
  String.raw`\s(?:(?:in|over|for|during|after|within|every|at\s+the\s+end\s+of)\s+(?:the\s+|all\s+|these\s+|only\s+)*` +
    String.raw`(?:\d[\d.,]*|${NUMBER_WORD})\s+[a-z]+|to\s+[a-z]+\s+(?:the\s+|all\s+)?(?:\d[\d.,]*|${NUMBER_WORD})\s+[a-z]+)` +
    String.raw`(?=\s|[.,]|$)`,
  "g"
)
const SPOKEN = new RegExp(String.raw`(?<!^|\b(?:the|all|these|both|first)\s)\b(?:${NUMBER_WORD})\b`, "i")
const SAYS_NONE = new RegExp(
  String.raw`[=?:;\\<>^_{}]|\b(?:not?|never|cannot|neither|nor|hardly|nothing|none|unless|if|whether|or|` +
    String.raw`between\s+\d|either|at\s+(?:least|most)|` +
    String.raw`(?:more|less|fewer|greater|larger|smaller)\s+than\s+\\?[$€£]?\d|than|maybe|perhaps|possibly|` +
    String.raw`probably|could|might|may\s+(?:be|have)|would|` +
    String.raw`times|too|half|twice|double|triple|thirds?|quarters?|unknown|see|page|wrong|incorrect|step|option|` +
    String.raw`up\s+to|almost|nearly|` +
    String.raw`under|over|below|above|i|assume|suppose)\b|n['’]t\b|` +
    String.raw`\d\s+of\s|\bof\s+(?:his|her|its|their|our|my|the|these|those|all)\s+\d|^(?:is|are|was|were|do|does|` +
    String.raw`did|can|will)\b`,
  "i"
)
const LONGEST = 160

/** What such a sentence says, with its unit; null for what says none, or more than one. */
export const numberOfSentence = (text: string): string | null => {
  if (text.length > LONGEST || !/^[A-Z\d$]/i.test(text) || !/[a-z]{2}\s+[a-z]{2}|\s[a-z]{2,}\s/i.test(text)) return null
  const concluded = /,\s+so\s+(.+)$/i.exec(text)?.[1] ?? text
  const plain = concluded.replaceAll("\\$", "$").replaceAll(/(?<=\d)\s+of\s+the\s+(?=[a-z])/g, " ")
  const without = plain.replaceAll(ADJUNCT, " ")
  const sentence = /\d/.test(without) ? without : plain
  if (SAYS_NONE.test(sentence) || SPOKEN.test(sentence)) return null
  const found = [...sentence.matchAll(NUMBERS)]
  const first = found[0]
  if (first === undefined || found.some(([number]) => number !== first[0])) return null
  if ((sentence.match(/\d/g)?.length ?? 0) !== found.join("").replaceAll(/\D/g, "").length) return null
  const behind = /^\s+([a-z]+)/.exec(sentence.slice(first.index + first[0].length))?.[1]
  for (const said of behind === undefined || FUNCTION_WORD.test(behind) ? [] : [`${first[0]} ${behind}`])
    if ("answer" in reading(said)) return said
  return "answer" in reading(first[0]) ? first[0] : null
}

/** No unit, and nothing that is counted. */
const FUNCTION_WORD = new RegExp(
  String.raw`^(?:more|less|fewer|left|in|on|at|to|for|and|per|each|every|with|from|by|is|are|was|were|` +
    String.raw`will|away|together|total|altogether|a|an|the|this|that)$`
)
