/** LaTeX and plain mathematics cut into tokens. Blanks count for nothing. */

import { Unreadable } from "./Expression.ts"

export interface Token {
  /** `command`: the name behind a backslash, or that of a function or constant in plain text. `sign`: one character. */
  readonly kind: "number" | "letter" | "command" | "sign"
  readonly text: string
  /** Whether a thin space stands before it, which ends what a function is of. */
  readonly isApart?: true
}

/** What is left of a blank of TeX between a number and letters, which are then those of mathematics: `2\,lwh`, `5~cats`. */
export const TEX_BLANK = "\u2009"

/** More tokens than any answer has. */
export const MOST_TOKENS = 600

/** Words that plain text writes for what LaTeX has a command for; every other run of letters is a product of variables. */
const FUNCTIONS =
  "sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth sech csch arsinh arcosh artanh " +
  "arcsinh arccosh arctanh asinh acosh atanh ln log lg exp cis sqrt abs floor ceil gcd lcm max min"
/** `xi` is none: in plain text it is x times i. */
const GREEK =
  "pi alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu rho sigma tau upsilon phi chi psi omega " +
  "Gamma Delta Theta Lambda Sigma Upsilon Phi Psi Omega"
const WORDS: ReadonlyMap<string, string> = new Map(
  `${FUNCTIONS} ${GREEK}`
    .split(" ")
    .map((word) => [word, word] as const)
    .concat([
      ["Pi", "pi"],
      ["inf", "infty"],
      ["infinity", "infty"],
      ["asin", "arcsin"],
      ["acos", "arccos"],
      ["atan", "arctan"]
    ])
)

/** Whether a word is one of those; `alone`: whether it has a value without anything behind it. */
export const isMathematical = (word: string, alone = false): boolean =>
  WORDS.has(word) && !(alone && FUNCTIONS.split(" ").includes(WORDS.get(word)!))

/** Functions that are written as words, of what stands in the brackets behind them; nothing else is known of them. */
const OPERATORS = new Set("Var Cov Pr det tr rank dim deg arg Re Im sgn erf erfc Li li Si Ci Res".split(" "))
export const isOperator = (word: string): boolean => OPERATORS.has(word)

/** A name with one letter that is the variable, as it is written in haste: `sinx`, `lnx`, `pir`. */
const LONG_GREEK = "alpha|beta|gamma|delta|epsilon|zeta|theta|iota|kappa|lambda|rho|sigma|tau|upsilon|phi|psi|omega"
const GLUED = new RegExp(`^(sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|ln|log|exp|sqrt|pi|${LONG_GREEK})([a-z])$`)
const BEGINNING = new RegExp(`^(?:${FUNCTIONS.replaceAll(" ", "|")}|pi|${LONG_GREEK})[a-z]{1,2}$`)

/** Whether small letters are such a name with a letter or two behind it. */
export const beginsWithName = (letters: string): boolean => BEGINNING.test(letters)

const TOKEN = /\s+|(?<number>\d+(?:\.\d*)?|\.\d+)|\\(?<command>[A-Za-z]+|[^A-Za-z])|(?<letters>[A-Za-z]+)|(?<sign>[^])/gu

/** Digits of another base, `0x1F`, whose nought is no factor. */
const OTHER_BASE = /(?<![\w.])0(?:x[\dA-F]|X[\dA-Fa-f]|[bBoO]\d)/

export const tokensOf = (text: string): ReadonlyArray<Token> => {
  if (text.includes("0") && OTHER_BASE.test(text)) throw new Unreadable("calculates with digits of another base")
  const tokens: Array<Token> = []
  let apart: { readonly isApart?: true } = {}
  for (const { 0: all, groups, index } of text.matchAll(TOKEN)) {
    const { number, command, letters, sign } = groups!
    const first = tokens.length
    if (number !== undefined) tokens.push({ kind: "number", text: number })
    else if (command !== undefined) tokens.push({ kind: "command", text: command })
    else if (letters !== undefined) {
      const word = isOperator(letters) && text[index + letters.length] === "(" ? letters : WORDS.get(letters)
      const glued = word === undefined ? GLUED.exec(letters) : null
      if (word !== undefined) tokens.push({ kind: "command", text: word })
      else if (glued !== null) tokens.push({ kind: "command", text: glued[1]! }, { kind: "letter", text: glued[2]! })
      else for (const letter of letters) tokens.push({ kind: "letter", text: letter })
    } else if (sign !== undefined) tokens.push({ kind: "sign", text: sign })
    if (tokens.length > first) tokens[first] = { ...tokens[first]!, ...apart }
    apart = tokens.length === first && all.includes(TEX_BLANK) ? { isApart: true } : {}
    if (tokens.length > MOST_TOKENS) throw new Unreadable("is too long")
  }
  return tokens
}
