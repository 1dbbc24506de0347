/**
 * How an answer stands in what is said behind it: one rule for every notation, with a closed lexicon (`lexicon.ts`).
 *
 * Every clause of the rest of the text is read once, up to its first word with content: what takes back, doubts, or names another
 * value withdraws the answer. `27 would be wrong` has content before its verdict, and says nothing of the answer. A value that is
 * named where something was taken back is the answer then.
 */

import { isSameAnswer, reading } from "../../../answers/answers.ts"
import { clean, isValue, sentenceEnd } from "../values.ts"
import { unitBehind } from "./before.ts"
import { inWords, signOf, TOKEN } from "./lexicon.ts"
import { Referents } from "./referents.ts"

/** What became of an answer: said, perhaps another one; or taken back, `own`: in its own sentence. */
export type Fate = { readonly said: string } | { readonly why: string; readonly own: boolean }

/** What closes an answer. */
const CLOSES = /^(?:[^\S\n]|[$*_)}\]\\"”`~]|\\[)\]]|<\/\w{1,14}>|\[\/answer\]|<\|end_of_box\|>)*/i
const NOTHING_BEHIND = /^[\s$*_)}\]\\"”`.!,]*$/

/** A longer one is read in pieces, so that a text costs no more than its length. */
const LONGEST_SENTENCE = 600

/** How an answer fares in the rest of a text. */
export const fateOf = (text: string, end: number, said: string): Fate => {
  if (text.length - end < 40 && NOTHING_BEHIND.test(text.slice(end))) return { said }
  const unit = unitBehind(text, end)
  let state: State = { said, unit: unit === "" ? "" : ` ${unit}`, taken: null, corrects: false, asked: false }
  let own = false
  let at = end + (CLOSES.exec(text.slice(end, end + 60))?.[0].length ?? 0)
  if (CHOICE.test(said)) at += OPTION.exec(text.slice(at, at + 60))?.[0].length ?? 0
  for (
    let side = SIDE.exec(text.slice(at, at + MOST_OF_SIDE));
    side !== null;
    side = SIDE.exec(text.slice(at, at + MOST_OF_SIDE))
  ) {
    if (isShownUnequal(side[1]!, said)) return { why: "is one of several", own: true }
    at += side[0].length
  }
  // Behind a box another sentence may open without a full stop before it.
  let first = !/^\s+[A-Z][a-z]/.test(text.slice(at - 1, at + 6)) && text[at] !== "\n"
  for (; at < text.length; first = false) {
    const passed = first ? 0 : noProse(text, at)
    if (passed > 0) {
      at += passed
      continue
    }
    const stop = Math.min(sentenceEnd(text, at), at + LONGEST_SENTENCE)
    const sentence = text.slice(at, stop)
    if (/[^\s.!*$]/.test(sentence)) state = behindSentence(state, sentence, first)
    if (first && state.taken === null && isAsked(sentence, text.slice(stop, stop + 12)))
      state = { ...state, taken: "is asked for" }
    if (first) own = state.taken !== null
    at = stop + (text[stop] === "\n" ? 1 : 0)
  }
  return state.taken === null ? { said: state.said } : { why: state.taken, own }
}

/** The sides of an equation that go on behind an answer, `= 12 + 24`, as far as the next sign or the end of the formula. */
const SIDE = /^\s*&?\s*=(?!\s*[A-Za-z]{2})\s*&?\s*([^=$\n&]{1,80}?)\s*(?=[=$&\n]|\\[)\]\\]|[,;.](?:\s|$)|$)/
const MOST_OF_SIDE = 120

/** Two numbers that differ; what holds letters, or cannot be read, may be what the answer is called or equal to. */
const isShownUnequal = (side: string, said: string): boolean => {
  const other = reading(clean(side))
  if ("problem" in other || other.answer.kind !== "value" || other.answer.number === null) return false
  const isNumber = !/[a-z]/i.test(said.replaceAll(/\\[A-Za-z]+/g, ""))
  return isNumber && !isSameAnswer(clean(side), said) && !isRounded(clean(side), said)
}

const CHOICE = /^\(?[A-H]\)?$/
/** The text of an option behind its letter, where it has words of verdict in it. */
const OPTION = /^[:)\s]*(?:True|False|[IVX]+)(?:\s*(?:,|;|\/|and|or|nor)\s*(?:True|False|[IVX]+))*(?=[\s.,;)]|$)/

