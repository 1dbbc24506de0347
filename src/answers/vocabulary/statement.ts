/**
 * Plain sentences that say one value, cut into the words before it and the value: `Tom has 42 apples`, `The total is 42`,
 * `\text{Total: }6`. What stands behind the value belongs to it, and is read as behind any number.
 *
 * The words before it are no part of the value, so that none may deny it, doubt it, or say when it holds; and where no `is` or
 * colon says that what they name is the value, none may bound it, compare it or calculate with it, and none be a number. `Tom
 * gave 3 of his 42 apples away` says two, `Tom has at least 42 apples` a bound, and `the complement of 42` what it is of.
 */

import { isMathematical } from "../mathematics/tokens.ts"
import { changes, leavesOpen } from "./counted.ts"
import { inDigits } from "./spoken.ts"

/** `name`: in words; null where they name nothing. `names`: whether an `is` or a colon stands between it and the value. */
export interface Saying {
  readonly name: string | null
  readonly value: string
  readonly names: boolean
}

const LONGEST = 200
const MOST_WORDS = 16

const OPENER = new RegExp(
  String.raw`^(?:(?:so|thus|hence|therefore|finally|then|now|altogether|overall|consequently|` +
    String.raw`in\s+(?:total|all|the\s+end|conclusion)),?\s+)+`,
  "i"
)
/** `that Tom has 42 apples`, and not `that is 42`. */
const THAT = /^that\s+(?!(?:is|was|makes|means|leaves|gives)\b)(?=[A-Za-z]+\s)/i
/** Where a value begins. */
const VALUE = /(?<=[\s:])(?:-?\s?(?:\\?[$€£¥₹]\s?)?\.?\d|\$(?=[^$]+\$)|-?\\(?!text(?![A-Za-z]))[A-Za-z({[]|[([{](?=-?[\d\\]))/
const WORDS = /^[A-Za-z]+(?:['’][a-z]{0,2})?(?:-[A-Za-z]+)*(?:[,\s]+[A-Za-z]+(?:['’][a-z]{0,2})?(?:-[A-Za-z]+)*)*$/

/** Directly before a value these say no more than a sign of approximation does, or nothing. */
const NEARLY = /(?:^|\s)(?:approximately|approx\.?|about|roughly|around|exactly|precisely|just|only|now)$/i
/** `a total of 42`, `a profit of \$42`, and no `part of 42`. */
const OF = new RegExp(
  String.raw`(?:^|\s)an?\s+(?!(?:multiple|factor|divisor|fraction|part|portion|share|percentage|member|function|power|root)\b)` +
    String.raw`[a-z]+\s+of$`,
  "i"
)
const SAYS_IT_IS = new RegExp(
  String.raw`\s(?:(?:is|are|was|were|(?:will|would|should|must)\s+be)` +
    String.raw`(?:\s+(?:also|then|thus|therefore|equal\s+to|given\s+by))?|equals?|` +
    String.raw`(?:comes?|amounts?)\s+(?:out\s+)?to|adds?\s+up\s+to|sums?\s+(?:up\s+)?to)$`
)
/** Between these and a value something is left out: what the value is part of, what it is compared with. */
const LEADS_ELSEWHERE = new RegExp(
  String.raw`(?:^|\s)(?:of(?:\s+(?:the|all|his|her|its|our|my|your|their|these|those))?|` +
    String.raw`to|per|before|like|near|towards?|against|versus|past)$`,
  "i"
)

const SUBJECT = new RegExp(
  String.raw`^(?:i|we|you|he|she|it|they|this|that|there|these|those|each|every|everyone|everybody|an?|the|` +
    String.raw`his|her|its|our|my|your|their|all|both|[A-Z][a-z'’-]+)$`
)
/** Questions, and what the reader is told to do. */
const ASKS = new RegExp(
  String.raw`^(?:is|are|was|were|do|does|did|has|have|had|can|will|would|should|must|` +
    String.raw`suppose|let|assume|see|refer|check|consult)$`
)
/** Any word may be one behind these. */
const ACTS = /^(?:i|we|you|they|who)$|^(?:will|would|can|must|should|to|and)$/
const PAST = new RegExp(
  String.raw`^(?:sold|spent|made|got|ran|drove|won|paid|bought|gave|took|ate|read|held|kept|lost|left|found|sent|built|cost|` +
    String.raw`grew|drew|flew|rode|wrote|put|cut|drank|swam|met|saw|went|came|fell|rose)$`
)
const isVerb = (word: string): boolean => PAST.test(word) || ASKS.test(word) || /[a-z]{2}(?:[^s]s|ed)$/.test(word)
/** In front of a sentence, up to a comma. */
const ADVERBIAL = /^(?:after|in|on|at|for|by|with|during|from|of|per|each|every)\s[A-Za-z'’\s-]{1,60},\s+/i
const SAYS_NOTHING = new RegExp(
  String.raw`^(?:there|it|this|that|they|these|we|i|you)` +
    String.raw`(?:\s+(?:is|are|was|were|be|will|would|must|have|has|had|get|got|find|obtain))*$`
)

/** `42 apples`, and what is said of them. */
const OF_MANY = new RegExp(
  String.raw`^([^A-Za-z]*\d[^A-Za-z]*\s[a-z][a-z\s'’-]*?)\s+` +
    String.raw`((?:is|are|was|were|(?:will|have|has)\s+(?:be|been))\s[a-z\s'’-]+|remain(?:s|ed)?)$`
)
/** `left to spend`, behind what is counted or money. */
const PURPOSE = /\s+to\s+[a-z]+(?:\s+[a-z]+){0,4}$/

/** The value that a plain sentence says, and the words before it; null for what is none. */
export const sayingIn = (text: string): Saying | null => {
  if (text.length > LONGEST) return null
  const [, many, rest] = OF_MANY.exec(text) ?? []
  if (many !== undefined) return areAllowed(wordsOf(rest!) ?? ["not"]) ? { name: rest!, value: many, names: false } : null
  if (!/^(?:\\text\s*\{\s*)?[A-Za-z]/.test(text)) return null
  const { said, behind } = sentenceIn(text)
  const sentence = said.replace(OPENER, "").replace(THAT, "")
  const at = behind === null ? valueAt(sentence) : sentence.length
  if (at <= 0) return null
  const value = unmarked(behind ?? sentence.slice(at).trim())
  const found = saying(sentence.slice(0, at).trim(), value)
  const purpose = PURPOSE.exec(value)?.[0] ?? ""
  if (found === null || purpose === "" || !areAllowed(purpose.trim().split(/\s+/))) return found
  return { ...found, name: `${found.name ?? ""}${purpose}`, value: value.slice(0, -purpose.length) }
}

const areAllowed = (words: ReadonlyArray<string>): boolean => !words.some((word) => leavesOpen(word) || changes(word))

/** With a command for text opened: all of it is the sentence, or what it holds stands before a value in mathematics. */
const sentenceIn = (text: string): { readonly said: string; readonly behind: string | null } => {
  const [, inside, behind] = /^\\text\s*\{\s*([^{}]*?)\s*\}\s*([^]*)$/.exec(text) ?? []
  if (inside === undefined) return { said: text, behind: null }
  return behind === "" || /\d/.test(inside)
    ? { said: `${inside} ${behind}`.trim(), behind: null }
    : { said: inside, behind: behind! }
}

/** `$42$ apples`. */
const unmarked = (value: string): string => value.replace(/^(?:\$([^$]+)\$|\\\((.+?)\\\))/, "$1$2")

/** In digits, or else in words behind a word at least. */
const valueAt = (sentence: string): number => {
  const at = sentence.search(VALUE)
  if (at >= 0 || /[^A-Za-z'’,\s:-]/.test(sentence)) return at
  for (const { index } of sentence.matchAll(/(?<=\s)[a-z]/g)) if (inDigits(sentence.slice(index)) !== null) return index
  return -1
}

const saying = (before: string, value: string): Saying | null => {
  let lead = before
  for (let last = ""; last !== lead;) {
    last = lead
    lead = lead.replace(NEARLY, "").trim()
  }
  // `approximately 42`.
  if (lead === "") return { name: null, value, names: false }
  const label = lead.endsWith(":") ? lead.slice(0, -1).trim() : lead.replace(SAYS_IT_IS, "")
  const words = wordsOf(label)
  if (words === null || words.some(leavesOpen) || ASKS.test(words[0]!)) return null
  if (label !== lead) return { name: SAYS_NOTHING.test(label.toLowerCase()) ? null : label, value, names: true }
  const sentence = lead.replace(ADVERBIAL, "")
  const [first, second] = sentence.split(/\s+/)
  const isPlain = second !== undefined && (SUBJECT.test(first!) || SUBJECT.test(first!.toLowerCase()))
  if (!isPlain || (LEADS_ELSEWHERE.test(lead) && !OF.test(lead)) || sentence.includes(",")) return null
  if (words.some((word) => changes(word) || isMathematical(word))) return null
  if (!OF.test(lead) && !words.some((word, i) => i > 0 && (isVerb(word) || ACTS.test(words[i - 1]!)))) return null
  return { name: SAYS_NOTHING.test(words.join(" ")) ? null : words.join(" "), value, names: false }
}

/** In small letters; null where it has something else, or too many. */
const wordsOf = (said: string): ReadonlyArray<string> | null => {
  if (!WORDS.test(said)) return null
  const words = said.toLowerCase().split(/[\s,]+/)
  return words.length > MOST_WORDS ? null : words
}
