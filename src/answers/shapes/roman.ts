/** Roman numerals, which are no product of their letters: `IX` is not `XI`. Quadrants are called by them. */

import type { Answer } from "../Answer.ts"
import { words } from "../words.ts"

type Read = (text: string) => Answer

const ROMAN = /^(?=[IVXLCDM]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/
const QUADRANT = new RegExp(
  String.raw`^(?:\\text\s*\{\s*)?(?:quadrant\s+(IV|I{1,3}|[1-4])|(?:the\s+)?(first|second|third|fourth)\s+quadrant)\s*\}?$`,
  "i"
)
const FIRST_FOUR = ["i", "ii", "iii", "iv"]
const ORDINALS = ["first", "second", "third", "fourth"]
/** Statements by number or letter, and no others. One letter alone might be that of a choice, which says more. */
const ONLY =
  /^(?!(?:\\text\s*\{\s*)?[A-H]\s)(\\text\s*\{\s*)?((?:[A-Z]|[IVX]+)(?:(?:,\s*|,?\s+and\s+)(?:[A-Z]|[IVX]+))*)\s+only\s*(\}?)$/

export const roman = (text: string, whole: Read): Answer | null => {
  if (!/^[(\\A-Zqtf]/.test(text)) return null
  const bare = text.replace(/^\(([A-Z]+)\)$/, "$1")
  if (ROMAN.test(bare)) return words(bare)
  const quadrant = QUADRANT.exec(text)
  if (quadrant !== null) {
    const [, number, ordinal] = quadrant
    const at = ordinal === undefined ? Number(number) - 1 : ORDINALS.indexOf(ordinal.toLowerCase())
    return words(FIRST_FOUR[at] ?? number!)
  }
  const only = ONLY.exec(text)
  return only === null || (only[1] === undefined) !== (only[3] === "") ? null : whole(only[2]!)
}
