/** Letters side by side that are a product of variables and no word. */

import { GREEK } from "../mathematics/symbols.ts"
import { isMathematical } from "../mathematics/tokens.ts"
import { isShortWord } from "./short-words.ts"

/** What an unknown is called: a letter, also with an index, as the text of a pattern. */
export const UNKNOWN = String.raw`(?:[A-Za-z]|\\(?:${[...GREEK].join("|")})(?![A-Za-z])\s*)(?:_\{?\w+\}?)?`

/** Letters that are three variables, in any order. */
const TRIPLES = new Set(["abc", "pqr", "rst", "uvw", "xyz"])

/**
 * Whether letters are a product of variables: one or two, a small one before two capitals (`nRT`), three that stand together in
 * the alphabet as variables do, and three or four without a vowel (`lwh`, `mgh`). `12 up` says where to.
 */
export const areVariables = (letters: string): boolean =>
  /^(?!up$)(?:[A-Za-z]{1,2}|[a-z][A-Z]{2})$/.test(letters) ||
  (/^[a-z]{3}$/.test(letters) && TRIPLES.has([...letters].toSorted().join(""))) ||
  (/^[b-df-hj-np-tv-xz]{3,4}$/.test(letters) && !isMathematical(letters) && !isShortWord(letters))
