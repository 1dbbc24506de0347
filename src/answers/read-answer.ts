/**
 * Reads an answer that stands alone, in LaTeX or in plain text: a number with or without its unit, an expression, a tuple, a set,
 * an interval, an inequality, a matrix, an equation, a ratio, digits in a base, a letter of a choice, or words. References and
 * completions are read by the same rules.
 *
 * What stands round a value is taken off from the outside in; what is left is one expression (`mathematics/parse.ts`), or words.
 */

import { type Answer, VECTOR } from "./Answer.ts"
import { withOneFamily } from "./families.ts"
import { exactOf } from "./mathematics/compare.ts"
import { hasNegativeRoot } from "./mathematics/exact.ts"
import { Unreadable, variablesOf } from "./mathematics/Expression.ts"
import { withOrder } from "./mathematics/normal/matrices.ts"
import { parseExpression } from "./mathematics/parse.ts"
import type { Rational } from "./mathematics/rational.ts"
import { spend } from "./mathematics/work.ts"
import { isRange, type Numeral, numeralIn, numberText } from "./numeral.ts"
import { plainLatex } from "./plain-latex.ts"
import { assignmentsIn, isVariable, ofUnknown, unnamedIn } from "./relations/assignments.ts"
import { chain, tried } from "./relations/chains.ts"
import { cases, conditional, conditionOn } from "./relations/conditions.ts"
import { withConstants } from "./relations/constants.ts"
import { exception } from "./relations/exceptions.ts"
import { solved } from "./relations/inequalities.ts"
import { listIn } from "./relations/lists.ts"
import { relationIn } from "./relations/relations.ts"
import { saidIn, workedOut } from "./relations/sayings.ts"
import { setFormula } from "./relations/set-formulas.ts"
import { ofCounted, withResidues } from "./relations/whole-numbers.ts"
import { setOf } from "./same-kind.ts"
import { based, DIGITS } from "./shapes/bases.ts"
import { choiceIn } from "./shapes/choices.ts"
import { congruence, divisible, remainder } from "./shapes/congruences.ts"
import { dateIn } from "./shapes/dates.ts"
import { everywhere } from "./shapes/everywhere.ts"
import { explained } from "./shapes/explained.ts"
import { figure, logic, orderedProduct } from "./shapes/figures.ts"
import { bearing, joined, ratio } from "./shapes/joined.ts"
import { numberSet, setProduct, wholeNumbersIn } from "./shapes/number-sets.ts"
import { roman } from "./shapes/roman.ts"
import { sentence } from "./shapes/sentences.ts"
import { series } from "./shapes/series.ts"
import { anyVector, combination, isColumn, matrix, transposed, unitVectors } from "./shapes/vectors.ts"
import { isApplied, spelled } from "./spelling/names.ts"
import { withoutRemarks } from "./spelling/remarks.ts"
import { isOneBracket, signs, splitAt } from "./split.ts"
import { differenceOf, unionOf } from "./unions.ts"
import {
  clockIn,
  compoundIn,
  counting,
  DEGREES,
  FUNCTION,
  made,
  measuredParts,
  MONEY,
  ofQuantity,
  percentIn,
  scaled,
  scaleIn,
  shareIn,
  TEMPERATURE,
  withUnitsJoined
} from "./units/quantities.ts"
import { isPlainUnit, isTouchingUnit, unitIn } from "./units/units.ts"
import { inDigits } from "./vocabulary/spoken.ts"
import { UNKNOWN } from "./vocabulary/variables.ts"
import { areWords, words, wordsIn } from "./words.ts"

/** Longer texts are no answers, and are refused before anything runs over them. */
const LONGEST = 1000

/** Throws `Unreadable`. */
export const readAnswer = (text: string): Answer => {
  const trimmed = text.trim()
  if (trimmed.length > LONGEST) throw new Unreadable(`has more than ${LONGEST} characters`)
  if (NUMBER.test(trimmed)) return whole(trimmed)
  const said = withoutRemarks(trimmed)
  return said === trimmed ? ofPlain(plainLatex(said)) : made(ofPlain(plainLatex(said)))
}

const ofPlain = (plain: string): Answer => {
  if (plain === "") throw new Unreadable("is empty")
  const answer = workedOut(plain, whole) ?? (OPENS_SENTENCE.test(plain) ? saidIn(plain, whole) : null) ?? tried(plain, readPlain)
  return (answer === null || holdsWords(answer) ? saidIn(plain, whole) : null) ?? answer ?? readPlain(plain)
}

