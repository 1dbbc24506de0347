/**
 * Sets of numbers by their names, `\mathbb{Z}`, `all positive integers`, `\mathbb{R}^+`, whole numbers under a condition, `all
 * integers n \ge 3`, and products of sets, `[0,1] \times [0,1]`: pairs of a member of each, in the order of the sets.
 */

import type { Answer } from "../Answer.ts"
import { isWholeLetter } from "../mathematics/normal/letters.ts"
import { ofUnknown } from "../relations/assignments.ts"
import { tried } from "../relations/chains.ts"
import { amongOf, PRIMES, residuesOf } from "../relations/whole-numbers.ts"
import { setOf } from "../same-kind.ts"
import { spelled } from "../spelling/names.ts"
import { isOneBracket, splitAt } from "../split.ts"
import { differenceOf, intersectionOf } from "../unions.ts"
import { UNKNOWN } from "../vocabulary/variables.ts"
import { words } from "../words.ts"

type Read = (text: string) => Answer

const LETTERS: Readonly<Record<string, string>> = { Z: "integer", N: "natural", Q: "rational", C: "complex", R: "real" }
/** Those of real numbers are read as intervals. */
const LETTERED = new RegExp(
  String.raw`^(?:\\mathbb\s*\{?\s*([ZNQC])\s*\}?|(\(-\\infty,\\infty\)))` +
    String.raw`\s*(\^\s*\{?\s*[+*]\s*\}?|_\s*\{?\s*\+\s*\}?|_\s*\{\s*(?:>|\\geq)\s*0\s*\})?$`
)
const NAMED = new RegExp(
  String.raw`^(?:(?:the\s+)?set\s+of\s+)?(?:all\s+|the\s+)*((?:positive|negative|non-?negative|non-?zero)\s+)?` +
    String.raw`(integers?|whole|naturals?|rationals?|complex|reals?)(?:\s+numbers?)?$`
)

/** One name for each set; null for what is none. */
export const numberSetNamed = (text: string): string | null => {
  const said = text.trim()
  const lettered = LETTERED.exec(said)
  if (lettered !== null) {
    const [, letter = "R", , limit = ""] = lettered
    return named(
      /\\geq/.test(limit) ? "nonnegative" : /[+>]/.test(limit) ? "positive" : limit === "" ? "" : "nonzero",
      LETTERS[letter]!
    )
  }
  const found = NAMED.exec(said.toLowerCase())
  return found && named((found[1] ?? "").trim().replace("-", ""), found[2]!.replace(/s$/, ""))
}

const named = (limit: string, numbers: string): string => {
  if (numbers === "natural" || (limit === "positive" && numbers === "integer")) return "positive integers"
  if (numbers === "whole") return "whole numbers"
  return `${limit === "" ? "" : `${limit} `}${numbers}s`
}

const INTERVALS: Readonly<Record<string, string>> = {
  reals: "(-\\infty,\\infty)",
  "positive reals": "(0,\\infty)",
  "negative reals": "(-\\infty,0)",
  "nonnegative reals": "[0,\\infty)",
  "nonzero reals": "(-\\infty,0)\\cup(0,\\infty)"
}

