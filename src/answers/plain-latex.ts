/** LaTeX of answers with one spelling for what has several: what is left means something. */

import { TEX_BLANK } from "./mathematics/tokens.ts"
import { withoutUnicode } from "./mathematics/unicode.ts"
import { withoutDoubleFactorials } from "./spelling/double-factorials.ts"
import { withoutBold } from "./spelling/emphasis.ts"
import { withSegments } from "./spelling/segments.ts"
import { withNumbersParted, withStatementsParted } from "./spelling/statements.ts"
import { ungrouped } from "./spelling/thousands.ts"
import { withBoldVectors, withUnitVectors } from "./spelling/unit-vectors.ts"
import { splitAt } from "./split.ts"

/** Three points behind decimals. */
const GOES_ON = String.raw`\s*(?:\.{3}|…|\\[lc]?dots(?![A-Za-z]))`

/** A thin space behind what a function without brackets is of, and no unit behind that. */
const BEHIND_ARGUMENT = new RegExp(
  String.raw`(?<=\\(?:(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?|l[no]g?|exp|operatorname)(?![A-Za-z])[^=<>,;|+]{0,60}[\w})]\s*)` +
    String.raw`\\[,;:](?!\s*\\(?:text|mathrm|mbox|operatorname)\s*\{(?!\s*[ei]\s*\}))`,
  "g"
)

/** A number or a letter as an index. */
const FEW = String.raw`(?:\{\s*(\d+|[a-z])\s*\}|(\d|[a-z]))`

/** Fonts that say nothing of what stands in them. */
const IN_A_FONT = new RegExp(
  String.raw`\\(?:text(?:bf|it|rm|normal|sf|tt)|emph|math(?:rm|bf|it|sf)|boldsymbol|bm|pmb|[mh]box|rm|bf)\s*\{`,
  "g"
)