/** A block of code as far as it goes, or a line of a list: neither is prose about the answer. */
const noProse = (text: string, at: number): number => {
  const opening = /^\s{0,4}(?:(```)|(?:[-*•]|\d{1,2}[.)])\s[^\n]*)/.exec(text.slice(at, at + LONGEST_SENTENCE))
  if (opening === null) return 0
  if (opening[1] === undefined) {
    const end = text.indexOf("\n", at + opening[0].length)
    return (end < 0 ? text.length : end) - at
  }
  const close = text.indexOf("```", at + opening[0].length)
  return (close < 0 ? text.length : close + 3) - at
}

interface State {
  readonly said: string
  readonly unit: string
  /** Why it does not stand. */
  readonly taken: string | null
  /** Whether something was taken back, so that a value named now is said instead. */
  readonly corrects: boolean
  /** Whether the sentence before asked for another value: a `No.` then denies that one. */
  readonly asked: boolean
}

/** `31?`, `31, right?`, and not `31, can you see why?`; nobody says yes. */
const isAsked = (sentence: string, behind: string): boolean => {
  const asked = /^([^?]*)\?/.exec(sentence)?.[1]
  if (asked === undefined || /^\??["”]?\s+yes\b/i.test(behind)) return false
  const parts = asked.split(/,\s|[—–(]|\s-\s/)
  return parts.length === 1 || (parts.at(-1)!.match(/[a-z]+(?:['’][a-z]+)*/gi) ?? []).every((word) => signOf(word) !== "x")
}

/**
 * Patterns over the signs of a sentence behind an answer, of each of its clauses as far as its first word with content: `x`, or
 * `u` for a unit right behind the answer; `v`: another value, `s`: the same.
 */
const OPEN = String.raw`(?:^u{0,2}|[,(:])`
const SUBJECT = "[eikfgcsamrjd]*"
/** What errs or is wrong: this, the answer, we. `A wrong approach` and `we reject 24` are verdicts on what stands behind them. */
const TAKES_BACK = new RegExp(
  // Said of a subject; alone; in errors of one's own; of the answer as an object.
  String.raw`${OPEN}${SUBJECT}[ig][ekfcsamrd]*[wWE](?!i?j|[ec]*v|k+x)|` +
    String.raw`(?:^|[,(:])[ecsafkr]*(?:w(?=$|[,(labc]|:[^xv])|E(?!j|[ec]*v)|W(?=$|[,(]|e*[kf]))|(?:^|[,(:])[ejc]*W(?=$|e*[kf])|` +
    String.raw`${OPEN}${SUBJECT}n[eicskfgmjb]*(?:r(?!j)|s(?![,(])|$)|` +
    String.raw`${OPEN}${SUBJECT}n[eicfg]*k(?![eik]*v)|${OPEN}[ec]*[kf]n[em]*ie*(?=[,(])`
)
const NO = /(?:^|[,(:])[ecf]*z[c,]*e?$/
const DOUBTS = /(?:^u{0,2}|[,(:])[eikfcsam]*d[eikfcm]*$/
const DOUBTS_IT = /(?:^u{0,2}|[,(:])[eikfcsam]*d[eikfcm]*(?:[,(]|$)/
const MAY_BE = /(?:^u{0,2}|[,(:])[eikcsa]*[dmo][eikacdmo,]*v(?:[,(]|$)/
const BESIDE = /^u{0,2}(?:,?a|,)v(?:,|$)|^[iy]v(?:[,(]|$)/
const OR_ELSE = /^u{0,2}(?:,?o(?!,(?!v)|,?b|,?e*s|e*vb)|\(oe*v(?=$|[,(p]))/
const OR_ALONE = /^[eo]*o[eo]*$/
const NOT_ALL = /^,?q(?!$|,)|^e?p(?!e*[ik])|^u{0,2}jv/
/** `It is 32`; where something was taken back also `that is 32`, `the total is 32`, `32`. */
const IT_IS = /(?:^|[,(:])[ecaz]*ke*i[eikca,:]*v(?:[,(]|$)/
const WHAT_IS = /(?:^|[,(:])[ekfcaz]*[ig][eikfca,:]*v(?:[,(]|$)/
const IS_ALONE = /^[ekfc,]*v$/
/** `wait, 32`, `no, it is 32`; `that is wrong, it is 32`, `scratch that: 32`; `wrong: 32` says so of 32. */
const CORRECTS = new RegExp(
  String.raw`${OPEN}[ekf]*[cz](?:[ekfgciz,:(]|[wE](?=[,:])|W(?=[ekf,:]))*v(?:$|[,(]n)|` +
    String.raw`(?:^|[,(:])(?:[ekfc]*[ig][ekf]*w[,:]|[ekc]*E[ekfl]*[,:]|[ekc]*W(?:e*[kf][ekf]*[,:]|,)|[ek]*w,)` +
    String.raw`[ekfgci,:]*v(?:$|[,(]n)`
)
const CORRECTION = /(?:^|[,(:])[ekfaz]*c[ekfacz]*(?:[,(:]|$)/
const ELSEWHERE = /(?:^|[,(:])[ea]*[lpb]/
/** What is said of a case, `With 24, it would be wrong`. */
const OF_A_CASE = /^[eacz,(]*p|^[ea(]*l[ekfi]*v[^,]*,/

const behindSentence = (state: State, sentence: string, first: boolean): State => {
  const isQuestion = /\?["”)*\s]*$/.test(sentence)
  const { signs: all, values } = signsBehind(sentence, state, first)
  // What goes on without a subject of its own is said of what stands before it: `the root is real and is rejected`.
  const signs = (first ? all : all.replaceAll(/[xv],ei[^,(:]*/g, "x")).replaceAll(/x,a[eimg]*[ig][^,(:]*/g, "x")
  if (isQuestion) return { ...state, asked: signs.includes("v") }
  if (!first && OF_A_CASE.test(signs)) return { ...state, asked: false }
  const other = values.at(-1) ?? ""
  const next: State = { ...state, asked: false }
  if (state.asked && /^[ec]*z/.test(signs)) return next
  if (CORRECTS.test(signs)) return { ...next, said: other, taken: null, corrects: false }
  const takesBack = TAKES_BACK.test(signs) || NO.test(signs)
  const corrects = state.corrects || takesBack || CORRECTION.test(signs)
  if (state.corrects && IS_ALONE.test(signs)) return { ...next, said: other, taken: null, corrects: false }
  const names = (corrects ? WHAT_IS : IT_IS).exec(signs)
  if (names !== null && !ELSEWHERE.test(signs.slice(0, names.index)) && !/[dm]/.test(names[0])) {
    if (corrects) return { ...next, said: other, taken: null, corrects: false }
    if (!isOtherMeasure(other, state.said + state.unit)) return withdrawn(next, `is contradicted by ${other.slice(0, 40)}`)
  }
  if (state.corrects && /^[ekfc]*i[eikca]*s(?:[,(]|$)/.test(signs)) return { ...next, taken: null, corrects: false }
  if (takesBack) return { ...withdrawn(next, "is taken back"), corrects: true }
  if (
    MAY_BE.test(signs) ||
    OR_ALONE.test(signs) ||
    (first &&
      (BESIDE.test(signs) || OR_ELSE.test(signs) || /\botherwise\b|[,;]\s+else\b|^\W*at\s+(?:most|least)\b/i.test(sentence)))
  )
    return withdrawn(next, "is one of several")
  if ((first ? DOUBTS_IT : DOUBTS).test(signs)) return withdrawn(next, "is in doubt")
  if (first && NOT_ALL.test(signs)) return withdrawn(next, "is not all that is said")
  return { ...next, corrects: state.corrects || /^[ec,]+$/.test(signs.replace(/e/g, "")) }
}

/** `It is 180 km away`, of hours. */
const isOtherMeasure = (other: string, said: string): boolean => {
  const [one, two] = [reading(other), reading(said)].map((read) =>
    "answer" in read && read.answer.kind === "value" ? read.answer.unit : ""
  )
  return one !== "" && two !== "" && one !== two
}

const withdrawn = (state: State, why: string): State => ({ ...state, taken: state.taken ?? why })

const CLAUSE = new RegExp(
  String.raw`\$[^$\n]{1,80}\$|\\\([^\n]{1,80}?\\\)|[;:…[\]]|,(?=\s|$)|\.{3}|(?<=\s)[–—-]{1,2}(?=\s)(?!\s+[-\d$\\(])|` +
    String.raw`[–—]|\((?![-\d\\]+[^()]*\))|\)|\s(?=(?:but|and|though|although|so)\s)|` +
    String.raw`(?<=\b(?:shows?|means?|implies|confirms?|reveals?))\s(?=that\s(?:it|this)\s(?:is|was|can|does|fails))`,
  "gi"
)

/** The signs of a sentence, and the other values in it. */
const signsBehind = (
  sentence: string,
  state: State,
  first: boolean
): { readonly signs: string; readonly values: ReadonlyArray<string> } => {
  const text = inWords(sentence.replaceAll(/\\(?:text\w*|math\w+|mbox)\s*\{([^{}]*)\}|\\q?quad(?![A-Za-z])|\\[,;:!]/g, " $1 "))
  const values: Array<string> = []
  const corrects = /^\W*(?:no|wait|actually|sorry)\b/i.test(text)
  const referents = new Referents(state.said, state.unit, first)
  let signs = ""
  let at = 0
  for (const found of [...text.matchAll(CLAUSE), null]) {
    if (found !== null && /^(?:\$|\\\()./.test(found[0])) continue
    const end = found?.index ?? text.length
    const clause = text.slice(at, end)
    const own = signsOfClause(clause, state, first && at === 0, values, corrects)
    // An identity is of the answer, `it is 32`.
    const isOfOther = !/^[^nwWE]*[ig][^nwWE]*[vs]/.test(own) && referents.isOfOther(clause)
    signs += isOfOther ? "x" : own
    referents.pass(clause, isOfOther)
    if (found === null) break
    if (!/^[)\]]$/.test(found[0])) signs += /^[(:]$/.test(found[0]) ? found[0] : ","
    at = end + found[0].length
  }
  return { signs, values }
}

/** Somebody else is content, but for a correction: `no, he has 32`. */
const signsOfClause = (
  clause: string,
  { said, unit }: State,
  first: boolean,
  values: Array<string>,
  corrects: boolean
): string => {
  let signs = ""
  let units = 0
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(clause); found !== null; found = TOKEN.exec(clause)) {
    const [token] = found
    if (
      STARTS_VALUE.test(clause.slice(found.index)) ||
      (/^[A-H]$/.test(token) && (signs !== "" || first || /^\(?[A-H]\)?$/.test(said)))
    ) {
      const value = valueIn(clause.slice(found.index))
      if (value === null) return `${signs}x`
      const same = isSameAnswer(value.text, said) || isSameAnswer(value.text, said + unit) || isRounded(value.text, said)
      if (!same) values.push(value.text)
      signs += same ? "s" : "v"
      TOKEN.lastIndex = found.index + value.length
    } else if (token === "/" && first && signs === "" && !CHOICE.test(said) && /^\/\s?[A-Za-z]/.test(clause.slice(found.index))) {
      // A unit: `km/h`, `/week`.
      TOKEN.lastIndex += /^\s?[A-Za-z]+/.exec(clause.slice(TOKEN.lastIndex))![0].length
    } else if (/^[/→]$/.test(token)) signs += "o"
    else if (token === "&") signs += "a"
    else if (token === "=" && first && signs === "") signs += "i"
    // A calculation.
    else if (/^[=+×÷^<>≈]$/.test(token)) return `${signs}x`
    else if (/^[A-Za-z]/.test(token)) {
      const sign = signOf(token)
      if (/^[A-Za-z]$/.test(token) && /^\s*=/.test(clause.slice(found.index + 1)) && signs !== "") {
        const value = valueIn(clause.slice(found.index))
        if (value === null) return `${signs}x`
        values.push(value.text)
        return `${signs}${isSameAnswer(value.text, said) ? "s" : "v"}`
      }
      if (sign === "H" && !corrects) return `${"u".repeat(units)}${signs}x`
      if (first && signs === "" && units < 2 && sign === "w" && /^[a-z]+s$/.test(token)) units++
      else if (sign !== "x") signs += sign === "H" ? "e" : sign
      else if (first && signs === "" && units < 2 && /^[a-z]/.test(token)) units++
      else {
        const value = /[odm]/.test(signs) || signs === "" ? valueIn(clause.slice(found.index)) : null
        if (value === null || signs === "") return `${"u".repeat(units)}${signs}x`
        values.push(value.text)
        return `${signs}v`
      }
    }
  }
  return "u".repeat(units) + signs
}

const STARTS_VALUE =
  /^(?:[$*_]{0,4}-?(?:\\?[$€£¥])?[.]?\d|[$*_]{0,4}-?\\(?:boxed|[dtc]?frac|sqrt|pi|infty)|\$[^$]+\$|\\\(|\([-\d\\])/
const CALCULATION = /[^$\sA-Za-z\\][^=]*=/

const FIRST_VALUE =
  /^[$*_]{0,4}(?:\\boxed\s*\{[^{}]*\}|\$[^$]+\$|\\\(.+?\\\)|\(?[A-H]\)?(?![a-z])|-?\\?[$€£]?\.?\d(?:[\d,/:%]|\.\d)*)/

/** The value that opens what is left of a clause: all of it, or its first number. */
const valueIn = (rest: string): { readonly text: string; readonly length: number } | null => {
  const plain = rest.slice(0, 120)
  const whole = unboxed(clean(plain.replace(/\?["”)*]*$/, "").replace(/^\$([^$]+)\$(?=\s+[a-z])/, "$1")))
  if (isValue(whole) && !CALCULATION.test(whole)) return { text: whole, length: plain.length }
  const number = FIRST_VALUE.exec(plain)?.[0]
  return number === undefined ? null : { text: unboxed(clean(number)), length: number.length }
}

const unboxed = (text: string): string =>
  clean(text.replace(/^\$*\\boxed\s*\{([^]*)\}\$*$/, "$1").replace(/^\\\((.+)\\\)$/, "$1"))

/** `2.83` beside `2\sqrt2`: a decimal of an answer that is no number is taken for what it rounds. */
const isRounded = (other: string, said: string): boolean =>
  /^-?\d*\.\d+(?:\s+[a-z\s]+)?$/.test(other) && /\\(?:sqrt|pi|ln|log|sin|cos|tan)|√|π/.test(said)
