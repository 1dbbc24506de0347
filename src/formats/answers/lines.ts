/**
 * The lines and sentences that state an answer, in the ways that models and data sets of the field have: `#### 31`, `A: 31`,
 * `**Final Answer:** 31`, `The correct option is **C**`, `31 is the answer`, `<answer>31</answer>`.
 *
 * Each is found from the word that it turns on. A sentence states an answer only where its subject opens it, or where what leads
 * to it says no more than that it follows (`I doubt that the answer is 31` states none), and where what it says is a value. A
 * line
 * behind a colon states one whatever it says, so that one that cannot be read withdraws what was said before.
 */

import { signOf } from "./standing/lexicon.ts"
import type { Statement } from "./statement.ts"
import { clean, isValue, REFUSAL, sentenceEnd, valueAt } from "./values.ts"

/**
 * Marks with which a tokenizer ends a text, `</s>`, `<|endoftext|>`, `<eos>`: they are tokens of their own, and no part of an
 * answer before them.
 */
const MARK =
  String.raw`(?:<\/s>|<(?:eos|pad|eot|end_of_turn|end_of_text)>|\[(?:EOS|PAD)\]|` +
  String.raw`<[|｜](?!end_of_box)[\w▁-]{1,40}[|｜]>)`
const MARKS = new RegExp(String.raw`(?:\s{0,8}${MARK}){1,200}\s*$`)

/** A text without the marks that it ends in. */
export const withoutEndMarks = (text: string): string => (/[>\]]\s*$/.test(text.slice(-60)) ? text.replace(MARKS, "") : text)

/** The names of such a line, and of a sentence. */
export const [ANSWER, TAG] = ["Answer line", "<answer> tag"]
const LAST = "last sentence"

/** What follows a mark in its line. */
const lineAfter = (text: string, mark: string, at: number, name: string): Statement => {
  const start = at + mark.length
  const end = text.indexOf("\n", start)
  const said = withoutEndMarks(text.slice(start, end < 0 ? undefined : end)).trim()
  return { from: at, start, end: end < 0 ? text.length : end, text: said, name }
}

const lastLine = (mark: string, name: string) => {
  return (solution: string): Statement | null => {
    const at = solution.lastIndexOf(mark)
    return at < 0 ? null : lineAfter(solution, mark, at, name)
  }
}

const hashLine = lastLine("####", "#### line")
const lineBehindA = lastLine("\nA:", "A: line")
/** MetaMathQA's last line, `The answer is: 42`. */
export const answerSentence = lastLine("The answer is:", "last line")

/** GSM8K's last line: of its labels `#### 72`, of the model solutions published with it `A: 72`. */
export const gsmLine = (solution: string): Statement | null => hashLine(solution) ?? lineBehindA(`\n${solution}`)

/** Words and marks that a statement turns on. */
const TURNS_ON = new RegExp(
  String.raw`(?=[\\#aoscr<[])(?:\\boxed|####|(?<![^\n])A:|(?<![A-Za-z<[/]|[A-Za-z]_)(?:answers?|ans|solutions?|` +
    String.raw`option|choice|results?)(?![A-Za-z>\]])|` +
    String.raw`<(?:final_?)?ans(?:wer)?>|\[answer\]|<\|begin_of_box\|>)`,
  "gi"
)
export interface Mark {
  readonly at: number
  readonly word: string
}

/** How far from the end most texts state their answer. */
const TAIL = 100

/** The last of them before a place, from the last on: those of the end of a text are looked for first. */
export function* marksIn(text: string, most: number, end = text.length): Generator<Mark> {
  const tail = Math.max(0, end - TAIL)
  const last = marksBetween(text, tail, end)
  yield* last
  if (tail > 0) yield* marksBetween(text, 0, tail).slice(0, most)
}

