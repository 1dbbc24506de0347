/**
 * The value that a line or a sentence says: as much of its beginning as reads as a value, up to where a remark follows. What
 * follows is looked at in `standing.ts`.
 */

import type { Answer } from "../../answers/Answer.ts"
import { isSameAnswer, reading } from "../../answers/answers.ts"
import { withoutBold } from "../../answers/spelling/emphasis.ts"
import { sayingIn } from "../../answers/vocabulary/statement.ts"
import { areWords } from "../../answers/words.ts"
import { numberOfSentence } from "./sentences.ts"

/** What is said, and how far it reaches in the text that it was looked for in. */
export interface Said {
  readonly text: string
  readonly length: number
}

/** Longer ones are no answers. */
const LONGEST_VALUE = 200

const SENTENCE_END = /(?:[.。](?!(?<=\s\.)\s+\d)|\?|!(?!(?<=[\d)]!)\s*[-+*/=×·]))(?=[*_)"”’\]]*(?:\s|$))|\n/g
/** `5 ft. long`, `7 p.m. on Monday`. */
const ABBREVIATED = /\b(?:ft|in|lb|oz|yd|mi|sq|cu|hr|min|sec|[ap]\.m|approx|vs|i\.e|e\.g|ans)$/i

/** Where the sentence ends that begins at a place: behind its last sign, or at the end of its line. */
export const sentenceEnd = (text: string, from: number): number => {
  SENTENCE_END.lastIndex = from
  for (let found = SENTENCE_END.exec(text); found !== null; found = SENTENCE_END.exec(text)) {
    const { index } = found
    if (found[0] === "\n") return index
    const isShort = found[0] === "." && ABBREVIATED.test(text.slice(Math.max(from, index - 8), index))
    if (!isShort || !/^\.\s+[a-z\d(]/.test(text.slice(index, index + 8))) return index + 1
  }
  return text.length
}

/** `(B) 31`, `C. Paris`: the letter, where no other letter stands beside it. */
const LETTERED = /^[*_\s]*(\(?[A-H][*_]*(?:[).:][*_]*(?=\s+(?![-+*/=^<>]+\s)\S)|(?=\s+[-–—]\s+[A-Za-z]{2})))/
const OTHER_LETTER = /(?:\b(?:or|and)|[,;/&])\s*[*_$]*(?:\(?[A-H][).:]|[A-H](?![A-Za-z]))/

/** Where what is said may end: a remark follows, in a clause of its own, behind a dash, in brackets. */
const CUTS = new RegExp(
  String.raw`[;|]|…|\.{3}|\s+[–—-]{1,2}\s+(?=[A-Za-z]{2})|\s*[–—](?=[a-z]{2})|\s*[([](?=[^()]*[A-Za-z]{2})|` +
    String.raw`\s*\(\?|,\s+(?=[A-Za-z])|` +
    String.raw`\s+(?:because|since|which|so\s+that|or|instead\s+of|rather\s+than|and\s+(?:this|that|we|the|not)|` +
    String.raw`to\s+the\s+nearest|when|after\s+[a-z]+(?:ing|ion))(?=\s|[.!*_]*$)|` +
    String.raw`\s+(?:not\s+(?=[-\d$\\(]|[A-H]\b)|as\s+(?!(?:many|much|long|large|big|well|tall|old)\b))|(?<=\S)\s*(?:≈|\\approx)`,
  "gi"
)
const MOST_CUTS = 6

/** `12 (7 + 5)`, `fifteen (15)`, `\frac12 (or 0.5)`: brackets that say the same once more. */
const SAID_AGAIN = /^([^()]+?)\s+\((?:or\s+|i\.e\.,?\s+|=\s*|≈\s*)?(?:equivalently\s+|about\s+|approximately\s+)?([^()]+)\)$/

/** The value that stands at the beginning of a text; `bare`: alone behind a mark, where words and sentences are one too. */
export const valueAt = (text: string, bare: boolean): Said | null => {
  const [, number] = /^[^\S\n]*(-?\d{1,15})\s*$/.exec(text) ?? []
  if (number !== undefined) return { text: number, length: text.trimEnd().length }
  const line = /^[^\n]*/.exec(text)![0].trim()
  if (bare && /["”]$/.test(line) && isValue(line)) return { text: line, length: text.indexOf(line) + line.length }
  const display = DISPLAY.exec(text.slice(0, 500))
  if (display !== null && isValue(display[1]!)) return { text: display[1]!, length: display[0].length }
  const end = sentenceEnd(text, 0)
  const sentence = text.slice(0, end)
  const length = sentence.replace(/[.!。\s]+$/, "").length
  const letter = LETTERED.exec(sentence)?.[1]
  if (letter !== undefined && !OTHER_LETTER.test(sentence)) {
    return { text: `(${letter.replaceAll(/[^A-H]/g, "")})`, length: lengthOfOption(sentence, letter) }
  }
  if (end > LONGEST_VALUE) return cutFrom(sentence.slice(0, LONGEST_VALUE))
  const whole = clean(bare ? sentence : exclaimed(sentence))
  const [, one, other] = SAID_AGAIN.exec(whole) ?? []
  if (one !== undefined && isValue(one) && isValue(other!) && isSameAnswer(one, other!)) return { text: one, length }
  if (isValue(whole)) return { text: whole, length }
  const marked = whole.replace(MARKED_NUMBER, "$1$2")
  if (marked !== whole && isValue(marked)) return { text: marked, length }
  return cutFrom(sentence) ?? wordsAt(sentence, whole, bare)
}

/** `(B) True, False`, `(A) I or II`. */
const OPTION_TEXT = /^[*_\s]*(?:True|False|[IVX]+)(?:\s*(?:,|;|\/|and|or|nor)\s*(?:True|False|[IVX]+))*(?=[\s.,;)*]|$)/

/** As far as the text of an option goes: a remark may follow. */
const lengthOfOption = (sentence: string, letter: string): number => {
  const from = sentence.indexOf(letter) + letter.length
  const within = OPTION_TEXT.exec(sentence.slice(from))?.[0].length ?? 0
  for (const { index } of sentence.matchAll(CUTS)) if (index >= from + within) return index
  return sentence.replace(/[.!\s]+$/, "").length
}

/** Marked as a sentence, `31!` exclaims. */
const exclaimed = (sentence: string): string => sentence.replace(/^([*_\s]*-?[\d.,]+[*_]*)!([*_]*\s*)$/, "$1$2")

const cutFrom = (sentence: string): Said | null => {
  let cuts = 0
  for (const { index } of sentence.matchAll(CUTS)) {
    if (index === 0) continue
    if (++cuts > MOST_CUTS) break
    const text = clean(sentence.slice(0, index))
    for (const said of [text, text.replace(MARKED_NUMBER, "$1$2")]) if (isValue(said)) return { text: said, length: index }
  }
  return null
}

/** `Tom has 42 apples`, `that Tom has 42 apples`, `Monday`. */
const wordsAt = (sentence: string, whole: string, bare: boolean): Said | null => {
  const that = /^that\s+/i.exec(whole)?.[0]
  if (!bare && that === undefined) return null
  const plain = whole.slice(that?.length ?? 0)
  if (REFUSAL.test(plain)) return null
  const said = numberOfSentence(plain) ?? (isSentence(plain) && "answer" in reading(plain) ? plain : null)
  if (said !== null) return { text: said, length: sentence.length }
  return bare && isWordsAlone(whole) ? { text: whole, length: sentence.length } : null
}

/** A sentence says a value only where it is said to be the answer. */
const isSentence = (text: string): boolean => !text.includes("\\text") && sayingIn(text) !== null

/** `Answer: Monday`, `Answer: x + 2y`. */
const isWordsAlone = (text: string): boolean =>
  text.length <= 60 && !REFUSAL.test(text) && !text.includes("?") && !DENIES.test(text) && "answer" in reading(text)

/** `29 was wrong`. */
const DENIES = /\d.*\b(?:wrong|incorrect|false|not|isn['’]t)\b/i

/** Who says that the answer is not known, or stands elsewhere, states none. */
export const REFUSAL = new RegExp(
  String.raw`^(?:(?:sorry,?\s+)?(?:i|we)(?:\s|['’])|idk\b|unknown\b|unsure\b|not\b|no (?:idea|answer)|maybe\b|perhaps\b|` +
    String.raw`see\b|(?:above|below|obvious|clear)\b|any\w*\b|all but\b|as (?:shown|above|below|follows)|n\/?a$|` +
    String.raw`tbd\b|\?+$|\.{3}$|…$)`,
  "i"
)

/** A formula on lines of its own. */
const DISPLAY = /^\s*[*_]*\s*(\$\$[^$]{1,400}\$\$|\\\[[^]{1,400}?\\\])(?=[\s.*]|$)/

/** `$31$ apples`. */
const MARKED_NUMBER = /^(?:\$([^$]+)\$|\\\((.+?)\\\))(?=\s+[a-z]{2})/

/** Without what sets it off, and without a full stop. */
export const clean = (said: string): string => {
  let text = withoutBold(said).trim()
  for (let before = ""; before !== text;) {
    before = text
    text = text
      .replace(/^(?:\*{1,3}|_{1,2}(?=[^_])|`+|["“])\s*/, "")
      .replace(/(?:\*{1,3}|(?<!\\)_{1,2}|`+|["”])([.!]?)$/, "$1")
      .replace(/(?<![\d!)}\]a-z])!$|(?<=[^\\.])[.。]$|[,;:]$/, "")
      .trim()
  }
  return text
}

const DIGIT = /[\d\\]/
/** `$p - q$`: letters are values in marks of mathematics. */
const MARKED = /^\$[^$]+\$(?:\s*(?:,|and|or)\s*\$[^$]+\$)*$/
/** `y = x`, `p/q`: and where signs stand between single letters. */
const FORMULA = /^(?!n\/a$)(?=.*[-+*/^=!])(?:[A-Za-z](?![A-Za-z])|[\s+*/^=!()-])+$/i

/** Words before an equation, a question, a choice that is left open, a condition, a bound. */
const PROSE = new RegExp(
  String.raw`(?<![\\A-Za-z])(?!and\b)[A-Za-z]{3,}[^=]*=|\?|^(?:one|two|three|any|some|each|either|half)\s+of\s|` +
    String.raw`\b(?:if|assuming|provided|unless|up\s+to|or\s+so|no|(?:digits?|steps?|words?)\s+long)\b|\dish\b`,
  "i"
)

/** Whether a text says a value: with digits or in mathematics, a letter of a choice, or a number in words and no more. */
export const isValue = (text: string): boolean => {
  if (text === "" || text.length > LONGEST_VALUE) return false
  if (/^-?\d{1,15}$/.test(text)) return true
  if (PROSE.test(text) || isSentence(text)) return false
  const found = reading(text)
  if ("problem" in found) return false
  const { answer } = found
  if (answer.kind === "choice" || (answer.kind === "set" && answer.items.every(({ kind }) => kind === "choice"))) return true
  if (holdsWords(answer)) return /\\text|\\mathrm/.test(text) || /^[IVX]+(?:\s*(?:,|and|or)\s*[IVX]+)+$/.test(text)
  return DIGIT.test(text) || MARKED.test(text) || FORMULA.test(text) || isSpokenNumber(answer)
}

const holdsWords = (answer: Answer): boolean =>
  areWords(answer) || ((answer.kind === "set" || answer.kind === "sequence") && answer.items.some(holdsWords))

const isSpokenNumber = (answer: Answer): boolean =>
  answer.kind === "value" && answer.number !== null && answer.unit === "" && answer.counted.length === 0
