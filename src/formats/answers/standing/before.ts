/**
 * What stands directly before an answer, in its own clause: words that deny, doubt or suppose make it no answer, where no word
 * with content is between (`lexicon.ts`).
 */

import { isSameAnswer } from "../../../answers/answers.ts"
import { clean } from "../values.ts"
import { isAlternative } from "./alternatives.ts"
import { inWordsBefore, signOf, TOKEN } from "./lexicon.ts"

/** As much of a text before an answer is looked at. */
const FARTHEST = 160
const BOUNDARY = new RegExp(
  String.raw`[^]*(?:[.!?;](?=\s)|,(?=\s)|[–—]|(?<!\\)[()]|\n\s*\n(?!\s*or\b)|\b(?:so|thus|hence|` +
    String.raw`therefore|then|because|since|while|but|and)\b)`,
  "i"
)

/** Patterns over signs before an answer. `y`: a name of mathematics and `=`; `v`, `s`: a value, and the same value. */
const UNSAID = new RegExp(
  // Denied, not twice; doubted; supposed or ascribed.
  String.raw`(?<![nz]e?)n(?!ki$)(?:[eiknjbp]|r(?!i))*y*[ei]*$|(?<![nz]e*)we*[ikjy][eikjy]*$|[dm][eikrj]*y*i*$|` +
    String.raw`(?<![zn])p[eik]*$|` +
    // All but; the answer is at least.
    String.raw`^(?!.*[nzw]).*h[eiky]*$|ki?[eb]*t+[sv]?(?:ot+)?[eo]*$`
)
/** One of two, or the same once more. */
const JOINED = /(?<!s)o[eikdm]*[yi]*$/
/** Whether a text holds any word that could make an answer none: most hold none. */
const mayBeUnsaid = (lead: string): boolean =>
  PHRASED.test(lead) || (lead.match(/[A-Za-z]+(?:['’][A-Za-z]+)*/g) ?? []).some((word) => MAY_DENY.has(signOf(word)))
const MAY_DENY = new Set("nwWEdmpohtz")
const PHRASED =
  /[≠~]|\\n|\b(?:far|differ|instead|rul(?:e|es|ed|ing) out|eliminat|used|chance|conceivable|possib|plausible|any|all|every)/i

/** `between`, `6 to`, `for example`, `something like`. */
const RANGE = new RegExp(
  String.raw`(?:\\[xb]?cancel\s*\{|\\sout\s*\{|\bbetween(?:\s[^.!?\n]{1,40}\band)?|` +
    String.raw`\}[\s$)\\]*(?:to|:|/|through)|\b(?:for example|e\.g\.),?|\blike)[\s$(\\]*$`,
  "i"
)
/** Before a colon there is nothing else. */
const UNSAID_BY_COLON = /^e*(?:[nwd]|z(?=e*k)|p?w)[ek]*$|^p?e*iej?w$|^[epijk]*d$/

/** What an answer is counted or measured in, by the word behind it. */
export const unitBehind = (text: string, end: number): string =>
  /^[\s$}]*(?:\\text\s*\{\s*)?([a-z]+|\\?%)/.exec(text.slice(end, end + 40))?.[1] ?? ""

/** Whether what stands directly before an answer makes it none: `not`, `either 32 or`, `if it is`, `the wrong answer is`. */
export const isUnsaid = (text: string, start: number, end: number, said: string): boolean => {
  const before = text.slice(Math.max(0, start - 40), start)
  // Of two values in one box both bounds are said.
  if (RANGE.test(before) && !/\band\b|,/.test(said)) return true
  const near = text.slice(Math.max(0, start - FARTHEST), start)
  if (!mayBeUnsaid(near)) return false
  const lead = inWordsBefore(near)
  const clause = lead.replace(BOUNDARY, "")
  const colon = /:[\s$*_({\\[]*$/.exec(clause)
  if (colon !== null) return UNSAID_BY_COLON.test(signsBefore(clause.slice(0, colon.index), said))
  const signs = signsBefore(clause.replace(/^[^]*:\s/, ""), said)
  return UNSAID.test(signs) || (JOINED.test(signs) && isAlternative(near, said, unitBehind(text, end)))
}

const signsBefore = (clause: string, said: string): string => {
  let signs = ""
  const tokens = clause.match(TOKEN) ?? []
  for (const [i, token] of tokens.entries()) {
    if (/^[$*_(){}\\[\]"“”'`>#|&~]$|^\\(?:text\w*|math\w+|q?quad|left|big\w*|displaystyle)$/i.test(token)) continue
    if (token === "=" || (/^[A-Za-z]$/.test(token) && !/^[aAI]$/.test(token))) signs += "y"
    else if (/^[\d\\]/.test(token)) {
      const unit = /^[a-z]+$/.test(tokens[i + 1] ?? "") ? ` ${tokens[i + 1]}` : ""
      const value = token.startsWith("\\") ? clean(clause.slice(clause.indexOf(token)).split(/\sor\b/)[0]!) : token
      signs += isSameAnswer(value, said) || isSameAnswer(value + unit, said) ? "s" : "v"
    } else signs += /^[A-Za-z]/.test(token) ? signOf(token) : "x"
  }
  // `the number that it could be is`: two verbs side by side are of two clauses.
  return signs
    .replaceAll("g", "i")
    .replaceAll("f", "k")
    .replaceAll(/[WE]/g, "w")
    .replaceAll("H", "e")
    .replace(/sx?(?=o[^o]*$)/, "s")
    .replace(/.*[mi]+e?i(?=i)/, "x")
}
