/**
 * The vocabulary of the built-in texts, as a pure function of the largest number: every word that the grammar, a format or the
 * arithmetic text can write, and one token for each integer, so that copying a number is one step whatever its size.
 *
 * Words come from the sentence templates and the formats' own lists, never from a sample of texts: nothing can be missing because
 * it is rare. Order: special tokens, control tokens, integers from 0, words by code unit. An id depends on the maximum and the
 * formats, on nothing else.
 */

import { formats, formatNames } from "../../formats/registry.ts"
import { arithmeticWords } from "../../problems/arithmetic.ts"
import { questionWords } from "../../problems/clauses.ts"
import { items, names } from "../../problems/words.ts"
import { endOfTextToken, tagToken } from "../control-tokens.ts"

/** Never written by anything here; other libraries ask for one. */
export const padToken = "<|pad|>"

/** Stands for every word that is not in the vocabulary. */
export const unknownToken = "<unk>"

/** The blank line between question and solution, a word of its own. */
export const separatorWord = "\n\n"

/** Tokens that no text can produce, in the order of their ids. */
const specialTokens: ReadonlyArray<string> = [padToken, endOfTextToken, unknownToken, ...formatNames.map(tagToken)]

/** All tokens in the order of their ids. */
export const wordVocabulary = (maximum: number): ReadonlyArray<string> => {
  const words = new Set([
    separatorWord,
    ...names,
    ...items,
    ...questionWords,
    ...arithmeticWords,
    ...formats.flatMap((format) => format.words)
  ])
  const integers = Array.from({ length: maximum + 1 }, (_, n) => String(n))
  for (const integer of integers) words.delete(integer)
  return [...specialTokens, ...integers, ...[...words].toSorted()]
}