/** Letters of words are no product, also where a formula stands among them: `the remainder when 2^{100} is divided by 7 is 2`. */
const OPENS_SENTENCE =
  /^(?:\\text\s*\{\s*)?(?:the|an?|there|his|her|their|our|its|each|every)\s[a-z]{2,}\s[^]*\s(?:is|are|was|were|equals)\s/i

const holdsWords = (answer: Answer): boolean => areWords(answer) || (answer.kind === "set" && answer.items.some(areWords))

const readPlain = (plain: string): Answer => onlyOf(withResidues(withOneFamily(ofCounted(whole(plain)))))

/** A set of one value, however often it stands there, is that value too: `x \in \{1\}` is `x = 1`. */
const onlyOf = (answer: Answer): Answer => {
  if (answer.kind !== "set" || answer.written === "list") return answer
  const values = answer.written === "braces" ? answer.members : answer.items
  if (values.length !== 1) return answer
  const [only] = values
  // In braces it is a point, and no interval that is written alike.
  if (only!.kind === "sequence" && only!.open === "(" && only!.close === ")" && only!.of === null)
    return { kind: "rounded", exact: answer, as: { ...only!, of: VECTOR } }
  return only!.kind === "value" && variablesOf(only!.expression).length === 0
    ? { kind: "rounded", exact: answer, as: made(only!) }
    : answer
}

/** Most answers and parts of answers are numbers, which are nothing else and have one spelling. */
const NUMBER = /^-?\d{1,30}(?:\.\d{1,30})?$/

/** What each shape makes of a text; null where it is of another. The first that takes it has it. */
const whole = (text: string): Answer => {
  // Brackets in brackets are read again at each level.
  spend(20 + 2 * text.length)
  if (NUMBER.test(text)) return valueOf(text, "")
  for (const shape of SHAPES) {
    const answer = shape(text)
    if (answer !== null) return answer
  }
  return valueOrWords(text, null)
}

type Shape = (text: string) => Answer | null

const NOTHING = new RegExp(
  String.raw`^(?:\\emptyset|\\\{\s*\\\}|(?:\\text\s*\{\s*)?` +
    String.raw`(?:(?:there\s+(?:is|are)\s+)?no\s+solutions?|none|(?:the\s+)?empty\s+set)[.!]?\s*\}?)$`,
  "i"
)

/** What has no solution has none in the set of its solutions. */
const emptySet: Shape = (text) => (NOTHING.test(text) ? setOf([], "braces") : null)

const allReals: Shape = (text) =>
  /^(?:\\text\s*\{\s*)?(?:(?:the\s+)?set\s+of\s+)?(?:all\s+(?:reals|real\s+numbers)|reals|real\s+numbers)\s*\}?$/i.test(text)
    ? whole("(-\\infty,\\infty)")
    : null

/** What is united or has elements: a column is no interval, though its point is written like one. */
const asSet = (text: string): Answer => {
  const answer = whole(text)
  if (isColumn(answer)) throw new Unreadable("has a column where a set stands")
  return answer
}

/** `\mathbb{R} \setminus \{1\}`. */
const setDifference: Shape = (text) => {
  const { parts } = splitAt(text, ["\\setminus"])
  if (parts.length < 2) return null
  return parts.map(asSet).reduce((from, without) => {
    const left = differenceOf(from, without)
    if (left === null) throw new Unreadable("takes away what cannot be put in order")
    return left
  })
}

const union: Shape = (text) => {
  const { parts } = splitAt(text, ["\\cup"])
  return parts.length < 2 ? null : unionOf(parts.map(asSet))
}

const ELEMENT = new RegExp(
  String.raw`^(?:(${UNKNOWN}|[A-Za-z]\(${UNKNOWN}\))|\(${UNKNOWN}(?:\s*,\s*${UNKNOWN})*\))\s*\\in(?![A-Za-z])\s*([^]+)$`
)

const element: Shape = (text) => {
  const found = ELEMENT.exec(text)
  // What is said of another is no part of the set.
  if (found !== null && splitAt(found[2]!, [",", ";"]).parts.slice(1).some(isRelation)) return null
  if (found === null) return null
  if (found[1] !== undefined && (isVariable(found[1]) || isApplied(found[1])))
    return ofUnknown(asSet(found[2]!.trim()), spelled(found[1]))
  return { kind: "called", name: spelled(found[0].slice(0, found[0].indexOf(")") + 1)), of: whole(found[2]!.trim()) }
}

const isRelation = (part: string): boolean => /[=<>]|\\(?:[lg]eq|neq|in)(?![A-Za-z])/.test(part)

const CONDITION = new RegExp(String.raw`^\s*(${UNKNOWN})\s*(?:\\in\s*\(-\\infty,\\infty\)\s*)?[|:]\s*([^]+)$`)

const braces: Shape = (text) => {
  const inside = /^\\\{([^]*)\\\}$/.exec(text)?.[1] ?? /^\{([^{}]*,[^{}]*)\}$/.exec(text)?.[1]
  if (inside === undefined) return null
  const condition = CONDITION.exec(inside)
  if (condition !== null) {
    return conditionOn(spelled(condition[1]!), whole(condition[2]!.trim()))
  }
  const among = wholeNumbersIn(inside.trim(), whole)
  if (among !== null) return among
  const built = splitAt(inside, ["|", ":"]).parts
  const any = built.length === 2 ? explained(built.join(", "), whole) : null
  if (any !== null) return any
  const { parts } = splitAt(inside, [",", ";"])
  return assignmentsIn(parts, whole) ?? setOf(parts.flatMap(signs).map(whole), "braces")
}

const plusMinus: Shape = (text) => {
  const both = signs(text.replace(/^[A-Za-z]\s*=\s*/, ""))
  return both.length < 2 ? null : setOf(both.map(whole), "either")
}

const sequence: Shape = (text) => {
  const [open, close] = [text[0], text.at(-1)]
  if ((open !== "(" && open !== "[") || (close !== ")" && close !== "]") || !isOneBracket(text)) return null
  const items = splitAt(text.slice(1, -1), [",", ";"]).parts
  return items.length < 2
    ? null
    : (assignmentsIn(items, whole) ?? { kind: "sequence", open, close, items: unnamedIn(items.map(whole)), of: null })
}

/** `\langle 1, 2\rangle`. */
const vector: Shape = (text) => {
  const inside = /^\\langle([^]*)\\rangle$/.exec(text)?.[1]
  const items = inside === undefined ? [] : splitAt(inside, [",", ";"]).parts
  if (items.length < 2) return null
  return assignmentsIn(items, whole) ?? anyVector(unnamedIn(items.map(whole)))
}

/** `five apples`, `negative 3`, `\text{two thirds}`: numbers in words, and whatever may stand behind numbers. */
const spoken: Shape = (text) => {
  const said = text.replace(/^\\text\s*\{\s*([^{}]*?)\s*\}/, "$1")
  if (!/^(?:[A-Za-z]{3}|\d+ and [a-z]|a\s+(?:[a-z]+$|(?:dozen|gross|hundred|thousand|[a-z]+illion)\s))/.test(said)) return null
  const exactly = /^(?:exactly|precisely)\s+(?=[-\d\\$])/i.exec(said)
  if (exactly !== null) return whole(said.slice(exactly[0].length))
  const many = /^(?:(half)\s+a|a)\s+(dozen|gross|thousand|(?:m|b|tr)illion)(?=\s(?!and\s)|$)/i.exec(said)
  if (many !== null) {
    const some = whole(`${many[1] === undefined ? 1 : "0.5"} ${said.slice(many[0].length - many[2]!.length)}`)
    if (some.kind === "value") return made(some)
  }
  const digits =
    inDigits(said) ?? (/^(?:negative|minus)\s+(?:[\d.\\]|infinity)/i.test(said) ? said.replace(/^[a-z]+\s+/i, "-") : null)
  const answer = digits === null ? null : textOf(digits)
  return answer?.kind === "value" ? made(answer) : null
}

/** What several numbers and signs make together, before they are parts of a list or of a ratio. */
const quantity: Shape = (text) => {
  const found = clockIn(text) ?? compoundIn(text)
  const marked = found === null ? /^(-?[\d.]+)\s*(["″'′])$/.exec(text) : null
  const hours = /^(1?\d)\s*(?:\\text\s*\{\s*)?o['’]\s?clock\s*\}?$/.exec(text)?.[1]
  // Which is no number of hours.
  if (hours !== undefined) return { kind: "rounded", exact: whole(`${hours}:00`), as: counting(made(whole(hours)), ["clock"]) }
  const exactly = /^([^]*\d)\s+(?:exactly|precisely)$/.exec(text)?.[1]
  if (exactly !== undefined) return made(whole(exactly))
  if (marked !== null) return made(whole(`${marked[1]}${/["″]/.test(marked[2]!) ? " inches" : " feet"}`))
  return found && ofQuantity(found, /^\d+\s*(?:\\text\s*\{\s*)?[ap]\.?m/i.test(text))
}

const SHAPES: ReadonlyArray<Shape> = [
  emptySet,
  allReals,
  (text) => dateIn(text) ?? divisible(text) ?? sentence(text, whole),
  (text) => roman(text, whole) ?? joined(text, whole) ?? bearing(text, whole),
  congruence,
  remainder,
  quantity,
  spoken,
  (text) => choiceIn(text, whole),
  based,
  (text) => figure(text) ?? logic(text),
  series,
  (text) => wholeNumbersIn(text, whole) ?? explained(text, whole) ?? everywhere(text, whole),
  (text) => unitVectors(text, whole) ?? transposed(text, whole) ?? matrix(text) ?? combination(text),
  (text) => cases(text, whole),
  (text) => exception(text, whole),
  element,
  (text) => setFormula(text, whole),
  union,
  setDifference,
  (text) => numberSet(text, whole) ?? setProduct(text, whole),
  braces,
  (text) => conditional(text, whole),
  (text) => (numeralIn(text) === null ? listIn(text, whole) : null),
  (text) => chain(text, whole) ?? solved(text) ?? relationIn(text, whole),
  plusMinus,
  sequence,
  vector,
  orderedProduct,
  ratio
]

/** One value with what stands round it taken off, or words. */
const valueOrWords = (text: string, unit: string | null): Answer => {
  const inner = /^\\text\s*\{([^{}]*)\}$/.exec(text)
  if (inner !== null)
    return /\d|,|\s(?:and|or)\s|^\s*-?\s*infinity\s*$/.test(inner[1]!) ? textOf(inner[1]!.trim()) : words(inner[1]!)
  const money = /^([-+]?)\s*\\?([$€£¥₹])\s*(?=[-.\d\\])/.exec(text)
  if (money !== null) return ofMoney(`${money[1]}${text.slice(money[0].length)}`, unit, MONEY[money[2]!]!)
  const moneyBehind = /^([^]*\d)\s*\\?([€£¥₹$¢])$/.exec(text)
  if (moneyBehind !== null) {
    const money = ofMoney(moneyBehind[1]!, unit, MONEY[moneyBehind[2]!]!)
    return moneyBehind[2] === "¢" ? made(money) : money
  }
  const percent = /^([^]*[^\s\\])\s*(?:\\?%|\\text\s*\{\s*percent\s*\}|(?<=\d\s*)percent)$/.exec(text)
  if (percent !== null && !unit) return valueOrWords(percent[1]!, "%")
  const degrees = DEGREES.exec(text)
  if (degrees !== null && !FUNCTION.test(text) && !/cis/.test(text)) return valueOrWords(degrees[1]!, unit ?? "degree")
  const temperature = TEMPERATURE.exec(text)
  if (temperature !== null && unit === null)
    return made(valueOrWords(temperature[1]!, temperature[2] === "C" ? "celsius" : "fahrenheit"))
  if (unit === null) {
    const measured = measuredIn(text)
    if (measured !== null) return measured
  }
  return wordsIn(text) ?? valueOf(text, unit ?? "")
}

/** Numbers that say which one: `1st`, `22nd`, `11th`. */
const ORDINAL = /(?:(?<!1)(?:1st|2nd|3rd)|(?:1[1-3]|[04-9])th)$/

/** `3 \times 4`, and no power of ten. */
const SIZE = /^\s*[\d.]+(?:\s*\\times\s*[\d.]+)+\s*$/

/** A value with words behind it that multiply it or are its unit. */
const measuredIn = (text: string): Answer | null => {
  const joined = withUnitsJoined(text)
  const found = measuredParts(joined)
  if (found === null) return null
  const { front, words: behind, setting, touches, power } = found
  const scale = power === "" ? (scaleIn(behind) ?? shareIn(front, behind)) : null
  const percent = power === "" && !touches ? percentIn(behind) : null
  const ordinal = touches ? /^(?:st|nd|rd|th)(?=\s|$)/.exec(behind)?.[0] : undefined
  if (ordinal !== undefined && !ORDINAL.test(front + ordinal)) return null
  // Letters that touch a number are variables.
  if (touches && scale === null && ordinal === undefined && !isTouchingUnit(behind)) return null
  if (percent !== null) {
    const said = percent.rest === "" ? NOTHING_SAID : unitIn(percent.rest, setting)
    return said?.unit !== "" ? null : counting(scaled(valueOrWords(front.trim(), "%"), percent.factor), said.counted)
  }
  if (scale !== null) {
    const said = scale.rest === "" ? NOTHING_SAID : unitIn(scale.rest, setting)
    return said && counting(scaled(valueOrWords(front.trim(), said.unit), scale.factor), said.counted)
  }
  const said = `${behind}${power}`.replaceAll(/[{}\s]+(?=\^?-?[1-3]\b)|[{}]/g, "")
  const kept = unitIn(said.slice(ordinal?.length ?? 0), setting)
  if (kept === null) return null
  // A matrix of three rows and four columns is not twelve of them.
  if (kept.unit === "" && SIZE.test(front)) return words(`${front.trim().replaceAll(/\s*\\times\s*/g, " times ")} ${behind}`)
  const value = counting(valueOrWords(front.trim(), kept.unit), kept.counted)
  return joined === text && isPlainUnit(said, setting === "text") ? value : made(value)
}

const NOTHING_SAID = { unit: "", counted: [] }

/** Money with a sign may say what it is paid for: `$15 per hour`, `$7 million`. */
const ofMoney = (text: string, unit: string | null, money: string): Answer => {
  const own = unitIn(money)!.unit
  if (unit !== null && unit !== "") return valueOrWords(text, unit)
  const found = measuredParts(text)
  if (found === null) return valueOrWords(text, own)
  const { front, words: behind, touches } = found
  // Money is gross or net.
  const scale = /^\s*gross/i.test(behind) ? null : scaleIn(behind)
  const isProduct = touches && scale === null && !isTouchingUnit(behind)
  if (isProduct) return valueOrWords(text, own)
  const rest = (scale?.rest ?? behind).trim()
  const rate = /^(?:per\s|\/|an?\s|(?:every|each)\s)/.test(rest) ? unitIn(`${money} ${rest}`) : null
  const said = unitIn(rest)
  if (rate === null && said?.unit !== "" && said?.unit !== own) return valueOrWords(text, own)
  const value = counting(made(valueOrWords(front.trim(), rate?.unit ?? own)), (rate ?? said)!.counted)
  return scale === null ? value : scaled(value, scale.factor)
}

const textOf = (text: string): Answer => {
  try {
    return whole(text)
  } catch (cause) {
    if (cause instanceof Unreadable) return words(text)
    throw cause
  }
}

const DATE = /^(?:\d{4}-(?:0\d|\d{1,2}-\d{1,2})|\d{1,2}-\d{1,2}-\d{4}|0\d-\d{1,2}-\d\d)$/

/** Of several values in braces, or called by a name in text; and what is a factorial by another name. */
const UNPLAIN = /\\(?:text\s*\{\s*(?:gcd|lcm|max|min)\s*\}|(?:gcd|lcm|max|min)\s*\\\{|Gamma(?![A-Za-z]))/

const valueOf = (text: string, unit: string): Answer => {
  // A date or a part number is no quotient of quotients.
  if (/^\d+\/\d+(?:\/\d+)+$/.test(text) || DATE.test(text)) return { kind: "words", text }
  if (isRange(text)) throw new Unreadable("is a range and no value")
  const numeral = numeralIn(text)
  if (numeral !== null) return ofNumeral(numeral, unit)
  const expression = withOrder(parseExpression(text))[0]!
  const exact = exactOf(expression)
  const number = exact === null ? null : numberText(exact, /\d\.\d|\.\d/.test(text))
  const plain = !hasNegativeRoot(expression) && !UNPLAIN.test(text)
  const value = { kind: "value", expression, number, unit, counted: [], plain, name: null } as const
  if (number !== null) return value
  return DIGITS.test(text) ? { kind: "rounded", exact: words(text), as: value } : withConstants(value)
}

const ofNumeral = ({ value, text }: Numeral, unit: string): Answer => ({
  kind: "value",
  expression: { kind: "number", value: value satisfies Rational },
  number: text,
  unit,
  counted: [],
  plain: true,
  name: null
})
