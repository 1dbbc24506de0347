/**
 * The answer that a text from outside states, in the ways that models and data sets of the field have of saying so: `**Final
 * Answer:** 31`, `### Answer` above `31`, `The final answer is $31$. I hope it is correct.`, `The correct option is **C**`,
 * `31 is the answer`, `<answer>31</answer>`. Boxes and GSM8K's lines count as everywhere (`stated-answer.ts`), and what is stated
 * last counts. `Therefore, $x = 31$.` counts where a text ends in it and states nothing else.
 *
 * A sentence states an answer only where its subject opens it (`I doubt that the answer is 31` states none) and what it says is a
 * value. A line behind a colon states one whatever it says, so that one that cannot be read withdraws what was said before.
 */

import type { Answer } from "../../answers/Answer.ts"
import { isSameAnswer, reading } from "../../answers/answers.ts"
import { withoutBold } from "../../answers/spelling/emphasis.ts"
import { sayingIn } from "../../answers/vocabulary/statement.ts"
import { areWords } from "../../answers/words.ts"
import type { Extraction } from "../Format.ts"
import { BREAKS, CORRECTION, INSTEAD, IT_IS_ALSO, MAY_CORRECT, PAUSE } from "./corrections.ts"
import { DOUBT, standingOf } from "./standing.ts"
import { ANSWER, extractionOf, LAST, later, markedStatement, standing } from "./stated-answer.ts"
import type { Statement } from "./statement.ts"

/** Whether a text states an answer, and begins with the line that does; null where it states none. */
export const statesAnswer = (text: string): { readonly first: boolean } | null => {
  const last = lastStatement(text)
  return last && { first: last.name === ANSWER && text.slice(0, last.start).trim() === "" }
}

/** What a text states last; null where it states nothing. */
export const lastStatedInProse = (text: string): Extraction | null => {
  const last = lastStatement(text)
  return last && extractionOf(last)
}

const lastStatement = (completion: string): Statement | null => {
  const text = withFramesBoxed(completion.replaceAll(STRUCK, " "))
  const last = later(stated(text, true), markedStatement(text)) ?? lastConclusion(text)
  if (last === null || last.text === null || last.text === "") return last
  const found = matchAt(CONTRADICTED, text, last.end ?? endOf(last, last.text, text))
  const other = found && valueOfSentence(restOfLine(text, found.index + found[0].length))
  const isContradicted = other !== null && !isSameAnswer(other, last.text)
  return isContradicted ? { ...last, text: "", why: `is contradicted by ${other}` } : standing(last, text)
}

/** `corrects`: also by a value alone. */
const stated = (text: string, corrects: boolean): Statement | null => later(lastOpening(text, corrects), lastTag(text))

const endOf = ({ start }: Pick<Statement, "start">, said: string, text: string): number => {
  const at = text.indexOf(said, start)
  return at < 0 ? text.length : at + said.length
}

/** What is struck through in Markdown is not said. */
const STRUCK = /~~[^~\n]{1,80}~~/g

/** `\fbox{31}` and `\framebox{31}` are boxes in text. */
const withFramesBoxed = (text: string): string =>
  text.includes("box") ? text.replaceAll(/\\f(?:rame)?box(?:\s{0,4}\[[^\]]{0,40}\]){0,2}(?=\s{0,4}\{)/g, "\\boxed") : text

/** What stands round a line or a sentence: signs of headings, lists, bold type, pictures. */
const DECORATION = String.raw`[ \t>#*_|•→\p{So}\uFE0F-]{0,24}`
const KIND =
  String.raw`(?:(?:final|correct|right|best|short|numerical|numeric|exact|required|desired|simplified|` +
  String.raw`actual|true|corrected|revised|updated|new)\s+){0,2}`
const PURPOSE = String.raw`(?:\s+(?:to|for|of)\s+(?:the|this|that|your)(?:\s+[\w-]+){1,3}?)?`

/** Of the parts of a pattern, one behind the other. */
const pattern = (flags: string, ...parts: ReadonlyArray<string>): RegExp => new RegExp(parts.join(""), flags)

