/** LaTeX and plain mathematics cut into tokens. Blanks count for nothing. */

import { Unreadable } from "./Expression.ts"

export interface Token {
  /** `command`: the name behind a backslash, or that of a function or constant in plain text. `sign`: one character. */
  readonly kind: "number" | "letter" | "command" | "sign"
  readonly text: string
}

/** More tokens than any answer has. */
const MOST_TOKENS = 600

/** Words that plain text writes for what LaTeX has a command for; every other run of letters is a product of variables. */
const FUNCTIONS = "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp sqrt abs floor ceil gcd lcm max min"
const WORDS: ReadonlyMap<string, string> = new Map(
  `${FUNCTIONS} pi alpha beta gamma delta theta phi lambda mu omega sigma`
    .split(" ")
    .map((word) => [word, word] as const)
    .concat([
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

const TOKEN = /\s+|(?<number>\d+(?:\.\d*)?|\.\d+)|\\(?<command>[A-Za-z]+|[^A-Za-z])|(?<letters>[A-Za-z]+)|(?<sign>[^])/gu

export const tokensOf = (text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  for (const { groups } of text.matchAll(TOKEN)) {
    const { number, command, letters, sign } = groups!
    if (number !== undefined) tokens.push({ kind: "number", text: number })
    else if (command !== undefined) tokens.push({ kind: "command", text: command })
    else if (letters !== undefined) {
      const word = WORDS.get(letters)
      if (word !== undefined) tokens.push({ kind: "command", text: word })
      else for (const letter of letters) tokens.push({ kind: "letter", text: letter })
    } else if (sign !== undefined) tokens.push({ kind: "sign", text: sign })
    if (tokens.length > MOST_TOKENS) throw new Unreadable("is too long")
  }
  return tokens
}
