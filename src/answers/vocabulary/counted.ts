/**
 * What may stand behind a number as what is counted, and which one of two may leave out: `17 apples` is 17, and `2 lwh`, `5
 * dozens` and `5 wrong` are not the number before them.
 *
 * A word of what is counted looks like a word (`shape.ts`): small letters, or a capital before them, five and more, or four that
 * begin with a consonant; shorter ones are listed (`short-words.ts`). It has no power and no index, and no blank of TeX before
 * it. It is no function or Greek letter, nor one with a letter or two behind it (`sinx`); no number, multiplier or fraction; no
 * adjective by itself; and nothing that denies a number, judges it, compares it or calculates with it. In a command for text no
 * letter is a variable, so that three letters with the shape of a word are one.
 *
 * Letters that are no word are a product of variables.
 */

import { beginsWithName, isMathematical } from "../mathematics/tokens.ts"
import { isNumberWord } from "./number-words.ts"
import { isShapedAsWord } from "./shape.ts"
import { isShortWord } from "./short-words.ts"

const set = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** What denies, doubts or corrects a number. */
const DENIES =
  "no not never none nor neither cannot cant nothing nope yes yep yeah okay oops sorry wait hmm maybe perhaps " +
  "guess guessed typo error errors mistakes nobody noone nowhere nonsense rubbish garbage ignore ignored ignoring whatever " +
  "without besides something anything negate contradiction contradictions contradicts contradictory debatable moot wrongly " +
  "mistake mistaken unsure uncertain otherwise instead rather except actually doubt wrongs"
/** What leaves a number open, or says under which condition it holds. */
const LEAVES_OPEN =
  "what how why who which or if then else unless when while because since though although however whereas whether " +
  "may might could any but yet"
const NEARLY = "approx about around roughly almost nearly circa ish"
/** What compares it, or bounds it. */
const BOUNDS =
  "more less fewer than least most over under above below beyond between within upto till until maximum minimum max min tops " +
  "too very extra additional additionally further another exceeds exceeding off behind"
/** What calculates with it. */
const CALCULATES =
  "plus minus times divided multiplied added subtracted increased decreased reduced mod modulo factorial " +
  "negative negated opposite powers omicron repeating recurring recurs sqrt " +
  "squared cubed square cube root rooted power raised exponent reciprocal inverse doubling halving " +
  "tripling squaring doubled halved tripled quadrupled quintupled double triple quadruple twice thrice"
/** What says how it is written. */
const WRITTEN = "base binary ternary octal decimal hex hexadecimal radix"

/** What says something of a number other than what it counts. */
const SAYS_MORE = set(
  [
    DENIES,
    LEAVES_OPEN,
    NEARLY,
    BOUNDS,
    CALCULATES,
    WRITTEN,
    // It goes on.
    "and as so thus hence",
    "is are was were be been being isnt arent has have had do does did will would can shall should must to out",
    // It is a part.
    "percent percents percentage permille pct mille mega giga tera peta micro nano pico milli centi deci hecto bps",
    // It is a date.
    "january february march april may june july august september october november december",
    "monday tuesday wednesday thursday friday saturday sunday"
  ].join(" ")
)

/** What judges a number by itself, and things when they follow: `5 wrong`, `5 wrong answers`. */
const JUDGES = set(
  "wrong right correct incorrect false true invalid valid unlikely unknown undefined " +
    "bogus fake roman extra mythical fictional hypothetical inexact inaccurate incomplete inconclusive indeterminate " +
    "imaginary complex prime sine cosine tangent cotangent secant cosecant logarithm integral derivative limit gradient " +
    "transpose conjugate determinant modulus exponential " +
    "additional square decimal inverse negative double triple"
)

/** What compares, behind what is measured or before things: `5 inches longer`, `5 larger boxes`. */
const COMPARES = set(
  "greater larger bigger smaller higher lower longer shorter short older younger taller heavier lighter faster slower wider " +
    "narrower deeper shallower warmer colder hotter cooler thicker thinner richer poorer earlier later nearer farther " +
    "closer cheaper"
)

/** Adjectives, by how they begin or end: they are nothing that is counted, and stand before it. `5 erroneous`, `5 unproven`. */
const ADJECTIVE = /^un(?!i|cle|der|load)[a-z]{4,}$|^non[a-z]{4,}$|(?:[^o]ous|[ai]ble|less|ful)$/
const NO_ADJECTIVE =
  /^(?:(?:time|turn|vege)?tables?|(?:c|st|s|f|syll|vari)ables?|constables?|bibles?|(?:hand|cup|spoon|mouth|bucket|box)ful)$/
const isAdjective = (word: string): boolean => ADJECTIVE.test(word) && !NO_ADJECTIVE.test(word) && !/[^su]s$/.test(word)

/** Words in -ly that are no adverbs of a number. */
const IN_LY = set(
  "only family early daily weekly monthly yearly quarterly hourly elderly lovely friendly jelly lily fly bully " +
    "belly butterfly dolly " +
    "holly rally tally assembly monopoly supply reply italy"
)