const SO =
  "so|thus|hence|therefore|finally|consequently|accordingly|then|overall|and|in (?:conclusion|summary|short)|" +
  "to (?:conclude|summarize)|as a result|this means|which means|it follows"
const CONNECTION =
  String.raw`(?:(?:${SO}|${INSTEAD})(?:\s+that)?${PAUSE}){0,3}` +
  String.raw`(?:(?:we|i)\s+(?:can\s+)?(?:get|find|see|conclude|know|think|believe|say)(?:\s+that)?,?\s+|` +
  String.raw`(?:(?:i\s+am|i['’]m|we\s+are|we['’]re)\s+(?:very\s+|quite\s+)?(?:confident|sure|certain|convinced)(?:\s+that)?\s+))?`

/** `**Final Answer:**`, `Answer =`, and the heading `### Answer`. */
const LINE = pattern(
  "iuy",
  DECORATION,
  String.raw`(?!no\s+(?:\w+\s+)?(?:answer|solution)\b)(?:(?:${SO}|${INSTEAD})${PAUSE})?(?:(?:my|our|the)\s+)?`,
  String.raw`${KIND}(?<noun>answer|ans\b\.?|solution)${PURPOSE}[^\S\n]*[*_]*[^\S\n]*`,
  String.raw`(?<mark>[:=：]|->|[–—-](?=\s)|is\b:?|(?=\n|$))[*_]*`
)

/** `So the correct answer to this question is option`. */
const SENTENCE = pattern(
  "iuy",
  DECORATION,
  CONNECTION,
  String.raw`(?:the|our|my)\s+(?:${KIND}(?:answer|option|choice|solution)(?:\s+(?:choice|option))?|final\s+result)${PURPOSE}`,
  String.raw`(?:,\s+(?:then|therefore|thus|hence|finally|of\s+course),)?\s*[*_]*\s+`,
  String.raw`(?:is|are|(?:would|should|must|will)\s+(?:be|have\s+been)|equals|`,
  String.raw`(?:comes?|works?|turns?|ends?)\s+(?:out|up)\s+(?:to|as)(?:\s+be)?)\b`,
  String.raw`(?:\s+(?:then|thus|therefore|simply|just|given\s+by|equal\s+to|indeed|clearly|actually|really|now|` +
    String.raw`in\s+fact|exactly|precisely|definitely|certainly|surely|undoubtedly|obviously|approximately|option|choice)\b)*`,
  String.raw`[^\S\n]*[*_]*:?[*_]*`
)

/** `31 is the answer`, `Option C is correct`. */
const REVERSED = pattern(
  "iuy",
  DECORATION,
  CONNECTION,
  String.raw`(?:(?:option|choice|answer)\s+(?<letter>\*{0,2}\(?[A-H]\)?\*{0,2})\s+is\s+(?:the\s+)?(?:correct|right)|`,
  String.raw`(?<value>[^\s,;:]{1,60}(?:\s+[a-z]{2,12}){0,2}?)\s+`,
  String.raw`is\s+(?:the|our|my)\s+${KIND}(?:answer|option|choice|solution))\b(?!['’])`
)

/**
 * Where a line or a sentence may open: of a text, of a line, behind a sentence, a box or `Step 3:`, with `so` inside one, or with
 * `no, wait` behind a value.
 */
const OPENINGS = pattern(
  "gim",
  String.raw`^|[.!?;][*_)"”]*\s+|`,
  String.raw`(?<=\b(?:answer|solution|conclusion|output|response|assistant|step\s+\d{1,2})[*_]{0,2}):[*_]*\s+|`,
  String.raw`(?<=\\boxed\s?\{(?:[^{}]|\{[^{}]{0,40}\}){0,60}\}[$\s\\)\]*]{0,6})(?:\s+\(?|,\s+(?=(?:${INSTEAD})\b))|`,
  String.raw`(?<=<\/\w{1,12}>|\[\/answer\]|<\|end_of_box\|>)\s*|`,
  String.raw`(?<=[\d}$)\]*])${BREAKS}|`,
  String.raw`[\s,(–—-](?=(?:so|thus|hence|therefore),?\s+(?:the|our|my)\s)|,\s+(?=but\s+(?:the|our|my)\s)|`,
  String.raw`(?<=(?:^|[.!?]\s+)(?:since|because)\s(?:[^.!?\n]|\.\d){1,100}),\s+(?=(?:the|our|my)\s)`
)