/** `\mathbb{Z}`, `all integers`. */
export const numberSet = (text: string, whole: Read): Answer | null => {
  if (!/^(?:\\mathbb|\\text|\(-\\infty|[A-Za-z][a-z -]{3,60}$)/.test(text)) return null
  const said = text.replace(/^\\text\s*\{\s*([^{}]*?)\s*\}$/, "$1")
  // `rational` says of one number what it is.
  const name = /^[A-Za-z]/.test(said) && !said.endsWith("s") ? null : numberSetNamed(said)
  // Which is how they are read.
  if (name === null || text === INTERVALS[name]) return null
  const interval = INTERVALS[name]
  if (interval !== undefined) return whole(interval)
  const as = wholeNumbers(name, whole("(-\\infty,\\infty)"), null, whole)
  return as === null ? words(name) : { kind: "rounded", exact: words(name), as }
}

/** Whole numbers by name: of which kind they are, and between what. */
const WHOLE: Readonly<Record<string, readonly [numbers: string, within: string]>> = {
  integers: ["integers", "(-\\infty,\\infty)"],
  "positive integers": ["integers", "[1,\\infty)"],
  "negative integers": ["integers", "(-\\infty,-1]"],
  "nonnegative integers": ["integers", "[0,\\infty)"],
  "whole numbers": ["integers", "[0,\\infty)"],
  "odd integers": ["odd integers", "(-\\infty,\\infty)"],
  "even integers": ["even integers", "(-\\infty,\\infty)"],
  [PRIMES]: [PRIMES, "(-\\infty,\\infty)"]
}

/** Those of a name among what a condition leaves; null where that is no interval or set, or not of this unknown. */
export const wholeNumbers = (name: string, of: Answer, unknown: string | null, whole: Read): Answer | null => {
  const [numbers, interval] = WHOLE[name] ?? ["", INTERVALS[name]]
  if (interval === undefined || (of.kind !== "sequence" && of.kind !== "union")) return null
  const said = of.kind === "sequence" ? [of.of] : of.parts.map((part) => (part.kind === "sequence" ? part.of : null))
  if (said.some((one) => one !== null && unknown !== null && one !== unknown)) return null
  const common = intersectionOf([whole(interval), of])
  const letter = unknown ?? said.find((one) => one !== null) ?? null
  // Of a letter for whole numbers it would leave out that it is one.
  if (numbers === "") return common && (letter === null || isWholeLetter(letter) ? ofNothing(common) : ofUnknown(common, letter))
  return common && amongOf(numbers, common, letter)
}

const NUMBERS = new RegExp(
  String.raw`^(?:for\s)?(?:(?:the\s)?set\sof\s)?((?:(?:all|every|any|the)\s)*)` +
    String.raw`((?:(?:positive|negative|non-?negative|natural|whole|real|odd|even|prime)\s){0,3})` +
    String.raw`(integers?|numbers?|primes?|naturals?|reals?)?(?:(?:\s|(?<=\s|^))([A-Za-z])(?![A-Za-z]))?\s?([^]*)$`,
  "i"
)
/** Longer ones are prose. */
const LONGEST_SAID = 160
const MORE = /^(?:strictly\s)?(?:(greater|larger|bigger|more)|less|smaller|fewer)\sthan\s(or\sequal\sto\s)?([^]+)$/i
const ENDS = /^(?:at\s(least|most)|from\s([^]+?)\s(?:to|through))\s([^]+)$/i
const EXCEPT = /^(?:except|excluding|but\snot|other\sthan|apart\sfrom)\s(?:for\s)?([^]+)$/i

const MEMBER = new RegExp(String.raw`^(${UNKNOWN})\s*\\in(?![A-Za-z])\s*(\\mathbb[^|:,<>]{1,12}?)\s*[|:,]\s*([^]+)$`)

/** `x can be any real number`, `x is any integer`. */
const ANY_OF = /^([A-Za-z])\s(?:(?:can|may|could)\sbe|is)\s((?:any|an\sarbitrary|every)\s[a-z -]{4,40})$/

/** `all integers n \ge 3`, `primes greater than 3`, `all positive integers except 2`, `n \in \mathbb{Z}, n > 2`. */
export const wholeNumbersIn = (text: string, whole: Read): Answer | null => {
  const member = MEMBER.exec(text)
  if (member !== null) return conditioned(numberSetNamed(member[2]!), member[3]!, spelled(member[1]!), whole)
  if (
    text.length > LONGEST_SAID ||
    !/integer|number|prime|natural|real|odd|even|\ball\b/i.test(text) ||
    !/^(?:\\text|[A-Za-z]{3}|[A-Za-z]\s(?:\\text\s*\{\s*)?(?:can|may|could|is)\s)/.test(text)
  )
    return null
  const plain = text
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
    .replaceAll(/\s+/g, " ")
    .trim()
  const said = plain.replace(ANY_OF, "$2 $1").replace(/\bvalues\s(?:of|for)\s(?=[A-Za-z](?![A-Za-z]))/i, "")
  const found = NUMBERS.exec(said)
  if (found === null) return null
  const [, all, adjectives, noun = "", unknown, rest] = found
  const isBound = unknown !== undefined && /^(?:[<>]|\\[lgn]eq)/.test(rest!)
  if (all !== "" && adjectives === "" && noun === "" && isBound) return whole(`${unknown} ${rest}`)
  const name = nameOfWhole(adjectives!.toLowerCase().trim(), noun.toLowerCase())
  const isOfReals = all !== "" && /real/i.test(adjectives!) && unknown !== undefined
  if (name === null || (noun === "" && !isBound && !isOfReals && (all === "" || rest === ""))) return null
  const parity = /^(?:odd|even)/.exec(name)?.[0]
  if (rest === "" && unknown === undefined && parity !== undefined)
    return { kind: "rounded", exact: words(residuesOf(2n, [parity === "even" ? 0n : 1n])), as: words(plain) }
  if (rest === "" && unknown === undefined) return /any|every/i.test(all!) ? numberSet(`\\text{all ${name}}`, whole) : null
  if (rest === "") return withName(name, unknown!, whole)
  return conditioned(name, rest!, unknown, whole)
}

const nameOfWhole = (adjectives: string, noun: string): string | null => {
  const kinds = adjectives.split(" ").filter((one) => /^(?:odd|even|prime)$/.test(one))
  const others = adjectives.split(" ").filter((one) => one !== "" && !kinds.includes(one))
  const limits = others.filter((one) => one !== "real")
  if (others.includes("real") || noun.startsWith("real"))
    return kinds.length === 0 && !/^(?:prime|integer|natural)/.test(noun)
      ? numberSetNamed(`${limits.join(" ")} reals`.trim())
      : null
  if (kinds.length > 1 || others.length > 1) return null
  if (kinds[0] === "prime" || noun.startsWith("prime")) return others.length === 0 || others[0] === "positive" ? PRIMES : null
  if (kinds.length === 1) return others.length === 0 ? `${kinds[0]} integers` : null
  return noun === "" ? null : numberSetNamed(`${others.join(" ")} ${noun}`)
}

/** Of no condition: the set by its name, and as many. */
const withName = (name: string, unknown: string, whole: Read): Answer | null => {
  const as = wholeNumbers(name, whole("(-\\infty,\\infty)"), unknown, whole)
  return INTERVALS[name] === undefined ? as && { kind: "rounded", exact: words(name), as } : as
}

/** What a condition in signs or in words leaves of them. */
const conditioned = (name: string | null, condition: string, unknown: string | undefined, whole: Read): Answer | null => {
  if (name === null || (WHOLE[name] ?? INTERVALS[name]) === undefined) return null
  const said = condition.replace(/^,?\s?(?:(?:with|where|for\swhich|such\sthat|satisfying|that\sare|which\sare)\s)?/, "").trim()
  const [more, ends, except] = [MORE.exec(said), ENDS.exec(said), EXCEPT.exec(said)]
  const letter = unknown ?? "n"
  const sign = more === null ? null : `${more[1] === undefined ? "<" : ">"}${more[2] === undefined ? "" : "="}`
  const relation =
    more !== null
      ? `${letter} ${sign!.replace(">=", "\\geq").replace("<=", "\\leq")} ${more[3]}`
      : ends !== null
        ? ends[2] === undefined
          ? `${letter} ${/least/i.test(ends[1]!) ? "\\geq" : "\\leq"} ${ends[3]}`
          : `${ends[2]} \\leq ${letter} \\leq ${ends[3]}`
        : /^(?:[<>]|\\[lgn]eq)/.test(said)
          ? `${letter} ${said}`
          : /[<>]|\\[lgn]eq/.test(said)
            ? said
            : null
  const of = except === null ? (relation === null ? null : tried(relation, whole)) : without(except[1]!, whole)
  const isOwn = relation === said
  return of && wholeNumbers(name, unknown === undefined && !isOwn ? ofNothing(of) : of, unknown ?? null, whole)
}

/** An interval or a union of no unknown. */
const ofNothing = (answer: Answer): Answer =>
  answer.kind === "sequence"
    ? { ...answer, of: null }
    : answer.kind === "union"
      ? { ...answer, parts: answer.parts.map(ofNothing) }
      : answer

const without = (points: string, whole: Read): Answer | null => {
  const set = tried(`\\{${points.replace(/^[A-Za-z]\s?=\s?/, "").replaceAll(/,?\s(?:and|or)\s/g, ",")}\\}`, whole)
  return set && differenceOf(whole("(-\\infty,\\infty)"), set)
}

const POWER = /^([^]+?)\s*\^\s*(?:\{\s*([2-5])\s*\}|([2-5]))$/

/** The sets of such a product, each with a comma in its brackets or called by a name; null for all else. */
const factorsOf = (text: string): ReadonlyArray<string> => {
  const power = POWER.exec(text)
  return power === null ? splitAt(text, ["\\times"]).parts : Array.from({ length: Number(power[2] ?? power[3]) }, () => power[1]!)
}

const isSet = (text: string): boolean =>
  /^\\\{[^{}]*\\\}$/.test(text) ||
  LETTERED.test(text) ||
  (/^[([]/.test(text) && isOneBracket(text) && splitAt(text.slice(1, -1), [","]).parts.length === 2)

/** Marks what is a pair of sets and no list of them. */
const PRODUCT = "\\times"

export const setProduct = (text: string, whole: Read): Answer | null => {
  if (!/^(?:[([]|\\\{|\\mathbb)/.test(text) || !/\\times|\^/.test(text)) return null
  const parts = factorsOf(text)
  if (parts.length < 2 || !parts.every(isSet)) return null
  const items = parts.map(whole)
  const exact: Answer = { kind: "sequence", open: "(", close: ")", items, of: PRODUCT }
  const tuples = tuplesOf(items)
  return tuples === null ? exact : { kind: "rounded", exact, as: setOf(tuples, "braces") }
}

const MOST_TUPLES = 36

/** Each member of the first with each of the second, and so on, of sets that are listed; null for others, and for too many. */
const tuplesOf = (sets: ReadonlyArray<Answer>): ReadonlyArray<Answer> | null => {
  const listed = sets.map((set) => (set.kind === "set" && set.written === "braces" ? set.members : []))
  const count = listed.reduce((all, { length }) => all * length, 1)
  if (count === 0 || count > MOST_TUPLES || listed.flat().some(({ kind }) => kind !== "value" && kind !== "words")) return null
  const tuples = listed.reduce<ReadonlyArray<ReadonlyArray<Answer>>>(
    (all, members) => all.flatMap((tuple) => members.map((member) => [...tuple, member])),
    [[]]
  )
  return tuples.map((items) => ({ kind: "sequence", open: "(", close: ")", items, of: null }))
}
