/**
 * What Math-Verify 0.5.2 takes a box or a formula for, where that is another number than the one that is meant. The authors'
 * verifier grades by it, so that the profile `paper` does as well; test/formats/paper-boxes.test.ts holds what it gave.
 *
 *   none    letters outside commands are variables (`5 cm`, `8 apples`, `6.02e23`, `7 percent`); signs beyond LaTeX and a full
 *           stop are not read (`120°`, `½`, `~7`, `€7`, `0.\overline{3}`, `0.333...`, `7.`), nor are `10^-2` and `\rm{5}`
 *   sums    numbers side by side are added: `1 234` is 235, `2 1/2` is 3/2, `2\frac32` is 7/2, `2(3)` is 5
 *   less    words in a command end the number (`7\text{ million}` is 7), a base is dropped (`1011_2`), `3:4` is 3/4, `\pm 4` is 4
 */

/** The same formula as it is to be read here; null where Math-Verify finds no number in it. */
export const paperFormula = (formula: string): string | null => {
  const text = formula.trim()
  if (/^-?(?:\d+|\d*\.\d+)$/.test(text)) return text
  if (UNREAD.test(text)) return null
  const rest = withoutWordsBehind(text.replaceAll(/\\text\s*\{\s*\}/g, ""))
    .replaceAll(/["']/g, "")
    .replace(/^\\(?:pm|neq?|times)(?![A-Za-z])/, "")
    .trim()
  if (/[A-Za-z]/.test(rest.replace(/^[^=]*=/, "").replaceAll(NO_LETTERS, ""))) return null
  return based(rest) ?? ratio(rest) ?? sum(rest) ?? withCommas(rest.replace(CHAIN, ""))
}

/** Of a chain of equals the last counts, whatever stands before it. */
const CHAIN = /^[^=]*=[^]*=(?=[^=]+$)/

const BRACKETED = /\([^()]*\)|\\\{[^{}]*\}|\[[^[\]]*\]/g
const GROUPED =
  /^(?:[^=]*=)?[-+\s]*\\?[$€£]?\s*-?\d{1,3}(?:,\d{3})+(?:\.\d*)?(?:\s*\\?%|\^\s*\{?\s*\\circ\s*\}?)?(?:\\[,;:! ]|\s)*\.?$/

/** Commas, also in braces, group the digits of a number that stands alone; elsewhere they part values. */
const withCommas = (text: string): string | null => {
  if (!text.includes(",")) return text
  const plain = text.replaceAll(/\{\s*,\s*\}|,\s*\\!|\\!\s*,/g, ",")
  if (/^-?0\d{0,2}(?:,\d{3})+$/.test(plain)) return plain.replaceAll(",", "")
  const outside = plain.replaceAll(BRACKETED, "()")
  return /\d,\d{3}(?!\d)/.test(outside) && !GROUPED.test(outside) ? null : plain
}

const UNREAD = new RegExp(
  [
    // Signs beyond LaTeX, two stars, rows, a full stop, decimals that go on.
    String.raw`[⁄°º˚~√∛∜·×€£¥…\u200b\uff01-\uff5e¼-¾⅐-⅞⁰¹²³⁴-⁻]|\*\*|\\\\|\d\s*\.$|\d\s*\.{3}|\d\.\(\d`,
    String.raw`\\(?:overline|bar|dot|dots|ldots|degree)(?![A-Za-z])|^[^{}]*\\choose(?![A-Za-z])`,
    String.raw`\\(?:rm|bf)\{|\{\\large(?![A-Za-z])|\{cis\}`,
    // Exponents without braces that are no digits alone, roots of several, braces round a sign.
    String.raw`\^-|\^(?:\d+|\{\d+\})\^|\{\\(?:cdot|times)\}|\\pm\s*\\frac\d\d|\\sqrt(?:\[\d\])?\s*\d\d`,
    String.raw`\\text\s*\{\s*(?:and|or|base|choose)\s*\}|\\text\s*\{(?=[^{}]*\d)[^{}]*[A-Za-z]`,
    String.raw`(?:\/\s*\d+|\\frac\d\d)\s*\\%`
  ].join("|")
)
/** From the first command for text behind a digit on. */
const withoutWordsBehind = (text: string): string => {
  const digit = text.search(/\d/)
  WORDS.lastIndex = digit + 1
  const words = digit < 0 ? null : WORDS.exec(text)
  return words === null ? text : text.slice(0, digit + 1) + text.slice(digit + 1, words.index).trimEnd()
}
const WORDS = /\\(?:text|textbf|textit|textrm|mathrm|mbox)\s*\{/g
/** Commands, what is written in those for text, e where its logarithm is taken, and the E of an exponent. */
const NO_LETTERS =
  /\\(?:text|textbf|textit|textrm|mathrm|mbox)\s*\{[^{}]*\}|\\ln\s*e(?![A-Za-z])|(?<=\d)E(?=[-+]?\d)|\\[A-Za-z]+/g

const based = (text: string): string | null => /^(\d+)_(?:\{\d+\}|\d+)$/.exec(text)?.[1] ?? null

const ratio = (text: string): string | null => {
  const found = /^(\d+)\s*:\s*(\d+)$/.exec(text)
  return found && `${found[1]}/${found[2]}`
}

const SIDE_BY_SIDE = /^(\d+(?:(?:\s|\\[ ,;:])+\d+)+)(?:\s*\/\s*(\d+))?$/
const IN_BRACKETS = /^\(?(\d+)\)?\s*(?:\((\d+)\)|\{(\d+)\})$/
const BEFORE_FRACTION = /^(\d+)\s*\\[dtc]?frac\s*(?:\{(\d+)\}|(\d))\s*(?:\{(\d+)\}|(\d))$/

const sum = (text: string): string | null => {
  const numbers = SIDE_BY_SIDE.exec(text)
  if (numbers !== null) {
    const total = (numbers[1]!.match(/\d+/g) ?? []).reduce((sum, digits) => sum + BigInt(digits), 0n)
    return numbers[2] === undefined ? `${total}` : `${total}/${numbers[2]}`
  }
  const brackets = IN_BRACKETS.exec(text)
  if (brackets !== null) return `${BigInt(brackets[1]!) + BigInt(brackets[2] ?? brackets[3]!)}`
  const mixed = BEFORE_FRACTION.exec(text)
  if (mixed === null) return null
  const [top, bottom] = [BigInt(mixed[2] ?? mixed[3]!), BigInt(mixed[4] ?? mixed[5]!)]
  return `${BigInt(mixed[1]!) * bottom + top}/${bottom}`
}