/** How many places where an answer might be stated are looked at, from the end. */
const MOST_OPENINGS = 12

const lastOpening = (text: string, corrects: boolean): Statement | null => {
  const mayCorrect = corrects && MAY_CORRECT.test(text)
  if (!mayCorrect && !/(?<![a-z])(?:answer|ans|option|choice|solution|final\s+result)(?![a-z])/i.test(text)) return null
  const openings = [...text.matchAll(OPENINGS)]
  let tried = 0
  for (const { index, 0: opening } of openings.toReversed()) {
    const at = index + opening.length
    const stated = statedAt(text, at)
    const found = stated === undefined && mayCorrect ? correctedAt(text, at, index) : stated
    if (found === undefined) continue
    if (found !== null) return found
    if (++tried > MOST_OPENINGS) return null
  }
  return null
}

/** What is stated where a line or a sentence opens; null where it says no value, undefined where none of them opens. */
const statedAt = (text: string, start: number): Statement | null | undefined => {
  const sentence = matchAt(SENTENCE, text, start)
  if (sentence !== null) {
    const said = valueFrom(text, start + sentence[0].length, false)
    if (said === null) return null
    const end = endOf({ start: start + sentence[0].length }, said, text)
    return standingOf(text, start, end, said) === "said" ? { start, end, text: said, name: LAST } : null
  }
  const line = matchAt(LINE, text, start)
  if (line !== null) return lineAt(text, start, line)
  const reversed = matchAt(REVERSED, text, start)
  if (reversed === null || /^\s*\?/.test(text.slice(start + reversed[0].length))) return undefined
  const said = clean(reversed.groups!["letter"] ?? reversed.groups!["value"]!)
  return isValue(said) ? { start, text: said, name: LAST } : null
}

const CORRECTED = pattern("iuy", DECORATION, CORRECTION)

/** `The answer is 31. It is 32.` */
const CONTRADICTED = pattern("iuy", String.raw`[$*_)}\]\\]{0,6}[.!;]\s+`, IT_IS_ALSO)

/** The value that is all that a sentence says. */
const valueOfSentence = (rest: string): string | null => {
  const sentence = clean(
    rest
      .replace(/[.!;](?=\s)[^]*$/, "")
      .replace(/,?\s+\(?(?:not|instead\s+of|rather\s+than)\s+[-\d$\\][^]*$/, "")
      .replace(/^([^()]*)\)[.!]?$/, "$1")
  )
  return isValue(sentence) && !CALCULATION.test(sentence) ? sentence : null
}
const CALCULATION = /[^$\sA-Za-z][^=]*=/

/** `Scratch that: 32`, where something was stated before; without a verb the value is all that the sentence says. */
const correctedAt = (text: string, start: number, before: number): Statement | undefined => {
  const found = matchAt(CORRECTED, text, start)
  if (found === null) return undefined
  const rest = restOfLine(text, start + found[0].length)
  const { verb, meant, denied } = found.groups!
  const isSaid = verb !== undefined || meant !== undefined || denied !== undefined
  const said = isSaid ? valueIn(rest) : valueOfSentence(rest)
  if (said === null || CALCULATION.test(said)) return undefined
  if (denied !== undefined && text.slice(0, before).includes("\\boxed")) return { start, text: said, name: LAST }
  const earlier = text.slice(0, before)
  return stated(earlier, false) === null && markedStatement(earlier) === null ? undefined : { start, text: said, name: LAST }
}

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** What a line behind a mark says; where no value stands there it is a heading or a line of its own. */
const lineAt = (text: string, start: number, found: RegExpExecArray): Statement | null => {
  const { noun, mark } = found.groups!
  const opensLine = start === 0 || text[start - 1] === "\n"
  // Prose goes on in `answer is`, unless a line opens with it.
  if ((mark === "" || mark!.startsWith("is")) && !opensLine) return null
  const said = valueFrom(text, start + found[0].length, true)
  if (said !== null) return { start, text: said, name: ANSWER }
  if (mark === "" || mark!.startsWith("is") || !/^answer$/i.test(noun!) || !opensLine) return null
  const line = clean(restOfLine(text, start + found[0].length) || lineBelow(text, start + found[0].length))
  return REFUSAL.test(line)
    ? { start, text: "", name: ANSWER, why: `says that there is none: ${line.slice(0, 60)}` }
    : { start, text: line, name: ANSWER }
}

