/**
 * How an answer stands in what is said around it: one rule for every notation, with a closed lexicon (`lexicon.ts`).
 *
 * Before it, in its own clause, words that deny, doubt or suppose make it no answer, where no word with content is between.
 * Behind it every clause of the rest of the text is read once, up to its first word with content: what takes back, doubts, or
 * names another value withdraws the answer. `27 would be wrong` has content before its verdict, and says nothing of the answer. A
 * value that is named where something was taken back is the answer then.
 */

import { isSameAnswer } from "../../answers/answers.ts"
import { inWords, inWordsBefore, signOf } from "./lexicon.ts"
import { clean, isValue, sentenceEnd } from "./values.ts"

/** As much of a text before an answer is looked at. */
const FARTHEST = 160
const BOUNDARY = new RegExp(
  String.raw`[^]*(?:[.!?;](?=\s)|,(?=\s)|[–—]|(?<!\\)[()]|\n\s*\n(?!\s*or\b)|\b(?:so|thus|hence|` +
    String.raw`therefore|then|because|since|while|but|and)\b)`,
  "i"
)
const TOKEN = /[A-Za-z]+(?:['’][A-Za-z]+)*|\\[A-Za-z]+|\d[\d.,/]*|[^\s]/g

/** Patterns over signs before an answer. `y`: a name of mathematics and `=`; `v`, `s`: a value, and the same value. */
const UNSAID = new RegExp(
  // Denied, not twice; doubted; one of two; supposed or ascribed.
  String.raw`(?<![nz]e?)n(?!ki$)(?:[eiknjbp]|r(?!i))*y*[ei]*$|(?<![nz]e*)we*[ikjy][eikjy]*$|[dm][eikrj]*y*i*$|` +
    String.raw`(?<!s)o[eikdm]*[yi]*$|(?<![zn])p[eik]*$|` +
    // All but; the answer is at least.
    String.raw`^(?!.*[nzw]).*h[eiky]*$|ki?[eb]*t+[eo]*$`
)
/** Whether a text holds any word that could make an answer none: most hold none. */
const mayBeUnsaid = (lead: string): boolean =>
  PHRASED.test(lead) || (lead.match(/[A-Za-z]+(?:['’][A-Za-z]+)*/g) ?? []).some((word) => MAY_DENY.has(signOf(word)))
const MAY_DENY = new Set("nwdmpohtz")
const PHRASED = /[≠~]|\\n|\b(?:far|differ|instead|ruled|used|chance|conceivable|possib|plausible|any|all|every)/i

/** `between`, `6 to`, `for example`, `something like`. */
const RANGE = new RegExp(
  String.raw`(?:\\[xb]?cancel\s*\{|\\sout\s*\{|\bbetween(?:[^.!?\n]{1,30}\}[\s$]*and)?|` +
    String.raw`\}[\s$)\\]*(?:to|:|/|through)|\b(?:for example|e\.g\.),?|\blike)[\s$(\\]*$`,
  "i"
)
/** Before a colon there is nothing else. */
const UNSAID_BY_COLON = /^e*(?:[nwd]|z(?=e*k)|p?w)[ek]*$|^p?e*iej?w$|^[epijk]*d$/

/** Whether what stands directly before an answer makes it none: `not`, `either 32 or`, `if it is`, `the wrong answer is`. */
export const isUnsaid = (text: string, start: number, said: string, behind = ""): boolean => {
  const before = text.slice(Math.max(0, start - 40), start)
  if (RANGE.test(before)) return true
  if (!mayBeUnsaid(text.slice(Math.max(0, start - FARTHEST), start))) return false
  const lead = inWordsBefore(text.slice(Math.max(0, start - FARTHEST), start))
  const clause = lead.replace(BOUNDARY, "")
  const colon = /:[\s$*_({\\[]*$/.exec(clause)
  if (colon !== null) return UNSAID_BY_COLON.test(signsBefore(clause.slice(0, colon.index), said, behind))
  return UNSAID.test(signsBefore(clause.replace(/^[^]*:\s/, ""), said, behind))
}

const signsBefore = (clause: string, said: string, behind: string): string => {
  let signs = ""
  const tokens = clause.match(TOKEN) ?? []
  for (const [i, token] of tokens.entries()) {
    if (/^[$*_(){}\\[\]"“”'`>#|&~]$|^\\(?:text\w*|math\w+|q?quad|left|big\w*|displaystyle)$/i.test(token)) continue
    if (token === "=" || (/^[A-Za-z]$/.test(token) && !/^[aAI]$/.test(token))) signs += "y"
    else if (/^[\d\\]/.test(token)) {
      const unit = /^[a-z]+$/.test(tokens[i + 1] ?? "") ? ` ${tokens[i + 1]}` : ""
      const value = token.startsWith("\\") ? clean(clause.slice(clause.indexOf(token)).split(/\sor\b/)[0]!) : token
      signs += isSameAnswer(value, said) || isSameAnswer(value + unit, said + behind) ? "s" : "v"
    } else signs += /^[A-Za-z]/.test(token) ? signOf(token) : "x"
  }
  // `the number that it could be is`: two verbs side by side are of two clauses.
  return signs
    .replaceAll("g", "i")
    .replaceAll("f", "k")
    .replace(/sx?(?=o[^o]*$)/, "s")
    .replace(/.*[mi]+e?i(?=i)/, "x")
}

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
  const unit = /^[\s$}]*(?:\\text\s*\{\s*)?([a-z]+)/.exec(text.slice(end, end + 40))?.[1]
  let state: State = { said, unit: unit === undefined ? "" : ` ${unit}`, taken: null, corrects: false, asked: false }
  let own = false
  let at = end + (CLOSES.exec(text.slice(end, end + 60))?.[0].length ?? 0)
  // Behind a box another sentence may open without a full stop before it.
  let first = !/^\s+[A-Z][a-z]/.test(text.slice(at - 1, at + 6)) && text[at] !== "\n"
  for (; at < text.length; first = false) {
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
const THROUGH = "[eikfgcsamrjd]*"
const TAKES_BACK = new RegExp(
  String.raw`(?:^u{0,2}|[,(])${THROUGH}(?:w(?!i?j|k+x|k+$(?<=^wk+))|n[eicskfgmjb]*(?:r|s(?![,(])|$)|n[eicfg]*k(?![eik]*v))`
)
const NO = /(?:^|[,(])[ecf]*z[c,]*e?$/
const DOUBTS = /(?:^u{0,2}|[,(])[eikfcsam]*d[eikfcm]*$/
const DOUBTS_IT = /(?:^u{0,2}|[,(])[eikfcsam]*d[eikfcm]*(?:[,(]|$)/
const MAY_BE = /(?:^u{0,2}|[,(])[eikcsa]*[dmo][eikacdmo,]*v(?:[,(]|$)/
const BESIDE = /^u{0,2}(?:,?a|,)v(?:,|$)|^[iy]v/
const OR_ELSE = /^u{0,2},?o(?!,?b|,?e*s|e*vb)/
const OR_ALONE = /^[eo]*o[eo]*$/
const NOT_ALL = /^,?q(?!$|,)|^e?p(?!e*[ik])/
/** `It is 32`; where something was taken back also `that is 32`, `he has 32`. */
const IT_IS = /(?:^|[,(])[ecaz]*ke*i[eikca,]*v(?:[,(]|$)/
const WHAT_IS = /(?:^|[,(])[ekfcaz]*[ig][eikfca,]*v(?:[,(]|$)/
const CORRECTS = /(?:^u{0,2}|[,(])[ekfw]*[cwz][ekfgcwzi,]*v(?:$|[,(]n)/
const ELSEWHERE = /(?:^|[,(])[ea]*[lpb]/

const behindSentence = (state: State, sentence: string, first: boolean): State => {
  const isQuestion = /\?["”)*\s]*$/.test(sentence)
  const { signs, values } = signsBehind(sentence, state, first)
  if (isQuestion) return { ...state, asked: signs.includes("v") }
  if (!first && /^[eacz,]*p/.test(signs)) return { ...state, asked: false }
  const other = values.at(-1) ?? ""
  const next: State = { ...state, asked: false }
  if (state.asked && /^[ec]*z/.test(signs)) return next
  if (CORRECTS.test(signs)) return { ...next, said: other, taken: null, corrects: false }
  const corrects = state.corrects || /[cw]/.test(signs)
  const names = (corrects ? WHAT_IS : IT_IS).exec(signs)
  if (names !== null && !ELSEWHERE.test(signs.slice(0, names.index)) && !/[dm]/.test(names[0])) {
    if (corrects) return { ...next, said: other, taken: null, corrects: false }
    return withdrawn(next, `is contradicted by ${other.slice(0, 40)}`)
  }
  if (state.corrects && /^[ekfc]*i[eikca]*s(?:[,(]|$)/.test(signs)) return { ...next, taken: null, corrects: false }
  if (TAKES_BACK.test(signs) || NO.test(signs)) return { ...withdrawn(next, "is taken back"), corrects: true }
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

const withdrawn = (state: State, why: string): State => ({ ...state, taken: state.taken ?? why })

const CLAUSE = new RegExp(
  String.raw`\$[^$\n]{1,80}\$|\\\([^\n]{1,80}?\\\)|[;:…[\]]|,(?=\s|$)|\.{3}|(?<=\s)[–—-]{1,2}(?=\s)(?!\s+[-\d$\\(])|` +
    String.raw`[–—]|\((?![-\d\\]+[^()]*\))|\)|\s(?=(?:but|and|though|although|so)\s)`,
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
  let signs = ""
  let at = 0
  for (const found of [...text.matchAll(CLAUSE), null]) {
    if (found !== null && /^(?:\$|\\\()./.test(found[0])) continue
    const end = found?.index ?? text.length
    signs += signsOfClause(text.slice(at, end), state, first && at === 0, values)
    if (found === null) break
    if (!/^[)\]]$/.test(found[0])) signs += found[0] === "(" ? "(" : ","
    at = end + found[0].length
  }
  return { signs, values }
}

const signsOfClause = (clause: string, { said, unit }: State, first: boolean, values: Array<string>): string => {
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
    } else if (/^[/&→]$/.test(token)) signs += "o"
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
      if (sign !== "x") signs += sign
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
