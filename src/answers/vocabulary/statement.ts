/**
 * Plain sentences that say one value, cut into the words before it and the value: `Tom has 42 apples`, `The total is 42`,
 * `\text{Total: }6`. What stands behind the value belongs to it, and is read as behind any number.
 *
 * The words before it are no part of the value, so that none may deny it, doubt it, or say when it holds; and where no `is` or
 * colon says that what they name is the value, none may bound it, compare it or calculate with it, and none be a number. `Tom
 * gave 3 of his 42 apples away` says two, `Tom has at least 42 apples` a bound, and `the complement of 42` what it is of. What is
 * asked for may hold numbers of its own: of `The remainder when N is divided by 1000 is 42` the value is behind the last verb.
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
  const at = behind === null ? (lastAt(sentence) ?? valueAt(sentence)) : sentence.length
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

const VERB = String.raw`(?:is|are|was|were|equals)(?:\s+(?:equal\s+to|exactly|therefore|thus))?`
const LAST_VERB = new RegExp(String.raw`^([^]*[^\s,]\s+${VERB}\s+)(?:(?!\s${VERB}\s)[^])+$`)
/** Two values are said, each of something: `x is 3 and y is 4`, `area 12 and perimeter is 42`. */
const SAYS_ANOTHER = new RegExp(
  String.raw`(?:=|\s(?:is|are|was|were|equals|has|have|had|gets?|makes?|costs?))\s*-?\s?(?:\\?[$€£¥₹]\s?)?\.?\d|` +
    String.raw`\d,?\s+and\s+(?:[a-z]{2,}\s+){1,3}${VERB}\s+$`
)
/** A clause of what is asked for, in which a number is given. */
const GIVEN = /\s(?:when|where|that|with|for|at)\s\S+\s*$/

/** Behind the last verb, where what is asked for holds numbers; null for all else. */
const lastAt = (sentence: string): number | null => {
  const before = LAST_VERB.exec(sentence)?.[1]
  const first = before === undefined ? -1 : before.search(VALUE)
  if (before === undefined || first < 0 || sentence.slice(before.length - 1).search(VALUE) !== 1) return null
  const another = SAYS_ANOTHER.exec(before)
  return another === null || GIVEN.test(before.slice(0, another.index)) ? before.length : null
}

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
  const words = label === lead ? wordsOf(label) : askedIn(label)
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

/** Numbers and formulas in what is asked for. */
const FORMULAS = new RegExp(
  String.raw`\$[^$]{1,80}\$|\\\([^()]{1,80}\\\)|\\(?:[A-Za-z]+\s*(?:\{[^{}]*\}){0,2}|[^A-Za-z])|` +
    String.raw`(?<=^|\s)(?:\(?[-+]?[$€£¥₹]?[\d.][^\s,]*|[A-Za-z]\([^()]{1,20}\))|\s[-+=*/^<>]\s`,
  "g"
)
/** A remainder is one of a division, and of a quantity with a name it is said when it has that value. */
const CLAUSE = /(?<=^the\s(?!answer\b|result\b|solution\b|total\b)[a-z][a-z\s]{0,60}\s)when\s|(?<=\bremainder\s)if\s/i

/** The words of what is asked for, among its numbers and formulas; null where there are none. */
const askedIn = (label: string): ReadonlyArray<string> | null => {
  const plain = label
    .replace(CLAUSE, " ")
    .replaceAll(FORMULAS, " ")
    .replaceAll(/\s*,\s*(?:,\s*)*/g, ", ")
    .replaceAll(/^[,\s]+|[,\s]+$/g, "")
  return wordsOf(plain, plain === label ? MOST_WORDS : 2 * MOST_WORDS)
}

/** In small letters; null where it has something else, or too many. */
const wordsOf = (said: string, most = MOST_WORDS): ReadonlyArray<string> | null => {
  if (!WORDS.test(said)) return null
  const words = said.toLowerCase().split(/[\s,]+/)
  return words.length > most ? null : words
}