/** Who says that the answer is not known, or stands elsewhere, states none. */
const REFUSAL = pattern(
  "i",
  String.raw`^(?:(?:sorry,?\s+)?(?:i|we)(?:\s|['’])|idk\b|unknown\b|unsure\b|not (?:sure|known|given)|no (?:idea|answer)|`,
  String.raw`see\b|as (?:shown|above|below|follows)|n\/?a$|tbd\b|\?+$|\.{3}$|…$)`
)

const restOfLine = (text: string, from: number): string => {
  const end = text.indexOf("\n", from)
  return text.slice(from, end < 0 ? undefined : end).trim()
}

/** The next line that is not blank, as far as three lines below. */
const lineBelow = (text: string, from: number): string =>
  /^[^\n]*(?:\n[^\S\n]*){1,3}(?:[-*•][^\S\n]+)?(\S[^\n]*)/.exec(text.slice(from, from + 600))?.[1] ?? ""

/** A formula on lines of its own. */
const DISPLAY = /^\s*[*_]*\s*(\$\$[^$]{1,400}\$\$|\\\[[^]{1,400}?\\\])(?=[\s.*]|$)/

/** The value that stands behind a mark, or below it; null where none does. `bare`: words are a value too, alone in their line. */
const valueFrom = (text: string, from: number, bare: boolean): string | null => {
  const display = DISPLAY.exec(text.slice(from, from + 500))?.[1]
  if (display !== undefined && isValue(display)) return display
  const rest = restOfLine(text, from)
  if (rest === "") return valueIn(lineBelow(text, from))
  // A sentence of words exclaims; a factorial stands in marks of mathematics, or before a full stop.
  if (!bare && /^[*_]*-?[\d.,]+[*_]*![*_]*$/.test(rest)) return valueIn(rest.replace("!", ""))
  const value = valueIn(rest)
  if (value !== null) return value
  const sentence = bare ? sentenceIn(rest) : /^that\s/i.test(rest) ? sentenceIn(rest.replace(/^that\s+/i, "")) : null
  return sentence ?? (bare && isWordsAlone(rest) ? clean(rest) : null)
}