const isSaying = (word: string): boolean =>
  SAYS_MORE.has(word) ||
  JUDGES.has(word) ||
  COMPARES.has(word) ||
  isNumberWord(word) ||
  /n['’]t$/.test(word) ||
  (word.endsWith("ly") && !IN_LY.has(word))

/** What says of an answer that it is none, or who says so. */
const REFUTES =
  "wrong incorrect false invalid unlikely impossible untrue unknown undefined bogus fake mythical fictional hypothetical " +
  "inexact inaccurate incomplete inconclusive indeterminate deny denies denied lack lacks lacked lacking fail fails failed " +
  "refuse refuses refused wish wishes wished pretend pretends pretended"
const OPEN = set(`${DENIES} ${LEAVES_OPEN} ${REFUTES}`)
const CHANGES = set(`${BOUNDS} ${NEARLY} ${CALCULATES} ${WRITTEN}`)

/** Whether a word of a sentence denies what it says, doubts it, or says when it holds: `not`, `maybe`, `if`, `incorrect`. */
export const leavesOpen = (word: string): boolean =>
  OPEN.has(word) || /n['’]t$/.test(word) || (word.endsWith("ly") && !IN_LY.has(word))

/** Whether a word before a number bounds it, compares it, calculates with it, or is a number itself. */
export const changes = (word: string): boolean =>
  CHANGES.has(word) || COMPARES.has(word) || isNumberWord(word) || (isAdjective(word) && word !== "able")

/** A plural, or a word that goes before one. */
const isPlural = (word: string | undefined): boolean =>
  word !== undefined && (/[^s]s$/i.test(word) || /^(?:men|people|children)$/i.test(word))

/** Whether letters are written as a word and not as a product of variables, whatever it says. */
export const isWord = (letters: string, inText = false): boolean => {
  const word = letters.toLowerCase()
  // `2 Pert` and `2 ABCD` are products; `5 Apples`, `5 Cats` and `5 DVDs` are not.
  const isWritten = /^[a-z]+$/.test(letters) || (word.length > 4 && /^(?:[A-Z][a-z]+|[A-Z]+)$/.test(letters))
  if (!isWritten && !inText && !(isShortWord(word) && /^[A-Z]+s$|^[A-Z][a-z]+$/.test(letters))) return false
  if (isMathematical(word)) return false
  if (isShortWord(word) || isSaying(word)) return true
  if (beginsWithName(word)) return false
  const long = word.length > 4 || (word.length === 4 && !/^[aeiou]/.test(word)) || (inText && word.length === 3)
  return long && isShapedAsWord(word)
}

const CONTRACTED = /^(?:that|there|what|here|who|let|where|how|she)['’]s$/i

/** What was done, to the number itself where nothing else is named. */
const DONE = /^(?!needed$|required$|combined$|unused$)[a-z]{2,}[^e]ed$/

/** `of`, `in`: between what is counted and what it is part of. */
const LITTLE = set("of in on at by it we us my a an")

/** What says of a number how sure it is, or bounds it, behind a word that says of things which they are: `at best`, `at home`. */
const HEDGES: ReadonlyMap<string, RegExp> = new Map([
  ["at", /^(?:best|worst|most|least|first|last|once|pinch|stretch|push|[a-z]{3,}est)$/],
  ["in", /^(?:theory|principle|practice|doubt|question|dispute|hindsight|retrospect|general|essence|reality)$/],
  ["with", /^(?:luck|doubts?|reservations|caution|hesitation|uncertainty)$/],
  ["by", /^(?:guess|chance|luck|estimate|accident|assumption)$/],
  ["for", /^(?:now|starters|sure|certain)$/],
  ["on", /^paper$/]
])
const isHedge = (words: ReadonlyArray<string>, at: number): boolean => {
  const before = /^(?:the|an?|my|our|its|their|his|her)$/i.test(words[at - 1] ?? "") ? at - 2 : at - 1
  return HEDGES.get(words[before]?.toLowerCase() ?? "")?.test(words[at]!.toLowerCase()) === true
}

/** `half past`, `10 before`: by the clock, and from what is not said. */
const OF_CLOCK = set("past after before til")

/** Whether one of the words behind a number is part of what is counted. */
export const isCounted = (words: ReadonlyArray<string>, at: number, inText: boolean): boolean => {
  const [said, next] = [words[at]!.replace(/^(un|non)-/i, "$1"), words[at + 1]]
  const parts = said.split("-")
  if (parts.length > 1) return isCountedCompound(parts, next, inText)
  const letters = said.replace(/['’]s?$/, "")
  const word = letters.toLowerCase()
  if (LITTLE.has(word)) return true
  if (!/^[A-Za-z]+$/.test(letters) || CONTRACTED.test(said)) return false
  // `Anna's marbles`: variables have no apostrophe with an s.
  const isOwner = letters !== said && letters.length > 2
  if (!isOwner && !isWord(letters, inText)) return false
  if (isHedge(words, at) || (at === 0 && OF_CLOCK.has(word) && !isPlural(next))) return false
  if (COMPARES.has(word) && at > 0) return true
  // `5 refuted`, and not `5 painted eggs` or `5 eggs painted`.
  if (at === 0 && DONE.test(word) && !words.slice(1).some(isPlural)) return false
  if (isAdjective(word) && (next === undefined || LITTLE.has(next.toLowerCase()))) return false
  return JUDGES.has(word) || COMPARES.has(word) ? isPlural(next) && !isSaying(next!.toLowerCase()) : !isSaying(word)
}

/** `T-shirts`, `well-known`; `eight-hour` before shifts. */
const isCountedCompound = (parts: ReadonlyArray<string>, next: string | undefined, inText: boolean): boolean => {
  const [first, ...rest] = parts
  const ofNumber = isNumberWord(first!.toLowerCase()) && !/^(?:half|halves)$/.test(first!)
  if (ofNumber && !isPlural(next)) return false
  if (!ofNumber && !/^[A-Za-z]$/.test(first!) && !isCounted([first!, "things"], 0, inText)) return false
  return rest.every((part) => part.length > 1 && isCounted([part, "things"], 0, inText))
}