const REWRITES: ReadonlyArray<readonly [RegExp, string]> = [
  [/\u2009/g, " "],
  [/(?<=^\s*|\\(?:land|lor|wedge|vee|to|implies|iff)\s*)~(?=\s*\(*\s*[A-Za-z])/g, "\\neg "],
  // Colours and lines say nothing.
  [/\\textcolor\s*\{[^{}]*\}/g, ""],
  [/\\color\s*\{[^{}]*\}/g, ""],
  [/\\(?:underline|checkmark|square)(?![A-Za-z])/g, ""],
  [/(?<!\\)\{\s*([^{}]+?)\s*\\over(?![A-Za-z])\s*([^{}]*?[^{}\\\s])\s*\}/g, "\\frac{$1}{$2}"],
  // Braces and a sign of difference that LaTeX would need a backslash for.
  [/(?<=\\mathbb\s*\{?R\}?\s*|[)\]]\s*)\\\s*\{([^{}\\]*)\}/g, "\\setminus \\{$1\\}"],
  [/\{\s*([^{}\\]+?)\s*\\choose(?![A-Za-z])\s*([^{}\\]+?)\s*\}/g, "\\binom{$1}{$2}"],
  // How many ways to choose: `nC2`, `{}_5C_2`, `{}^n C_k`.
  [new RegExp(String.raw`(?:\{\s*\}\s*|(?<![\w})\]]\s*))[_^]\s*${FEW}\s*C\s*_\s*${FEW}`, "g"), "\\binom{$1$2}{$3$4}"],
  [/(?<![A-Za-z\d\\.^_])(\d{1,3}(?=C_?\s*\d)|n)C(?:_\s*)?(\d{1,3}|[kr])(?![\w.])/g, "\\binom{$1}{$2}"],
  // Without braces, between signs of relations and the ends.
  [/(?<=^|=)\s*([^{}=<>,]+?)\s*\\over(?![A-Za-z])\s*([^{}=<>,]+?)\s*$/, "\\frac{$1}{$2}"],
  [/(?<=\d)_(?=\d{3}(?!\d))/g, ""],
  [/‰/g, " per mille"],
  [/\^\s*\{((?:\s*\\prime){1,4})\s*\}/g, "$1"],
  [/\^\s*(?=\\prime(?![A-Za-z]))/g, ""],
  [/\s*\\prime(?![A-Za-z])/g, "'"],
  // `(f^{-1})'(2)`, a derivative of an inverse.
  [/\(\s*([A-Za-z])\s*\^\s*(?:\{\s*-1\s*\}|-1)\s*\)\s*('+)\s*(?=\()/g, "$1^{-1}$2"],
  // Two solutions by one name.
  [/^(\s*[A-Za-z])_\s*\{\s*1\s*,\s*2\s*\}(?=\s*=[^=]*\\pm)/, "$1"],
  // All from where one counts: `n = 1, 2, 3, \dots`.
  [
    new RegExp(
      String.raw`(?<=[,;(]\s*|\b(?:for|where)\s*\}?\s*)([jkmn])\s*=\s*` +
        String.raw`(?:(1)\s*,\s*2|(0)\s*,\s*1\s*,\s*2)\s*(?:,\s*3\s*)?,\s*(?:\\[lc]?dots|\.\.\.)`
    ),
    "$1\\geq $2$3"
  ],
  // Behind money these are no variables: `\$70k`.
  [/(?<=^\s*-?\s*\\?[$€£¥]\s?\d[\d.,]*)\s?[kK](?=\s*$)/, " thousand"],
  [/(?<=^\s*-?\s*\\?[$€£¥]\s?\d[\d.,]*)\s?(?:M|mn|mil)(?=\s*$)/, " million"],
  [/(?<=^\s*-?\s*\\?[$€£¥]\s?\d[\d.,]*)\s?(?:B|bn)(?=\s*$)/, " billion"],
  // Two shapes of one letter.
  [/\\var(phi|epsilon|theta)(?![A-Za-z])/g, "\\$1"],
  [/(?<=^\s*(?:\\text\s*\{\s*)?)(?:\\(?:text|mathrm)\s*\{\s*(?:Rs\.?|INR)\s*\}|Rs\.?|INR)\s*(?:\\[ ,]\s*)?(?=\d)/, "₹"],
  [/°(?![A-Za-z])|\^?\s*\\degrees?(?![A-Za-z])/g, "^\\circ "],
  // One brace before rows.
  [
    new RegExp(
      String.raw`\\left\s*\\(?:\{|lbrace)\s*\\begin\s*\{(array|aligned|gathered|matrix)\}(?:\s*\{[lcr|\s]*\})?([^]*?)` +
        String.raw`\\end\s*\{\1\}\s*\\right(?![A-Za-z])\s*\.?\s*$`,
      "g"
    ),
    "\\begin{cases}$2\\end{cases}"
  ],
  // Degrees above a line are those of the whole.
  [
    /\\frac\s*\{([^{}^]*)\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![A-Za-z]))\s*\}\s*(\{[^{}]*\}|\d)(?=\s*(?:$|,))/g,
    "\\frac{$1}$2^\\circ "
  ],
  // Rows of a matrix end in two backslashes, which would hide the letter behind them.
  [/\\\\(?:\[[^\]]*\])?/g, "\\cr "],
  [/\\left\s*<([^<>]*)\\right\s*>|^\s*<([^<>=]*,[^<>=]*)>\s*$/g, "\\langle $1$2\\rangle "],
  [/\\(?:left|right|[bB]ig[lr]?|[bB]igg[lr]?|displaystyle|textstyle|(?:no)?limits|(?:math)?strut)(?![A-Za-z])\.?/g, ""],
  // A thin space inside a number groups its digits; elsewhere it is a space.
  [/(?<=\d)\s*\\[,!]\s*(?=\d{3}(?!\d))/g, ""],
  [/(?<=\d)\s*(?:(?:\\[,!;:> ]|\\q?quad(?![A-Za-z])|~)\s*)+(?=[A-Za-z])/g, TEX_BLANK],
  [BEHIND_ARGUMENT, TEX_BLANK],
  [/\\[,!;:> ]|\\q?quad(?![A-Za-z])|~|\\(?:hspace|vspace|hphantom|phantom)\s*\{[^{}]*\}/g, " "],
  // Fonts and sizes that hold up to the next brace say nothing, nor do sizes before one.
  [/\\(?:bf|rm|it|sf|tt|cal|bfseries|itshape|boldmath)(?![A-Za-z])(?!\s*\{)/g, " "],
  [/\\(?:tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge)(?![A-Za-z])/g, " "],
  [/\\[dtc]?frac(?![A-Za-z])/g, "\\frac"],
  [/\\[dt]?binom(?![A-Za-z])/g, "\\binom"],
  [/\\(?:ge|geqslant|geqq)(?![A-Za-z])/g, "\\geq"],
  [/\\(?:le|leqslant|leqq)(?![A-Za-z])/g, "\\leq"],
  [/\\ne(?![A-Za-z])/g, "\\neq"],
  [/\\lt(?![A-Za-z])/g, "<"],
  [/\\gt(?![A-Za-z])/g, ">"],
  [/<=/g, "\\leq "],
  [/>=/g, "\\geq "],
  // Behind a digit it is a factorial: `5!=120`.
  [/(?<!\d)!=/g, "\\neq "],
  [/\\(?:varnothing|O)(?![A-Za-z])/g, "\\emptyset"],
  [/\\(?:lbrace|\{)/g, "\\{"],
  [/\\(?:rbrace|\})/g, "\\}"],
  [/\\lparen(?![A-Za-z])/g, "("],
  [/\\rparen(?![A-Za-z])/g, ")"],
  [/\\[lr]?vert(?![A-Za-z])/g, "|"],
  [/\\[lr]?Vert(?![A-Za-z])/g, "\\|"],
  [/\\mid(?![A-Za-z])/g, "|"],
  // In a font of mathematics letters are variables, behind a number.
  [/(?<=[\d})]\s*)\\math(?:bf|it|sf|tt|cal|frak|scr|normal)\s*(?=\{[A-Za-z]+\})/g, ""],
  // Upright, the constants alone.
  [/(?<=(?:^|[=,([])\s*-?\s*)\\mathrm\s*(?:\{\s*([ei])\s*\}|\s([ei]))(?=\s*(?:$|[=,)\]]))/g, "$1$2"],
  [/\\(?:boldsymbol|bm|pmb)\s*(?=\{\s*\\)/g, ""],
  [IN_A_FONT, "\\text{"],
  [/\\(?:mathbf|boldsymbol|bm|pmb)\s+([A-Za-z])(?![A-Za-z])/g, "\\text{$1}"],
  // Ohms behind a blank; touching a number it is a variable.
  [/(?<=\d)[\s\u2009]+(?:\\text\s*\{\s*([kM]?)\s*\}\s*|([kM]))?\s*(?:\\Omega|\\text\s*\{\s*\\Omega\s*\})\s*$/, "\\text{ $1$2Ω}"],
  // What is added to an antiderivative.
  [/(?<=\+\s*)(?:\\text\s*\{\s*(?:C|c|K|const(?:ant)?\.?)\s*\}|const(?:ant)?\.?)\s*$/, "C"],
  [/(?<=\^\s*(?:\{\s*)?)(?:\\(?:top|intercal)(?![A-Za-z])|\\(?:text|operatorname)\s*\{\s*T\s*\}|\\mathrm\s+T(?![A-Za-z]))/g, "T"],
  [/\\operatorname\*?\s*\{/g, "\\operatorname{"],
  [/\\mathbb\s*\{?\s*R\s*\}?/g, "(-\\infty,\\infty)"],
  [/\{([,:=])\}/g, "$1"],
  [/\\(?:backslash|smallsetminus)(?![A-Za-z])|(?<=[)\]}])\s*-\s*(?=\\\{)/g, "\\setminus "],
  [/\\setminus\s*\{([^{}]*)\}/g, "\\setminus \\{$1\\}"],
  [/(?<=[)\]}])\s*U\s*(?=[([{\\])/g, "\\cup "],
  [/(?<=[([,-]\s*|^)oo(?=\s*[\]),]|$)/g, "\\infty "],
  // Behind a number and before what it is measured in.
  [/(?<=\d\s*)(?<![A-Za-z\\])pi(?=\s+[A-Za-z])/g, "\\pi"],
  [/\{\s*(\\(?:cdot|times|div))\s*\}/g, "$1 "],
  [/\\text\s*\{\s*\}/g, " "],
  // Periods of decimals: `0.\bar3`, `0.\dot14\dot2`, `0.(3)`.
  [/\\dot\s*\{?(\d)\}?(\d*)\\dot\s*(?:\{(\d)\}|(\d))/g, "\\overline{$1$2$3$4}"],
  [/\\(?:bar|dot|overline)\s*(?:\{\s*(\d+)\s*\}|(\d))/g, "\\overline{$1$2}"],
  [/(?<=\d\.)\((\d+)\)/g, "\\overline{$1}"],
  // Before letters `~` denies, and before numbers it says that they are nearly that.
  [/\\lnot(?![A-Za-z])|¬|(?<=^\s*|[(]\s*|\\(?:land|lor|wedge|vee|to|implies|iff)\s*)\\sim(?=\s*\(*\s*[A-Za-z])/g, "\\neg "],
  [/^\s*\\?(?:approx|simeq|sim|therefore|implies|Rightarrow|rightarrow|to)(?![A-Za-z])/, ""],
  [/\*\*/g, "^"],
  // `2.5 x 10^3`: between a number and a power of ten the letter is a sign.
  [/(?<=\d)\s*[xX]\s*(?=10\s*\^)/g, "\\times "],
  // Decimals that go on are those of a period that is seen: a digit three times, more digits twice.
  [new RegExp(String.raw`(\.\d{0,12}?)(\d)\2{2,40}${GOES_ON}`, "g"), "$1\\overline{$2}"],
  [new RegExp(String.raw`(\.\d{0,12}?)(\d{2,12}?)\2{1,20}${GOES_ON}`, "g"), "$1\\overline{$2}"],
  // `0.3 repeating`, where one digit is all there is to repeat, or the same digits stand several times.
  [
    /(?<=\d\.)(?:(\d)\1{0,20}|(\d{2,6})\2{1,10})\s*\(?(?:\\text\s*\{\s*)?\(?(?:repeating|recurring)\)?(?:\s+decimal)?\s*\}?\)?$/,
    "\\overline{$1$2}"
  ],
  [/(?<!\d)\.(?=\\overline\{\d)/g, "0."],
  [
    /(?<![\w\\.^])(\d+|[a-z])\s*(?:\\choose(?![A-Za-z])|\schoose\s|\\text\s*\{\s*choose\s*\})\s*(\d+|[a-z])(?![\w.])/g,
    "\\binom{$1}{$2}"
  ]
]

/** What is between brackets of a half-open interval, with round ones in it at most one deep. */
const ENDS = String.raw`(?:[^()[\]]|\([^()[\]]*\))*`
/** Brackets turned outward, `[0, 1[` and `]0, 1]`, beside those that are not: `[0, 1]`, `(0, 1]` and `[0, 1)`. */
const BRACKETED = new RegExp(
  String.raw`\[[^[\]]*\]|\(${ENDS}\]|\[${ENDS}\)|([[\]])([^[\],;]+[,;][^[\],;]+)(?<!\\sqrt\s*)([[\]])`,
  "g"
)
const withRoundBrackets = (text: string): string =>
  /[[\]]/.test(text)
    ? text.replaceAll(BRACKETED, (all, open: string | undefined, inside: string, close: string) =>
        open === undefined ? all : `${open === "]" ? "(" : "["}${inside}${close === "[" ? ")" : "]"}`
      )
    : text

/** `7 x 10`: the letter is a sign between numbers with blanks round it, where it is no variable elsewhere. */
const SIGN = /(?<=(?:^|[\s(=+*/-])\d[\d.,]{0,40})\s+[xX]\s+(?=-?\.?\d)/g
const withSigns = (text: string): string => {
  const signed = text.replaceAll(SIGN, "\\times ")
  return /(?<![A-Za-z])[xX](?![A-Za-z])/.test(signed) ? text : signed
}

/** `(f \circ g)(x)`: one function of another's value. */
const COMPOSED = /\(\s*([A-Za-z](?:\s*\\circ\s*[A-Za-z])+)\s*\)\s*(\((?:[^()]|\([^()]*\))*\))/g
const withComposedApplied = (text: string): string =>
  text.includes("\\circ") ? text.replaceAll(COMPOSED, (_, functions: string, of: string) => composed(functions, of)) : text
const composed = (functions: string, of: string): string => {
  const [last, ...others] = functions.split(/\s*\\circ\s*/).toReversed()
  return others.reduce((value, letter) => `${letter}(${value})`, `${last}${of}`)
}

/** Marks of mathematics round the whole, a box, a full stop. */
const WRAPPINGS: ReadonlyArray<RegExp> = [
  /^\$\$?([^$]+)\$\$?$/,
  // With a sign of money inside.
  /^\$((?:[^$\\]|\\[^])+)\$$/,
  /^\\\(((?:\\[^()]|[^\\])*)\\\)$/,
  /^\\\[([^]*)\\\]$/,
  /^\\(?:boxed|fbox)\s*\{([^]*)\}$/,
  /^([^]*?[^\\.])\.$/,
  /^\*\*([^*]+)\*\*$/,
  /^([^]*?)\s*\\\\$/,
  /^([^]*?)\\$/
]

/** A text without marks of mathematics, a box or a full stop round the whole of it. */
export const unwrapped = (text: string): string => {
  let plain = withoutBold(text).trim()
  for (let before = ""; before !== plain;) {
    before = plain
    for (const wrapping of WRAPPINGS) plain = plain.replace(wrapping, "$1").trim()
  }
  return plain
}

const MARKED = String.raw`(?:\$(?:[^$\\]|\\[^])+\$|\\\((?:[^\\]|\\[^)])+\\\))`
const EACH_MARKED = new RegExp(String.raw`^${MARKED}(?:\s*(?:[,;]|,?\s(?:and|or)(?=\s))\s*${MARKED})+$`)
/** `$x = 2$ and $y = 3$`: without marks of mathematics round each member of a list. */
const unmarked = (text: string): string =>
  EACH_MARKED.test(text)
    ? text.replaceAll(new RegExp(MARKED, "g"), (one) => (one.startsWith("$") ? one.slice(1, -1) : one.slice(2, -2)))
    : text

/** The d of a derivative in a font of its own, where there are two: `\frac{\text{d}y}{\text{d}x}`. */
const UPRIGHT_D = /(?<=(?:^|[{/=(])\s*)(?:\\(?:text|operatorname)\s*\{\s*d\s*([A-Za-z]?)\s*\}|\\mathrm\s+d|\{\s*d\s*\})/g
const withDifferentials = (text: string): string => {
  const found = /[{/]/.test(text) && text.includes("d") ? (text.match(UPRIGHT_D)?.length ?? 0) : 0
  return found < 2 ? text : text.replaceAll(UPRIGHT_D, " d$1")
}

/** Powers of units in a command for text, without their braces: `\text{m s^{-1}}`. */
const withFlatPowers = (text: string): string =>
  /\\text[^]*\^\s*\{/.test(text)
    ? text.replaceAll(/\\text\s*\{(?:[^{}]|\{[^{}]*\})*\}/g, (said) => said.replaceAll(/\^\s*\{\s*(-?\d)\s*\}/g, "^$1"))
    : text

export const plainLatex = (text: string): string => {
  let plain = withBoldVectors(
    withUnitVectors(ungrouped(withStatementsParted(unmarked(unwrapped(withoutUnicode(text))), splitAt)))
  )
  for (const [pattern, replacement] of REWRITES) plain = plain.replace(pattern, replacement)
  const spelled = withSigns(withDifferentials(withFlatPowers(plain)))
  return withSegments(withComposedApplied(withoutDoubleFactorials(withRoundBrackets(withNumbersParted(spelled)))))
    .replaceAll(/[^\S\u2009]+/g, " ")
    .trim()
}
