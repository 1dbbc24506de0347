/**
 * What stands beside a value and says nothing of it: the number of a line, a sign that a proof ends, the remark that it is the
 * answer; and braces and fonts round a sign or the number behind one, `{-}5`, `-\mathrm{5}`.
 */

const GAP = String.raw`(?:\s|~|\\[ ,;:!]|\\q?quad(?![A-Za-z]))*`
const MARKS = new RegExp(
  String.raw`${GAP}\\(?:(?:tag|label)\s*\*?\s*\{(?:[^{}]|\{[^{}]*\}){0,80}\}|(?:nonumber|notag|qed|blacksquare)(?![A-Za-z]))`,
  "g"
)
const IS_ANSWER = String.raw`\(\s*(?:the\s+)?(?:(?:final|correct|exact|required)\s+)?(?:answer|ans\.?|result|solution)\s*\)`
const END = String.raw`(?=\s*(?:\$\$?|\\[\])])?\s*\.?\s*$)`
const REMARK = new RegExp(String.raw`(?<=\S)${GAP}(?:\\text\s*\{\s*${IS_ANSWER}\s*\}|(?<=\s)${IS_ANSWER})${END}`, "i")

const FONT = String.raw`\\(?:text(?:bf|it|rm|normal|sf|tt)?|math(?:rm|bf|it|sf|normal)|boldsymbol|bm|pmb|mbox)\s*`
/** Behind a sign, a bracket, a comma, and in a fraction or under a root. */
const NUMBER = new RegExp(
  String.raw`(?<=(?:[-+([,]|\\(?:pm|mp)(?![A-Za-z])|` +
    String.raw`\\(?:[dtc]?frac|sqrt)\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\[\d\])?\s*\{)\s*)` +
    String.raw`${FONT}\{\s*(\d[\d,]*(?:\.\d+)?|\.\d+)\s*\}`,
  "g"
)
/** But of a limit from one side, `0^{-}`. */
const SIGN = /(?<![\^_]\s*)\{\s*([-+])\s*\}(?=\s*[\d.\\A-Za-z({])/g

/** What any of these has, so that other texts cost nothing. */
const MAYBE_MARKED = /\\(?:tag|label|no(?:number|tag)|qed|blacksquare)/
const MAYBE_REMARK = /(?:ans|answer|result|solution)\.?\s*\)/i
const MAYBE_NUMBER = /\\[a-z]+\s*\{\s*[\d.]/

export const withoutRemarks = (text: string): string => {
  if (!/[\\({]/.test(text)) return text
  const unmarked = MAYBE_MARKED.test(text) ? text.replaceAll(MARKS, "") : text
  const plain = (MAYBE_REMARK.test(unmarked) ? unmarked.replace(REMARK, "") : unmarked).replaceAll(SIGN, "$1")
  return MAYBE_NUMBER.test(plain) ? plain.replaceAll(NUMBER, "$1") : plain
}