const marksBetween = (text: string, from: number, end: number): Array<Mark> => {
  const found: Array<Mark> = []
  TURNS_ON.lastIndex = from
  for (let mark = TURNS_ON.exec(text); mark !== null && mark.index < end; mark = TURNS_ON.exec(text))
    found.push({ at: mark.index, word: mark[0].toLowerCase() })
  return found.toReversed()
}

/** What is stated at a mark that is no box; null where it states nothing. */
export const statementAt = (text: string, { at, word }: Mark): Statement | null => {
  if (word === "####") return HEADING.test(text.slice(at, at + LOOKED_AT)) ? null : lineAfter(text, word, at, "#### line")
  // The solutions published with GSM8K have the one or the other.
  if (word === "a:") return text.includes("####") ? null : lineAfter(text, word, at, "A: line")
  return /^[<[]/.test(word)
    ? tagAt(text, at, word)
    : (sentenceAt(text, at, word) ?? lineAt(text, at, word) ?? reversedAt(text, at))
}

/** `#### Step 3`, `#### Final Answer`: a heading, under which an answer may stand. */
const HEADING =
  /^####[\s*]*(?:step|part|final|answer|solution|conclusion|explanation|verification|note|summary|problem|question)\b/i

/** As much of a text before a word is looked at, and behind it. */
const LOOKED_AT = 240
const LONGEST_NOUN = 50
const KIND =
  String.raw`(?:(?:final|correct|right|best|better|short|numerical|numeric|exact|required|desired|simplified|simplest|` +
  String.raw`integer|overall|complete|` +
  String.raw`ultimate|expected|total|actual|true|corrected|revised|updated|new|only|possible)\s+){0,3}`
/** `Thus answer is 31`. */
const CONCLUDES = String.raw`(?<=\b(?:so|thus|hence|therefore),?\s+)(?<concludes>)`
const NOUN_BEFORE = new RegExp(String.raw`(?:(?<determiner>(?:the|our|my)\s+)|${CONCLUDES}|)[*_]*(?<kind>${KIND})$`, "i")
const PURPOSE =
  String.raw`(?:\s+(?:to|for|of)\s+(?:the|this|that|your)(?:\s+[\w-]+){1,3}?(?:\s+"[^"\n]{1,120}")?|` +
  String.raw`,?\s+in\s+(?:(?:the|its|simplest|lowest|reduced|exact|decimal)\s+){0,2}(?:form|terms|[a-z]{3,}s),?)?`
const IS = new RegExp(
  String.raw`^(?:\s+(?:choice|option|set))?${PURPOSE}(?:,\s+(?:then|therefore|thus|hence|finally|of\s+course),)?\s*[*_]*\s+` +
    String.raw`(?:(?:has|have|needs?|ought|(?:is|are)\s+(?:going|bound|sure))\s+to\s+be|is|are|was|` +
    String.raw`(?:would|should|must|will)\s+(?:be|have\s+been)|` +
    String.raw`equals|(?:comes?|works?|turns?|ends?)\s+(?:out|up)\s+(?:to|as)(?:\s+be)?)\b` +
    String.raw`(?:\s+(?:then|thus|therefore|simply|just|given\s+by|equal\s+to|indeed|clearly|actually|really|now|` +
    String.raw`in\s+fact|exactly|precisely|definitely|certainly|surely|undoubtedly|obviously|approximately|option|choice)\b)*` +
    String.raw`[^\S\n]*[*_]*[:：]?[*_]*`,
  "i"
)
const COLON = new RegExp(
  String.raw`^["'.]?${PURPOSE}[^\S\n]*[*_]*[^\S\n]*(?<mark>[:=：]|->|[–—-](?=\s)|is\b:?|of(?=\s+[-$\\]*\d)|` +
    String.raw`(?=\s*\d)(?<=\.)|(?=\n|$))[*_]*`,
  "i"
)

/** What stands round a line or a sentence: signs of headings, lists, bold type, pictures. */
const DECORATION = /^[\s{"'>#*_|•→=✅✓✔∴:\p{So}\uFE0F\d.)(-]*$/u
/** What a sentence is led by: where its last sentence, line or clause began. */
const SENTENCE_START = /^[^]*(?:[.!?。]["”*_)]*\s|\n|<\/\w{1,14}>|\[\/answer\]|<\|end_of_box\|>|\}[$\s\\)\]]*(?=\s[A-Z]))/i
const CLAUSE_START = /^[^]*(?:[,;:–—(]|\s-{1,2}\s|\.\.\.|…|\b(?:but|so|thus|hence|therefore|and|then|because|since)\b)/i

/** `I think`, `we find that`, `testing shows`: what follows from what was said. */
const LEADS = new RegExp(
  String.raw`(?:\b(?:i|we|you|can|therefore|thus|so|now|finally)\s+)?\b(?:think|believe|know|find|get|` +
    String.raw`see|conclude|obtain|have|say|means?|implies|follows|shows?|gives?(?:\s+us)?|confident|sure|certain|` +
    String.raw`convinced|yields|confirms|makes|deduce|determine|clear|obvious|evident|reach|` +
    String.raw`is)(?:\s+that)?[\s*_:]*$`,
  "i"
)
const WRONG_LEADS = /^[mpdnwzht]$/
const PEOPLE = /\b(?:he|she|they|some|many|most|people|students?|others|one|someone|everyone|friend|who)\b/i

/** Whether a sentence may open behind this: nothing, an adverbial, or that it follows. */
const mayLead = (lead: string): boolean => {
  const sentence = lead.replace(SENTENCE_START, "")
  if (DECORATION.test(sentence) || sentence === "") return true
  if (
    /\b(?:if|unless|suppose|supposing|assuming|assume|whether|were|had|maybe|perhaps|false)\b/i.test(sentence) &&
    !/\bif\b[^,]*,\s+no,/i.test(sentence)
  ) {
    const clause = sentence.replace(CLAUSE_START, "")
    if (!/\b(?:so|thus|hence|therefore)[,\s]*$/i.test(sentence) || clause.trim() !== "") return false
  }
  const clause = sentence.replace(CLAUSE_START, "")
  if (DECORATION.test(clause)) return true
  const words = clause.match(/[A-Za-z]+(?:['’][A-Za-z]+)*/g) ?? []
  if (words.some((word) => WRONG_LEADS.test(signOf(word))) || PEOPLE.test(clause)) return false
  return LEADS.test(clause) || words.every((word) => /^[ecz]$/.test(signOf(word)) && !/^(?:there|this|that)$/i.test(word))
}

/** `So the correct answer to this question is option C`. */
const sentenceAt = (text: string, at: number, word: string): Statement | null => {
  const before = text.slice(Math.max(0, at - LOOKED_AT), at)
  const { 0: phrase, groups } = NOUN_BEFORE.exec(before.slice(-LONGEST_NOUN))!
  const { determiner, concludes, kind } = groups!
  if ((determiner ?? concludes) === undefined || word === "ans" || (word.startsWith("result") && !/final/i.test(kind!)))
    return null
  const is = IS.exec(text.slice(at + word.length, at + word.length + LOOKED_AT))
  if (is === null) return null
  const lead = before.slice(0, before.length - phrase.length)
  if (!mayLead(lead)) return null
  const from = at - phrase.length
  const behind = at + word.length + is[0].length
  // `The answer is:` is MetaMathQA's line, and one that is cut off there is not finished.
  const isLine = /:[*_]*$/.test(is[0])
  if (isLine && text.slice(behind).trim() === "") return { from, start: behind, end: behind, text: "", name: LAST }
  return saidBehind(text, from, behind, isLine, LAST)
}

/** What a mark is followed by, there or below it; null where no value is. */
const saidBehind = (text: string, from: number, at: number, bare: boolean, name: string): Statement | null => {
  const rest = text.slice(at, at + 2 * LOOKED_AT)
  const blank = /^[^\S\n]*(?:\n[^\S\n]*){1,3}(?:[-*•][^\S\n]+)?(?=\S)/.exec(rest)?.[0].length ?? /^[^\S\n]*/.exec(rest)![0].length
  const inJson = text[from - 1] === '"' ? /^"?([^",}\n]*)"?\s*[,}\n]/.exec(rest.slice(blank)) : null
  const value = valueAt(inJson?.[1] ?? withoutEndMarks(rest.slice(blank)), bare)
  if (value === null) return null
  return { from, start: at + blank, end: at + blank + value.length, text: value.text, name }
}

/** `**Final Answer:** 31`, `Answer =`, and the heading `### Answer`. */
const lineAt = (text: string, at: number, word: string): Statement | null => {
  const isOfChoice = /^(?:option|choice)$/.test(word)
  if (!isOfChoice && !/^(?:answers?|ans|solutions?|results?)$/.test(word)) return null
  const before = text.slice(Math.max(0, at - LOOKED_AT), at)
  const { 0: phrase, groups } = NOUN_BEFORE.exec(before.slice(-LONGEST_NOUN))!
  const lead = before.slice(0, before.length - phrase.length)
  const colon = COLON.exec(text.slice(at + word.length, at + word.length + LOOKED_AT))
  const line = lead.slice(lead.lastIndexOf("\n") + 1)
  if (colon === null || (word.startsWith("result") && !/final/i.test(groups!["kind"]!))) return null
  const mark = colon.groups!["mark"]!
  const opensLine = DECORATION.test(line)
  // `Correct option: B`; `Option: B` lists one.
  if (isOfChoice && !(opensLine && /^[:：]/.test(mark) && /correct|right|best/i.test(groups!["kind"]!))) return null
  if (/\bno\s*$/i.test(lead) || !mayLead(lead)) return null
  // Prose goes on in `answer is`, unless a line opens with it.
  if ((mark === "" || mark.startsWith("is")) && (!opensLine || (mark !== "" && groups!["determiner"] !== undefined))) return null
  if (/[-–—>]/.test(mark) && !opensLine) return null
  const behind = at + word.length + colon[0].length
  const said = saidBehind(text, at, behind, true, ANSWER)
  if (said !== null) return said
  if (mark === "" || mark.startsWith("is") || !/^answer$/.test(word) || !opensLine || groups!["determiner"] !== undefined)
    return null
  const end = sentenceEnd(text, behind)
  const below =
    text.slice(behind, end).trim() === "" ? /^\s*\n{1,3}([^\n]*)/.exec(text.slice(behind, behind + 400))?.[1] : undefined
  const rest = clean(below ?? withoutEndMarks(text.slice(behind, end)))
  const statement = { from: at, start: behind, end, name: ANSWER }
  return REFUSAL.test(rest)
    ? { ...statement, text: "", why: `says that there is none: ${rest.slice(0, 60)}` }
    : { ...statement, text: rest }
}

const REVERSED = new RegExp(
  String.raw`^(?<lead>[^]*?)(?:(?:option|choice|answer)\s+(?<letter>\*{0,2}\(?[A-H]\)?\*{0,2})|` +
    String.raw`(?<value>[^\s,;:]{1,60}(?:\s+[a-z]{2,12}){0,2}?))[*_]*\s+` +
    String.raw`(?:is|as)\s+(?:the|our|my)\s+${KIND}$`,
  "i"
)

/** `31 is the answer`, `Option C is correct`. */
const reversedAt = (text: string, at: number): Statement | null => {
  const before = text.slice(Math.max(0, at - LOOKED_AT), at)
  const sentence = before.replace(SENTENCE_START, "")
  const here = text.slice(at, at + 60)
  const option = /^(?:option|choice|answer)\s+(\*{0,2}\(?[A-H]\)?\*{0,2})\s+is\s+(?:the\s+)?(?:correct|right)\b/i.exec(here)
  if (option !== null) {
    if (!mayLead(before) || /^\s*(?:answer|option|choice)?\s*\?/.test(text.slice(at + option[0].length))) return null
    const start = at + option[0].indexOf(option[1]!)
    return { from: at, start, end: at + option[0].length, text: clean(option[1]!), name: LAST }
  }
  if (/^\S+['’]/.test(here) || /^[a-z]+\s+(?:to|of|for)\s+(?!the|this|that|our|your)/i.test(here)) return null
  const clause = CLAUSE_START.exec(sentence)?.[0] ?? ""
  const plain = sentence
    .slice(clause.length)
    .replace(/^\s*(?:[*_]+|→)?\s*(?:(?:we\s+)?(?:conclude|find|get|have|see)(?:\s+that)?\s+)?/i, "")
  const found = REVERSED.exec(plain)
  if (found === null || found.groups!["lead"]!.trim() !== "") return null
  const said = clean(found.groups!["letter"] ?? found.groups!["value"]!)
  if (!isValue(said) || !mayLead(sentence.slice(0, clause.length))) return null
  const end = at + /^[a-z]+/i.exec(here)![0].length
  return { from: at - plain.length, start: at - plain.length, end, text: said, name: LAST }
}

const CLOSING = /<\/(?:final_?)?ans(?:wer)?>|\[\/answer\]|<\|end_of_box\|>/gi

/** What stands between tags for an answer. */
const tagAt = (text: string, at: number, tag: string): Statement | null => {
  const start = at + tag.length
  CLOSING.lastIndex = start
  const close = CLOSING.exec(text)
  const opensLine = /(?:^|\n)[^\S\n]*$/.test(text.slice(Math.max(0, at - 40), at))
  if (close === null) return opensLine ? { from: at, start, end: text.length, text: null, name: TAG } : null
  const inside = text.slice(start, close.index)
  const value = valueAt(inside.trim(), false)
  const said = value?.text ?? clean(inside)
  const statement = {
    from: at,
    start,
    end: value === null ? close.index : start + (inside.length - inside.trimStart().length) + value.length,
    name: TAG
  }
  return REFUSAL.test(said)
    ? { ...statement, text: "", why: `says that there is none: ${said.slice(0, 60)}` }
    : { ...statement, text: said }
}

const CONCLUSION = new RegExp(
  String.raw`(?:^|[.!?\n][*_]*\s*)(?:so|thus|hence|therefore|consequently),?\s+` +
    String.raw`(?:(?:we|you)\s+(?:have|get|find|conclude|obtain)(?:\s+that)?,?\s+)?` +
    String.raw`(\$[^$]+\$|\$\$[^$]+\$\$|\\\([^\n]+?\\\)|\\\[[^]+?\\\]|[A-Za-z]\s*=\s*[^\s=][^\n=]*?)[.!*_\s]*$`,
  "i"
)

/** `The result is 31.` may be that of any step, and is the answer only where nothing else is one. */
const RESULT = new RegExp(
  String.raw`(?:^|[.!?\n][*_]*\s*|[,;]\s+(?=so|thus|hence|therefore))(?:(?:so|thus|hence|therefore|consequently|finally),?\s+)?` +
    String.raw`the\s+result\s+is:?\s+([^\n]{1,200}?)[.!*_\s]*$`,
  "i"
)

/** `Therefore, $x = 31$.`, where a text ends in it: a value, or what something is called and its value; no calculation. */
export const conclusionOf = (text: string): Statement | null => {
  const from = Math.max(0, text.length - LOOKED_AT)
  const found = CONCLUSION.exec(text.slice(from)) ?? RESULT.exec(text.slice(from))
  const said = found === null ? "" : clean(found[1]!)
  if (
    found === null ||
    !isValue(said) ||
    (said.includes("=") && !/^[A-Za-z](?:_\{?\w\}?)?(?:\([^()]*\))?\s*=/.test(said.replace(/^[$\\([\s]+/, "")))
  )
    return null
  if (/=[^]*=|[a-zA-Z][^=]*[+*/-][^=]*=/.test(said)) return null
  return { from: from + found.index, start: from + found.index, end: text.length, text: said, name: LAST }
}