/** `Tom has 42 apples.`, and what follows it takes nothing back. */
const sentenceIn = (rest: string): string | null => {
  const [, said = rest, behind = ""] = /^(.{1,200}?[a-z\d*)][.!])\s+(.*)$/.exec(rest) ?? []
  if (/[\d\\?]/.test(behind) || TAKES_BACK.test(behind)) return null
  const text = clean(said)
  return isSentence(text) && "answer" in reading(text) ? text : null
}
const TAKES_BACK = /\b(?:no|not|wrong|incorrect|wait|but|actually|however|sorry|instead|rather)\b|n['’]t\b/i

/** A sentence says a value only where it is said to be the answer. */
const isSentence = (text: string): boolean => !text.includes("\\text") && sayingIn(text) !== null

/** Longer ones are no answers. */
const LONGEST_VALUE = 200

/** Where what a sentence says may end, and an explanation follow: in a sentence, behind a dash, in brackets, in a clause. */
const ENDS = pattern(
  "gi",
  String.raw`(?:!|\.(?!(?<=\s\.)\s+\d))[*_]*(?=[\s)]|$)|;|\s+[–—-]{1,2}\s+(?=[A-Za-z]{2})(?!no\b|not\b|or\b|wait\b)|`,
  String.raw`\s*\((?!(?:or|not|if|unless|but|${DOUBT}|wrong|incorrect|false|assuming)\b|[a-z](?:\)|[^A-Za-z]))(?=[A-Za-z])|`,
  String.raw`,?\s+(?:because|since|which\s+is|as(?!\s+(?:many|much|long|large|big|well))|so\s+that)\b|`,
  String.raw`,\s+(?:actually|indeed|of\s+course|though|after\s+all|I|we|so|and\s+(?:this|that|we|the))\b(?![^.!?\n]{0,80}\?)|`,
  String.raw`(?:,?\s+|\s*\()(?:not|instead\s+of|rather\s+than)\s+(?=[-\d$\\(]|[A-H]\b)`
)
const MOST_ENDS = 4

/** `(B) 31`, `C. Paris`: the letter. */
const LETTERED = /^[*_]*\(?([A-H])[*_]*(?:[).:][*_]*\s+(?![-+*/=^<>]+\s)|\s+[-–—]\s+(?=[A-Za-z]{2}))(?=\S)/

/** `$31$ apples`. */
const MARKED_NUMBER = /^(?:\$([^$]+)\$|\\\((.+?)\\\))(?=\s+[a-z]{2})/

const valueIn = (rest: string): string | null => {
  const said = rest.slice(0, LONGEST_VALUE + 1)
  const letter = LETTERED.exec(said)?.[1]
  if (letter !== undefined) return `(${letter})`
  for (const whole of rest.length > LONGEST_VALUE ? [] : [clean(rest), clean(rest).replace(MARKED_NUMBER, "$1$2")])
    if (isValue(whole)) return whole
  const twice = rest.length > LONGEST_VALUE ? null : saidTwice(rest)
  if (twice !== null) return twice
  let ends = 0
  for (const found of said.matchAll(ENDS)) {
    if (++ends > MOST_ENDS) break
    const value = clean(said.slice(0, found.index))
    if (isValue(value)) return value
    const once = saidTwice(value)
    if (once !== null) return once
  }
  return null
}

/** Without what sets it off, and without a full stop. */
const clean = (said: string): string => {
  let text = withoutBold(said).trim()
  for (let before = ""; before !== text;) {
    before = text
    text = text
      .replace(/^(?:\*{1,3}|_{1,2}(?=[^_])|`+|["“])\s*/, "")
      .replace(/\s*(?:\*{1,3}|(?<!\\)_{1,2}|`+|["”])([.!]?)$/, "$1")
      .replace(/(?<![\d!)}\]a-z])!$|(?<=[^\\.])\.$|[,;:]$/, "")
      .trim()
  }
  return text
}

const DIGIT = /[\d\\]/
/** `$p - q$`: letters are values in marks of mathematics. */
const MARKED = /^\$[^$]+\$$/
/** `y = x`, `p/q`: and where signs stand between single letters. */
const FORMULA = /^(?!n\/a$)(?=.*[-+*/^=!])(?:[A-Za-z](?![A-Za-z])|[\s+*/^=!()-])+$/i
/** `$\\frac12$ (or 0.5)`, `31 or equivalently 31.0`: one value, said twice. */
const SAID_TWICE = pattern(
  "",
  String.raw`^([^()]+?)(?:\s*\((?:or(?:\s+equivalently)?|i\.e\.,?|that\s+is,?|equivalently,?)\s+([^()]+)\)|`,
  String.raw`,?\s+(?:or\s+equivalently|equivalently|i\.e\.|that\s+is),?\s+([^()]+))$`
)
const saidTwice = (said: string): string | null => {
  const [, one, ...others] = SAID_TWICE.exec(clean(said)) ?? []
  const other = others.find((text) => text !== undefined)
  if (one === undefined || other === undefined) return null
  const [first, second] = [clean(one), clean(other)]
  return isValue(first) && isValue(second) && isSameAnswer(first, second) ? first : null
}

/** Words before an equation, a question, a choice that is left open, a condition, a bound. */
const PROSE = pattern(
  "i",
  String.raw`(?<![\\A-Za-z])(?!and\b)[A-Za-z]{3,}[^=]*=|\?|^(?:one|two|three|any|some|each|either|half)\s+of\s|`,
  String.raw`\b(?:if|assuming|provided|unless|up\s+to|or\s+so|no|(?:digits?|steps?|words?)\s+long)\b|\dish\b`
)

/** Whether a text says a value: with digits or in mathematics, a letter of a choice, or a number in words and no more. */
const isValue = (text: string): boolean => {
  if (text === "" || text.length > LONGEST_VALUE || PROSE.test(text) || isSentence(text)) return false
  const found = reading(text)
  if ("problem" in found) return false
  const { answer } = found
  if (answer.kind === "choice") return true
  if (holdsWords(answer)) return /\\text|\\mathrm/.test(text)
  return DIGIT.test(text) || MARKED.test(text) || FORMULA.test(text) || isSpokenNumber(answer)
}

const holdsWords = (answer: Answer): boolean =>
  areWords(answer) || ((answer.kind === "set" || answer.kind === "sequence") && answer.items.some(holdsWords))

const isSpokenNumber = (answer: Answer): boolean =>
  answer.kind === "value" && answer.number !== null && answer.unit === "" && answer.counted.length === 0

/** `Answer: Monday`, `Answer: x + 2y`. */
const isWordsAlone = (rest: string): boolean => {
  const text = clean(rest)
  return text.length <= 60 && !REFUSAL.test(text) && !text.includes("?") && "answer" in reading(text)
}

const OPEN_TAG = String.raw`(?:<(final_?answer|answer|ans)>|\[answer\]|<\|begin_of_box\|>)`
const OPEN_TAGS = pattern("gi", OPEN_TAG)
const TAG = pattern("iy", OPEN_TAG, String.raw`([^]*?)(?:<\/\1>|\[\/answer\]|<\|end_of_box\|>)`)

/** What stands between the last tags for an answer. */
const lastTag = (text: string): Statement | null => {
  const start = [...text.matchAll(OPEN_TAGS)].at(-1)?.index
  if (start === undefined) return null
  const found = matchAt(TAG, text, start)
  const opensLine = /(?:^|\n)[^\S\n]*$/.test(text.slice(Math.max(0, start - 40), start))
  if (found === null) return opensLine ? { start, text: null, name: "<answer> tag" } : null
  const inside = found[2]!.trim()
  const said = lastOpening(inside, false)?.text ?? valueIn(inside) ?? clean(inside)
  return REFUSAL.test(said)
    ? { start, text: "", name: "<answer> tag", why: `says that there is none: ${said.slice(0, 60)}` }
    : { start, text: said, name: "<answer> tag" }
}

const CONCLUSION = pattern(
  "i",
  String.raw`(?:^|[.!?\n][*_]*\s*)(?:so|thus|hence|therefore|consequently),?\s+`,
  String.raw`(?:(?:we|you)\s+(?:have|get|find|conclude|obtain)(?:\s+that)?,?\s+)?`,
  String.raw`(\$[^$]+\$|\$\$[^$]+\$\$|\\\([^\n]+?\\\)|\\\[[^]+?\\\]|[A-Za-z]\s*=\s*[^\s=][^\n=]*?)[.!*_\s]*$`
)

/** `Therefore, $x = 31$.`, where a text ends in it: a value, or what something is called and its value; no calculation. */
const lastConclusion = (text: string): Statement | null => {
  const from = Math.max(0, text.length - LONGEST_VALUE)
  const found = CONCLUSION.exec(text.slice(from))
  if (found === null || !isValue(clean(found[1]!))) return null
  const said = clean(found[1]!)
  const read = reading(said)
  if ("problem" in read || read.answer.kind === "relation") return null
  if (said.includes("=") && read.answer.kind === "value" && read.answer.name === null) return null
  return { start: from + found.index, text: said, name: LAST }
}
