/**
 * Words in a sentence about what was asked for, which one of two may leave out: `it is odd` and `f is odd` are odd, and g is not
 * f; `n is even` is `even n`; `Alice wins` is Alice, and not `Bob wins` or `Alice loses`.
 */

import type { Answer } from "../Answer.ts"
import { tried } from "../relations/chains.ts"
import { residuesOf } from "../relations/whole-numbers.ts"
import { SAID_OF, words } from "../words.ts"

type Read = (text: string) => Answer

const IT = /^(?:it(?:['’]s| is| was| must be| will be)|this is|that is|they are)\s+(?!not\b)(?=\S)/i
const THINGS =
  "function|number|integer|sequence|series|integral|limit|graph|curve|relation|conic|triangle|quadrilateral|polygon|shape|" +
  "figure|matrix|system|set|event|events|day"
const SUBJECT = new RegExp(
  String.raw`^(?:(?:the|this)\s+)?([a-zA-Z]|${THINGS})\s*(?:\(\s*[a-z]\s*\))?\s+` +
    String.raw`(?:is|are|must be)\s+(?!not\b|never\b)(?=\S)([^]+)$`,
  "i"
)
/** Of a statement, of a choice. */
const JUDGEMENT = /^(?:correct|right|true|false|wrong|incorrect|the\s+(?:correct|right|answer|best)[^]*)$/i
const PROPERTY = "odd|even|prime|composite|rational|irrational|increasing|decreasing|periodic"
const OF_LETTER = new RegExp(
  String.raw`^(?:for\s+)?(?:all\s+|every\s+|any\s+|only\s+|the\s+)*(${PROPERTY})\s+` +
    String.raw`(?:(?:integers?|numbers?|values\s+of)\s+)?([a-z])$`
)
const LETTER_OF = new RegExp(String.raw`^([a-z])\s+(${PROPERTY})$`)
const THING_OF = new RegExp(String.raw`^(?:an?\s+)?(${PROPERTY})\s+(?:function|number|integer|sequence)$`)
/** `an even function`, alone. */
const THING = new RegExp(String.raw`^(?:an?\s+)?(${PROPERTY})\s+(function|number|integer|sequence)$`, "i")
const VERBS = /^(?:(?:(?:the|this)\s+)?(?:series|sequence|integral|limit)|it)\s+((?:con|di)verges)$/i
const WINNER = new RegExp(
  String.raw`^((?:[Tt]he\s+)?(?:(?:[Ff]irst|[Ss]econd|[Tt]hird)\s+player|[Pp]layer\s+(?:[A-Z]|\d|one|two|three))|[A-Z][a-z]*)` +
    String.raw`\s+(?:wins|won|(?:will|can|must)\s+(?:always\s+)?win|always\s+wins|is\s+the\s+winner|` +
    String.raw`has\s+(?:a|the)\s+winning\s+strategy)$`
)

export const sentence = (text: string, whole: Read): Answer | null => {
  if (text.length > 120 || !/[A-Za-z)}](?:\s|\\text\s*\{\s)/.test(text) || /[=<>^_,+*/]/.test(text)) return null
  const said = text.includes("\\") ? textIn(text) : text
  if (!/^[A-Za-z()'’ \d-]+$/.test(said)) return null
  const winner = WINNER.exec(said)?.[1]
  if (winner !== undefined) return about("wins", tried(winner, whole))
  const thing = THING.exec(said)
  if (thing !== null) return about(thing[2]!.toLowerCase(), words(thing[1]!))
  const verb = VERBS.exec(said)?.[1]
  if (verb !== undefined) return words(verb)
  const rest = said.replace(IT, "")
  if (rest !== said) return wordsOf(rest.replace(THING_OF, "$1"), whole)
  const [, property, letter] = OF_LETTER.exec(said) ?? []
  if (property !== undefined) return numberOf(letter!, property)
  const turned = LETTER_OF.exec(said)
  if (turned !== null) return numberOf(turned[1]!, turned[2]!)
  const found = SUBJECT.exec(said)
  const of = found === null ? null : new RegExp(String.raw`^(?:an?\s+)?(even|odd)(?:\s+(?:number|integer))?$`).exec(found[2]!)
  if (of !== null && /^[a-z]$/.test(found![1]!)) return numberOf(found![1]!, of[1]!)
  if (found !== null && !JUDGEMENT.test(found[2]!) && /^[A-Za-z ’'-]+$/.test(found[2]!))
    return about(found[1]!.length === 1 ? found[1]! : found[1]!.toLowerCase(), wordsOf(found[2]!.replace(THING_OF, "$1"), whole))
  return null
}

const textIn = (text: string): string =>
  text
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
    .replaceAll(/\s+/g, " ")
    .trim()

/** What is even or odd, if it is no function, leaves that by two. */
const numberOf = (letter: string, property: string): Answer | null => {
  const as = about(letter, words(property))!
  if (!/^(?:even|odd)$/.test(property) || /^[fghpqFGHPQ]$/.test(letter)) return as
  const residues = words(residuesOf(2n, [property === "even" ? 0n : 1n]))
  return { kind: "rounded", exact: { kind: "called", name: letter, of: residues }, as }
}

const about = (name: string, of: Answer | null): Answer | null => of && { kind: "called", name: `${SAID_OF}${name}`, of }

/** Numbers and formulas in a sentence are left to those who look for what a sentence states. */
const wordsOf = (text: string, whole: Read): Answer | null => {
  const answer = tried(text, whole)
  return answer?.kind === "words" ? answer : null
}
